"""A problem for techniques on points: a bowl in numbers and choices, whose bottom is known."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F64
from patchpilot.search.box import Algorithm, Box, Heard

COUNTS = (0, 0, 0, 0, 0, 0, 2, 3, 5, 9)
BOX = Box(
    tuple(np.linspace(0.0, 1.0, count + 1) if count else None for count in COUNTS),
    tuple(count != 5 for count in COUNTS),
)
BEST = np.array([0.3, 0.8, 0.5, 0.1, 0.65, 0.9, 1, 0, 3, 7])
"""Choices by their numbers."""


def scores(points: F64) -> F64:
    """(n,): 0 at the bottom, less elsewhere; a wrong choice costs, in order or not."""
    whole = BOX.whole(points)
    costs = np.abs(whole - BEST)
    costs[:, 6:] = np.where(np.array(BOX.ordered[6:]), costs[:, 6:] / np.array(COUNTS[6:]), costs[:, 6:] > 0)
    return -np.asarray(costs.sum(axis=1))


def heard(points: F64) -> Heard:
    """What comes of points; their first two coordinates are what they are like."""
    return Heard(points, scores(points), points[:, :2])


def best_of(algorithm: Algorithm, budget: int) -> float:
    """The best score within so many points."""
    found = float("-inf")
    n = 0
    while n < budget:
        made = heard(algorithm.generation())
        algorithm.learn(made)
        n, found = n + len(made), max(found, float(made.scores.max()))
    return found
