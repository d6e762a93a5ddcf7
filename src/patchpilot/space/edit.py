"""The `Edit` noun: a named change of a patch that no single knob can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from patchpilot.space.assets import Asset
from patchpilot.space.patch import Patch
from patchpilot.space.routing import Routing
from patchpilot.space.space import Space


@dataclass(frozen=True)
class Edit:
    """A structural change of a patch: a module switched, a route added, a table swapped.

    Attributes:
        name: in a few plain words, as a user reads it ("noise on", "filter 1: Ladder").
        values: stored values by parameter name.
        assets: by slot.
        asset_names: what a user reads for them, by slot.
        routings: that are added to those of the patch.
        is_neutral: whether the patch hardly sounds different at once; it has new knobs to turn.
    """

    name: str
    values: Mapping[str, float] = field(default_factory=dict)
    assets: Mapping[str, Asset] = field(default_factory=dict)
    asset_names: Mapping[str, str] = field(default_factory=dict)
    routings: tuple[Routing, ...] = ()
    is_neutral: bool = False

    def apply(self, space: Space, patch: Patch) -> Patch:
        """The changed patch; all that the edit does not name stays.

        Raises:
            PatchError: the edit names what the space does not have, or there is no room for a routing.
        """
        names = {**patch.info.get("assets", {}), **self.asset_names}
        return patch.changed(
            space,
            self.values,
            routings=[*patch.routings, *self.routings],
            assets=self.assets,
            info={"assets": names} if names else None,
        )
