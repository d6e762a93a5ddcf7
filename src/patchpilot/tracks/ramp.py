"""From a measure to 0..1, on straight lines between corners."""

from __future__ import annotations

import numpy as np


def ramp(value: float, *corners: tuple[float, float]) -> float:
    """What lies between corners (measure, 0..1), in rising order of the measure; flat beyond the outer ones."""
    return float(np.interp(value, [x for x, _ in corners], [y for _, y in corners]))
