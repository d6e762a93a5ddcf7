"""Knobs of a patch as coordinates around it: 0 is the patch, 1 is a typical step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64
from patchpilot.space import Patch, Space, View


@dataclass(frozen=True, eq=False)
class Coordinates:
    """A View whose coordinates count typical steps; whole parameters count categories.

    Attributes:
        view: the patch and its knobs.
        origin: (d,) norms of the patch.
        units: (d,) what one coordinate unit is as a norm.
        spread: (d,) typical step, in coordinate units: 1, or the number of categories it jumps.
        keys: names of the knobs that stay the same in a patch with other routings.
    """

    view: View
    origin: F64
    units: F64
    spread: F64
    keys: tuple[str, ...]

    @classmethod
    def around(cls, space: Space, patch: Patch, knobs: Mapping[str, float]) -> Coordinates:
        """The coordinates of a patch.

        Args:
            space: the instrument's space.
            patch: the origin.
            knobs: parameters with a typical step in stored units, as `Instrument.knobs` says.
        """
        view = View(space, patch, tuple(knobs))
        units, spread = [], []
        for parameter in view.parameters:
            step = knobs[parameter.name]
            whole = parameter.is_categorical
            units.append((1.0 if whole else step) / (parameter.maximum - parameter.minimum))
            spread.append(max(1.0, step) if whole else 1.0)
        keys = tuple(_key(patch, name) for name in knobs)
        return cls(view, view.encode(patch), np.array(units), np.array(spread), keys)

    def __len__(self) -> int:
        return len(self.view)

    @property
    def low(self) -> F64:
        """Least coordinates (d,), never above 0."""
        return -self.origin / self.units

    @property
    def high(self) -> F64:
        """Greatest coordinates (d,), never below 0."""
        return (1.0 - self.origin) / self.units

    @property
    def whole(self) -> list[int]:
        """Places of the knobs with whole numbers."""
        return [i for i, parameter in enumerate(self.view.parameters) if parameter.is_categorical]

    def kept(self, at: F64) -> F64:
        """The nearest coordinates (d,) within the ranges, whole where they must be."""
        at = np.clip(at, self.low, self.high)
        at[self.whole] = np.round(at[self.whole])
        return at

    def patch(self, at: F64) -> Patch:
        """The patch at coordinates (d,)."""
        return self.view.patch(np.clip(self.origin + at * self.units, 0.0, 1.0))


def _key(patch: Patch, name: str) -> str:
    """A name that does not number the routing: numbers change when one is added."""
    kind, _, rest = name.partition("_")
    number, _, field = rest.partition("_")
    if kind != "modulation" or not number.isdecimal() or int(number) > len(patch.routings):
        return name
    routing = patch.routings[int(number) - 1]
    return f"{routing.source} > {routing.destination} {field}"
