"""What each knob does to a sound's picture, learnt from all renders around it, and the best turn of all together.

One number for each render is little to learn from when forty knobs may move. A render tells far more: thousands of
log-mel cells, each of which answers nearly linearly to a small turn of most knobs (levels, equalizers, envelopes and
filters add in decibels). So the cells' slopes are fitted to all renders near the best one, as in Gauss and Newton's
method, and the turn is sought for which the predicted picture comes closest to the target's, in the very distance
that is to be made small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, F64
from patchpilot.search.refinement.pictures import AUDIBLE, FLOOR

_RIDGE = 0.05
"""How much a slope is believed to be what it was taken for before it was heard."""
_NEAR = 20.0
"""Squared distance at which a render counts a quarter: farther ones say less of what is here."""
_PROBE = 1.3
"""Standard deviation of a probe, in typical steps."""
_PROBED = 0.15
"""Part of the knobs that a probe turns: few and far tells more than all a little."""
_LEAST = 0.05
"""Differences below this many nepers weigh no more than it, in the reweighted squares."""
_ROUNDS = 6


@dataclass(frozen=True, eq=False)
class Heard:
    """One render of an arm.

    Attributes:
        at: (d,) its coordinates.
        cost: minus its score, lower is better; finite.
        picture: float32 (cells,), None without a target or a take.
    """

    at: F64
    cost: float
    picture: F32 | None = None


def slopes(centre: Heard, heard: Sequence[Heard], believed: F32) -> F32:
    """Slopes of all cells by all coordinates, float32 (d, cells).

    Args:
        centre: where the slopes are wanted.
        heard: all renders that have pictures; the centre itself does not count.
        believed: float32 (d, cells), what is taken for the slopes where nothing was heard.
    """
    others = [one for one in heard if one is not centre and (one.at != centre.at).any()]
    if not others or centre.picture is None:
        return believed
    turns = np.array([one.at - centre.at for one in others])
    weights = 1.0 / (1.0 + (turns**2).sum(axis=1) / _NEAR)
    a = (turns * weights[:, None]).astype(np.float32)
    pictures = np.array([one.picture for one in others]) - centre.picture
    missed = pictures * weights[:, None].astype(np.float32) - a @ believed
    n, d = a.shape
    if n < d:
        found = a.T @ np.linalg.solve(a @ a.T + _RIDGE * np.eye(n, dtype=np.float32), missed)
    else:
        found = np.linalg.solve(a.T @ a + _RIDGE * np.eye(d, dtype=np.float32), a.T @ missed)
    return np.asarray(believed + found, dtype=np.float32)


def probes(centre: F64, spread: F64, n: int, random: np.random.Generator) -> list[F64]:
    """Coordinates (d,) around a centre from which slopes can be learnt: a few knobs turned far.

    Args:
        centre: (d,) coordinates.
        spread: (d,) typical steps.
        n: how many.
        random: where they come from.
    """
    d = len(centre)
    turned = random.random((n, d)) < _PROBED
    turned[np.arange(n), random.integers(d, size=n)] = True
    return list(centre + np.where(turned, _PROBE * random.standard_normal((n, d)), 0.0) * spread)


def best_turn(
    picture: F32, slope: F32, target: F64, low: F64, high: F64, *, caution: float
) -> tuple[F64, float]:
    """The turn after which the predicted picture is closest to the target's.

    Iteratively reweighted least squares, which leads to the least absolute difference.

    Args:
        picture: float32 (cells,), where it starts.
        slope: float32 (d, cells).
        target: (cells,).
        low: (d,) least turns, <= 0.
        high: (d,) greatest turns, >= 0.
        caution: > 0, price of a squared typical step.

    Returns:
        The turn (d,), and the distance that is predicted for it.
    """
    turn = np.zeros(len(slope))
    start = picture.astype(np.float64)
    for _ in range(_ROUNDS):
        predicted = start + turn @ slope
        weights = _counted(predicted, target) / np.maximum(np.abs(predicted - target), _LEAST)
        weighted = slope * (weights / max(weights.astype(bool).sum(), 1)).astype(np.float32)
        curvature = (weighted @ slope.T).astype(np.float64) + caution * np.eye(len(turn))
        turn = _within(curvature, -(weighted @ (start - target)).astype(np.float64), low, high)
    predicted = np.maximum(start + turn @ slope, FLOOR)
    counted = _counted(predicted, target)
    return turn, float(np.abs(predicted - target)[counted].mean()) if counted.any() else 0.0


def _counted(predicted: F64, target: F64) -> npt.NDArray[np.bool_]:
    """Cells that the distance looks at: where one of the two sounds."""
    return (predicted > AUDIBLE) | (target > AUDIBLE)


def _within(curvature: F64, pull: F64, low: F64, high: F64) -> F64:
    """Solve `curvature` @ turn = `pull` with the turn in its ranges; those at a limit stay there."""
    turn = np.zeros(len(pull))
    free = np.ones(len(pull), dtype=bool)
    for _ in range(4):
        rest = pull[free] - curvature[np.ix_(free, ~free)] @ turn[~free]
        turn[free] = np.linalg.solve(curvature[np.ix_(free, free)], rest)
        outside = (turn < low) | (turn > high)
        turn = np.clip(turn, low, high)
        if not (outside & free).any():
            break
        free &= ~outside
    return turn
