"""The distance that orders the answers: five metrics at once. docs/ranking.md has the numbers it was chosen by."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

PARTS = ("logmel", "mss", "wmfcc", "sot", "rms_cosine")
"""One metric of each make: log spectrum, spectrum at three scales, timbre, place in frequency, loudness over time."""
HIGHER_IS_CLOSER = {"rms_cosine"}
_ADDED = 1e-4
"""Keeps the logarithm finite, and one part that is all but 0 from deciding alone."""


def composite(distance: Mapping[str, float], parts: Sequence[str] = PARTS) -> float:
    """Geometric mean of several metrics, so that a tenth less of any of them counts the same; lower is closer.

    Args:
        distance: by metric name, as `patchpilot.distance.compare` gives it: finite for each of `parts`.
        parts: names of metrics; the five that rank answers by default.

    Returns:
        float >= 0, without a unit; only its order means something.
    """
    return (
        math.exp(fmean(math.log(max(_part(name, distance[name]), 0.0) + _ADDED) for name in parts)) - _ADDED
    )


def _part(name: str, value: float) -> float:
    return 1.0 - value if name in HIGHER_IS_CLOSER else value
