"""Means and shares with how sure they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A number and its interval of 95 % confidence.

    Attributes:
        value: the number.
        low: end of the interval; None where there is too little to tell.
        high: the other end.
    """

    value: float
    low: float | None = None
    high: float | None = None


def mean(values: Sequence[float]) -> Estimate:
    """Mean of independent values, with Student's t interval; without one for a single value.

    Args:
        values: at least one.
    """
    middle = float(np.mean(values))
    if len(values) < 2:
        return Estimate(middle)
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    if error == 0.0:
        return Estimate(middle, middle, middle)
    from scipy import stats

    half = error * float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1))
    return Estimate(middle, middle - half, middle + half)


def share(wins: int, losses: int) -> Estimate | None:
    """Part of decided votes that were won, with Wilson's score interval (E. B. Wilson 1927); None without any."""
    if wins + losses == 0:
        return None
    from scipy import stats

    interval = stats.binomtest(wins, wins + losses).proportion_ci(LEVEL, method="wilson")
    return Estimate(wins / (wins + losses), float(interval.low), float(interval.high))


def sign_p(wins: int, losses: int) -> float:
    """Two-sided exact sign test: how likely it is that chance alone decides at least as unevenly; 1 without votes."""
    if wins + losses == 0:
        return 1.0
    from scipy import stats

    return float(stats.binomtest(wins, wins + losses, 0.5).pvalue)


def bradley_terry(wins: F64) -> list[Estimate] | None:
    """How strong each of several is, so that i beats j with odds exp(strength_i − strength_j).

    Maximum likelihood (Bradley and Terry 1952) by Hunter's MM iteration (2004); intervals from observed information.

    Args:
        wins: (n, n) >= 0, how often row beat column; half for no difference. The diagonal does not count.

    Returns:
        Strengths that add up to 0, on a logarithmic scale. None where they are not finite: some won every time against
        all others, or were never compared with them (Ford 1957).
    """
    n = len(wins)
    wins = np.asarray(wins, np.float64) * (1.0 - np.eye(n))
    if n < 2 or not _is_connected(wins > 0):
        return None
    met = wins + wins.T
    strength = np.ones(n)
    for _ in range(100_000):
        pairs = met / (strength[:, None] + strength[None])
        better = wins.sum(axis=1) / pairs.sum(axis=1)
        better /= np.exp(np.mean(np.log(better)))
        done = np.max(np.abs(np.log(better / strength))) < 1e-12
        strength = better
        if done:
            break
    chance = strength[:, None] / (strength[:, None] + strength[None])
    information = -met * chance * (1.0 - chance)
    np.fill_diagonal(information, -information.sum(axis=1))
    # Strengths add up to 0: the inverse on what is left, which the vector of ones spans the rest of.
    variance = np.linalg.inv(information + 1.0 / n) - 1.0 / n
    from scipy import stats

    half = float(stats.norm.ppf((1 + LEVEL) / 2)) * np.sqrt(np.maximum(np.diag(variance), 0.0))
    logs = np.log(strength)
    return [Estimate(float(s), float(s - h), float(s + h)) for s, h in zip(logs, half, strict=True)]


def _is_connected(beats: np.typing.NDArray[np.bool_]) -> bool:
    """Whether from each there is a way of wins to every other."""
    reach = np.eye(len(beats), dtype=bool) | beats
    for _ in range(len(beats)):
        reach = (reach.astype(int) @ reach.astype(int)) > 0
    return bool(reach.all())
