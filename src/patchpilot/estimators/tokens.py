"""A parameter is a token: what of an instrument's patches an estimator tells, whatever the instrument.

A token is one thing that varies in the patches that were learned from: the value of a parameter, the asset in a
slot, the amount of a routing or whether it is there. Continuous tokens have a range, categorical ones options. What
does not vary is no token, and is the same in every patch that an estimator makes.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Literal

from patchpilot.errors import EstimatorError
from patchpilot.space import Space
from patchpilot.space.canonical import Json

Kind = Literal["value", "asset", "amount", "presence"]
"""Of a parameter, an asset slot, a routing's amount, and whether a routing is there."""
_MODULE = re.compile(r"^(.*?[a-z])_(\d+)(?:_(.*))?$")
_PLACE = re.compile(r"^(|.*_)slot_(\d+)$")


@dataclass(frozen=True)
class Token:
    """One thing that an estimator tells.

    Attributes:
        name: of the parameter or slot, or "source>destination" of a routing.
        kind: what it is.
        low: of a continuous token, the lowest stored value that it can say.
        high: the highest, above `low`; both 0 for a categorical token.
        options: of a categorical token, the stored values (or an asset's sha256) that it can say; else empty.
        gate: name of the categorical token that decides whether this one sounds, "" where it always does. Of an
            effect in a chain whose order is chosen it is the name of the chain ("fx_slot"), whose places are tokens.
        open_at: those options of the gate, by their places, with which it sounds; of a chain, at any of its places.
        default: what a patch says that says nothing of it: a stored value, or an asset's sha256.
        weight: >= 0, how much it matters for the sound beside the others; 1 is usual.
    """

    name: str
    kind: Kind
    low: float = 0.0
    high: float = 0.0
    options: tuple[float | str, ...] = ()
    gate: str = ""
    open_at: tuple[int, ...] = ()
    default: float | str = 0.0
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.options and not self.low < self.high:
            raise EstimatorError(f"{self.name}: expected options, or a range whose low is below its high")

    @property
    def is_categorical(self) -> bool:
        """Whether it says one of its options."""
        return bool(self.options)

    @property
    def module(self) -> tuple[str, int, str]:
        """("osc", 2, "level") of "osc_2_level": alike modules have the same kind and roles; (name, 0, "") else."""
        found = _MODULE.match(self.name)
        return (found[1], int(found[2]), found[3] or "") if found else (self.name, 0, "")

    @property
    def chain(self) -> str:
        """ "fx_slot" of "fx_slot_2", a place in a chain whose order is chosen; "" of all others."""
        before, place = chain_place(self.name)
        return f"{before}slot" if place and self.kind == "value" and self.is_categorical else ""

    @property
    def route(self) -> tuple[str, str]:
        """Source and destination of a routing's token."""
        source, _, destination = self.name.partition(">")
        return source, destination

    def to_json(self) -> Json:
        """Plain JSON; `from_json` reads it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Token:
        """The inverse of `to_json`.

        Raises:
            EstimatorError: a part is missing or of another kind.
        """
        try:
            return cls(**{**data, "options": tuple(data["options"]), "open_at": tuple(data["open_at"])})
        except (KeyError, TypeError, ValueError) as error:
            raise EstimatorError(f"a token is damaged, or of a newer version: {error!s:.100}") from None

    def check(self, space: Space) -> str:
        """Why an instrument cannot be told this, "" where it can."""
        if self.kind == "asset":
            return "" if self.name in space.assets else f"there is no slot {self.name}"
        if self.kind in ("amount", "presence"):
            source, destination = self.route
            known = space.routing is not None and source in space.routing.sources
            if not known or (destination not in space.routing.destinations):  # type: ignore[union-attr]
                return f"nothing can be routed from {source} to {destination}"
            return ""
        parameter = space.by_name.get(self.name)
        if parameter is None:
            return f"there is no parameter {self.name}"
        said = [float(option) for option in self.options] if self.options else [self.low, self.high]
        if min(said) < parameter.minimum - 1e-6 or max(said) > parameter.maximum + 1e-6:
            return (
                f"{self.name} goes from {parameter.minimum:g} to {parameter.maximum:g}, "
                f"and was learned from {min(said):g} to {max(said):g}"
            )
        return ""


def chain_place(name: str) -> tuple[str, int]:
    """("fx_", 2) of "fx_slot_2", as `modules.ordered` names the places of a chain; ("", 0) of all others."""
    found = _PLACE.match(name)
    return (found[1], int(found[2])) if found else ("", 0)
