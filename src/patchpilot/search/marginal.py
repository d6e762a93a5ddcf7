"""One coordinate of a search: [0, 1] to stored values and back, so that uniform numbers are what a prior draws.

A value that a prior draws often has a long part of [0, 1], a routing that is mostly absent a long part that means
"absent". A little of every coordinate is left to the whole range of its parameter, so that a search can go where
the prior never does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64
from patchpilot.space.distribution import Distribution
from patchpilot.space.parameter import Parameter

BEYOND = 0.04
"""What part of a coordinate is shared by the whole range alike."""
_SAMPLES = 1021
"""Values that a distribution is known by."""
_ATOM = 4
"""How often one of them must come to count as a value that is drawn by itself."""
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, eq=False)
class Smooth:
    """A continuous coordinate: straight lines between points.

    Attributes:
        at: (k,) increasing, from 0 to 1.
        values: (k,) never decreasing, in stored units.
    """

    at: F64
    values: F64

    @classmethod
    def of(cls, low: float, high: float, samples: Sequence[float] = ()) -> Smooth:
        """The coordinate of a range, whose values are as likely as they are among the samples; alike without."""
        ends = np.array([low, high])
        if not len(samples):
            return cls(np.array([0.0, 1.0]), ends)
        values, counts = np.unique(np.clip(samples, low, high), return_counts=True)
        after = np.cumsum(counts)
        is_atom = counts >= _ATOM
        below = np.where(is_atom, after - counts, after - counts / 2.0)  # a lone sample stands in its middle
        knots = np.concatenate([[low], np.repeat(values, 1 + is_atom), [high]])
        parts = np.zeros(len(knots))
        parts[-1] = len(samples)
        parts[1:-1] = [
            part
            for one, two, atom in zip(below, after, is_atom, strict=True)
            for part in ((one, two) if atom else (one,))
        ]
        share = BEYOND * (knots - low) / (high - low)
        at = (1.0 - BEYOND) * parts / len(samples) + share
        keep = np.concatenate([[True], np.diff(at) > 1e-12])
        at, knots = at[keep], knots[keep]
        at[-1], knots[-1] = 1.0, high
        return cls(at, knots)

    def value(self, u: float) -> float:
        """The stored value at `u` in [0, 1]."""
        return float(np.interp(u, self.at, self.values))

    def place(self, value: float) -> float:
        """Where a value is: the middle, if it has a part of its own; the nearest end, if it is out of range."""
        value = float(np.clip(value, self.values[0], self.values[-1]))
        first = int(np.searchsorted(self.values, value, side="left"))
        last = int(np.searchsorted(self.values, value, side="right")) - 1
        if first <= last:
            return float(self.at[first] + self.at[last]) / 2.0
        return float(np.interp(value, self.values[last : first + 1], self.at[last : first + 1]))


@dataclass(frozen=True, eq=False)
class Steps:
    """A coordinate of choices.

    Attributes:
        edges: (n + 1,) increasing, from 0 to 1: where the part of each choice begins and ends.
    """

    edges: F64

    @classmethod
    def of(cls, weights: Sequence[float]) -> Steps:
        """The coordinate of choices with such weights >= 0; each has some of it."""
        given = np.asarray(weights, dtype=np.float64)
        total = given.sum()
        shares = given / total if total > 0.0 else np.full(len(given), 1.0 / len(given))
        edges = np.concatenate([[0.0], np.cumsum((1.0 - BEYOND) * shares + BEYOND / len(given))])
        edges[-1] = 1.0
        return cls(edges)

    def choice(self, u: float) -> int:
        """Number of the choice at `u` in [0, 1]."""
        return int(np.clip(np.searchsorted(self.edges, u, side="right") - 1, 0, len(self.edges) - 2))

    def place(self, choice: int) -> float:
        """The middle of a choice's part."""
        return float(self.edges[choice] + self.edges[choice + 1]) / 2.0


def samples(drawn: Distribution) -> list[float]:
    """What a distribution draws, evenly spread."""
    u = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    v = (np.arange(_SAMPLES) * _GOLDEN) % 1.0
    return [drawn.value(*pair) for pair in zip(u.tolist(), v.tolist(), strict=True)]


def of_parameter(parameter: Parameter, drawn: Sequence[float]) -> Smooth | Steps:
    """The coordinate of a parameter.

    Args:
        parameter: whose range it covers.
        drawn: values by which it is known what is likely; none if all are alike.
    """
    if not parameter.is_categorical:
        return Smooth.of(parameter.minimum, parameter.maximum, drawn)
    weights = np.zeros(parameter.n_categories)
    for value in drawn:
        weights[round(min(max(value, parameter.minimum), parameter.maximum) - parameter.minimum)] += 1.0
    return Steps.of(weights.tolist())
