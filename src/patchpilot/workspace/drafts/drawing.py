"""LFO shapes that somebody draws, as points, and the assets that patches have of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from patchpilot.errors import ParameterError
from patchpilot.instruments.vital.assets import lfo
from patchpilot.space import Asset, Space

MOST_POWER = 20.0
"""Of curvature, up or down, as in Vital."""


def drawn(space: Space, slot: str, shape: Mapping[str, Any]) -> Asset:
    """The asset of a shape.

    Args:
        space: of the instrument.
        slot: that it is drawn in ("lfo_1").
        shape: `points` [[0..1 of the period, 0..1], …] in order, the first at 0 and the last at 1; `powers`, the
            curvature from each point to the next (none: straight); `is_smooth`.

    Raises:
        ParameterError: the instrument has no such LFO, or it is no shape.
    """
    if slot not in space.assets or space.assets[slot].kind != "lfo":
        known = [name for name, asset in space.assets.items() if asset.kind == "lfo"]
        raise ParameterError(
            f"expected an LFO of {', '.join(known) or 'none that can be drawn'}; got {slot!r:.80}"
        )
    points, powers = shape["points"], shape.get("powers") or []
    _check(powers, MOST_POWER, "curvature", lowest=-MOST_POWER)
    for axis, what in ((0, "time"), (1, "level")):
        _check([point[axis] for point in points], 1.0, what)
    if powers and len(powers) != len(points):
        raise ParameterError(f"expected a curvature for each of {len(points)} points, got {len(powers)}")
    return lfo([(float(x), float(y)) for x, y in points], powers, smooth=bool(shape.get("is_smooth", False)))


def _check(values: Sequence[float], highest: float, what: str, *, lowest: float = 0.0) -> None:
    for value in values:
        if not lowest <= value <= highest:
            raise ParameterError(f"{what}: expected {lowest:g} to {highest:g}, got {value!r}")
