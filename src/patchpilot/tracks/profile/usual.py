"""What is usual among some tracks: the middle and the spread of each feature, whatever a few of them do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.tracks.profile.kinds import Feature
from patchpilot.tracks.profile.measuring import Measured

_BELIEF = 4.0
"""So many tracks weigh as much as what is believed of spreads before any is heard."""
_LEAST = 0.5
"""No spread is below this part of what is just heard."""
_NORMAL = 1.4826
"""Standard deviation of a normal distribution whose median absolute deviation is 1."""
_TAIL, _TAILS = 0.15, 2.0729
"""Quantile, and how many standard deviations a normal distribution has between it and its opposite."""


@dataclass(frozen=True)
class Usual:
    """Of a feature.

    Attributes:
        median: in the feature's unit.
        spread: > 0, like a standard deviation. It is made of the median absolute deviation, or of the distance between
            the 15th and the 85th percentile if that is more, and, as if there were four more tracks, of what is
            believed of the kind; so one track alone has a spread, too.
        tracks: how many have the feature.
    """

    median: float
    spread: float
    tracks: int

    def spreads(self, value: float) -> float:
        """How far a value is from the middle, in spreads."""
        return (value - self.median) / self.spread


def usual(tracks: Sequence[Measured], least: int = 1) -> dict[Feature, Usual]:
    """What is usual of each feature that at least some tracks have, in order."""
    columns: dict[Feature, list[float]] = {}
    for track in tracks:
        for feature, value in track.values.items():
            columns.setdefault(feature, []).append(value)
    return {
        feature: usual_of(feature, columns[feature])
        for feature in sorted(columns)
        if len(columns[feature]) >= least
    }


def usual_of(feature: Feature, values: Sequence[float]) -> Usual:
    """Of some values of a feature, one or more."""
    numbers = np.asarray(values, np.float64)
    middle = float(np.median(numbers))
    n = len(numbers) - 1
    low, high = np.quantile(numbers, [_TAIL, 1.0 - _TAIL])
    deviation = max(_NORMAL * float(np.median(np.abs(numbers - middle))), float(high - low) / _TAILS)
    kind = feature.kind
    spread = float(np.sqrt((n * deviation**2 + _BELIEF * kind.usual**2) / (n + _BELIEF)))
    return Usual(middle, max(spread, _LEAST * kind.audible), len(numbers))


def distance(values: Measured, known: dict[Feature, Usual], most: float = 6.0) -> float:
    """How far a track is from what is usual: spreads, averaged over groups of features, so that bands do not outvote.

    Args:
        values: the track.
        known: what is usual.
        most: no feature counts for more spreads than this.
    """
    groups: dict[tuple[str, str, str], list[float]] = {}
    for feature, value in values.values.items():
        if feature in known:
            far = min(abs(known[feature].spreads(value)), most)
            groups.setdefault((feature.section, feature.stem, feature.kind.group), []).append(far**2)
    if not groups:
        return most
    return float(np.sqrt(np.mean([np.mean(squares) for squares in groups.values()])))
