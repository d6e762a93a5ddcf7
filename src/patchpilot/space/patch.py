"""The `Patch` noun: what an instrument is told, immutable and named by its content."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from patchpilot.errors import PatchError
from patchpilot.space.assets import Asset, Assets
from patchpilot.space.canonical import Json, canonical_json, float32, sha256
from patchpilot.space.routing import FIELDS, Routing, in_order

if TYPE_CHECKING:
    from patchpilot.space.space import Space

FORMAT = 1
"""Version of the canonical JSON."""


@dataclass(frozen=True)
class Patch:
    """Values of a Space, modulation routings and assets. Make one with `Patch.make`.

    Two patches are equal when they sound the same on the same engine: names and comments (`info`) do not
    count. Treat the mappings as read-only.

    Attributes:
        instrument: name of the instrument it belongs to.
        values: float32 values by parameter name, those equal to the default left out.
        routings: in canonical order.
        assets: by slot, those equal to the default left out.
        extra: unknown parts of a preset file that may bear sound, kept as they came (canonical JSON).
        info: name, author, comments, asset names, …: what does not sound.
    """

    instrument: str
    values: Mapping[str, float]
    routings: tuple[Routing, ...] = ()
    assets: Mapping[str, Asset] = field(default_factory=dict)
    extra: str = "{}"
    info: Mapping[str, Json] = field(default_factory=dict, compare=False)

    @classmethod
    def make(
        cls,
        space: Space,
        values: Mapping[str, float] | None = None,
        *,
        routings: Iterable[Routing] = (),
        assets: Mapping[str, Asset] | None = None,
        extra: Json = None,
        info: Mapping[str, Json] | None = None,
    ) -> Patch:
        """Check, normalise and put in order.

        Args:
            space: the instrument's space.
            values: by parameter name; what is missing has its default.
            routings: in any order; "modulation_N_…" destinations refer to this order (from 1).
            assets: by slot name of the space.
            extra: plain JSON object of unknown but sound-bearing parts.
            info: plain JSON object of what does not sound.

        Raises:
            PatchError: an unknown name, a value that is not finite, a categorical value outside its range,
                or a routing the engine does not know.
        """
        routings = list(routings)
        if routings and space.routing is None:
            raise PatchError(f"{space.instrument} has no modulation matrix, got {len(routings)} routings")
        if space.routing is not None:
            space.routing.check(routings)
            routings = list(in_order(routings, space.routing.n_slots))
        return cls(
            instrument=space.instrument,
            values=_checked_values(space, values or {}),
            routings=tuple(routings),
            assets=_checked_assets(space, assets or {}),
            extra=canonical_json(extra or {}),
            info=dict(info or {}),
        )

    def changed(
        self,
        space: Space,
        values: Mapping[str, float] | None = None,
        *,
        routings: Iterable[Routing] | None = None,
        assets: Mapping[str, Asset] | None = None,
        info: Mapping[str, Json] | None = None,
    ) -> Patch:
        """A new patch with some values, assets and info replaced, and other routings where given."""
        made = Patch.make(
            space,
            {**self.values, **(values or {})},
            routings=self.routings if routings is None else routings,
            assets={**self.assets, **(assets or {})},
            info={**self.info, **(info or {})},
        )
        return dataclasses.replace(made, extra=self.extra)

    def __hash__(self) -> int:
        return hash(self.sha256)

    @cached_property
    def canonical(self) -> str:
        """Canonical JSON of what sounds; assets by their sha256."""
        return canonical_json(self._sounding())

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the canonical JSON: the patch's name everywhere."""
        return sha256(self.canonical.encode())

    @property
    def name(self) -> str:
        """What its author calls it, "" where it has no name."""
        return str(self.info.get("name", ""))

    def slot_values(self) -> dict[str, float]:
        """The routings' numbers by control name ("modulation_1_amount", …)."""
        return {
            f"modulation_{i}_{name}": routing.field(name)
            for i, routing in enumerate(self.routings, start=1)
            for name in FIELDS
        }

    def _sounding(self) -> Json:
        return {
            "format": FORMAT,
            "instrument": self.instrument,
            "values": dict(self.values),
            "routings": [dict(vars(routing)) for routing in self.routings],
            "assets": {slot: asset.sha256 for slot, asset in self.assets.items()},
            "extra": self.extra,
        }

    def to_json(self, store: Assets) -> Json:
        """Plain JSON, its assets kept in `store`."""
        for asset in self.assets.values():
            store.put(asset)
        return {**self._sounding(), "info": dict(self.info)}

    @classmethod
    def from_json(cls, data: Json, store: Assets) -> Patch:
        """The inverse of `to_json`.

        Raises:
            PatchError: the JSON is damaged or of another format, or an asset is missing from `store`.
        """
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise PatchError(f"expected a patch of format {FORMAT}; was it written by a newer version?")
        try:
            return cls(
                instrument=data["instrument"],
                values=dict(data["values"]),
                routings=tuple(Routing(**routing) for routing in data["routings"]),
                assets={slot: store.get(digest) for slot, digest in data["assets"].items()},
                extra=data["extra"],
                info=data.get("info", {}),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PatchError(
                f"expected the JSON of a patch, but a part is missing or damaged: {error!r}"
            ) from None


def _checked_values(space: Space, values: Mapping[str, float]) -> dict[str, float]:
    checked = {}
    for name in sorted(values):
        parameter, value = space[name], float32(values[name], name=name)
        if parameter.is_categorical and not parameter.minimum <= value <= parameter.maximum:
            raise PatchError(
                f"{name}: expected a whole number from {parameter.minimum:g} to {parameter.maximum:g}, "
                f"got {value:g}"
            )
        if value != float32(parameter.default):
            checked[name] = value
    return checked


def _checked_assets(space: Space, assets: Mapping[str, Asset]) -> dict[str, Asset]:
    for slot in assets:
        if slot not in space.assets:
            raise PatchError(f"no asset slot {slot!r}; {space.instrument} has: {', '.join(space.assets)}")
    return {slot: assets[slot] for slot in sorted(assets) if assets[slot].sha256 != space.assets[slot].sha256}
