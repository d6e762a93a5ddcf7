"""Simulated annealing: a few walkers that take worse patches too, ever more rarely.

Source: S. Kirkpatrick, C. Gelatt and M. Vecchi, Science 220, 1983, for the acceptance of what is worse; A. Corana et
al., ACM Transactions on Mathematical Software 13, 1987, eq. 3, for steps that grow and shrink so that about half of
all moves are taken. Our own code, as `scipy.optimize.dual_annealing` wants to call the objective itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.search.box import Algorithm, Box, Heard, folded
from patchpilot.search.technique import Technique

_MOVED = 1.0
"""Coordinates that a move changes, on average, beside the one that it always does."""
_GROWTH = 2.0
"""Corana's c: how fast steps follow the part of moves that is taken."""
_STEPS = (0.02, 1.0)
"""Shortest and longest step, as parts of a coordinate."""
_WINDOW = 4
"""Generations after which steps change."""


class Annealing(Technique):
    """Simulated annealing.

    Args:
        cooling: > 0 and < 1, what is left of the temperature after a generation. The first temperature is the
            standard deviation of the first scores.
        size: >= 1, walkers.
        free: see `Technique`.
    """

    name = "annealing"

    def __init__(self, *, cooling: float = 0.95, size: int = 8, **free: Any) -> None:
        super().__init__(size=size, **free)
        if not 0.0 < cooling < 1.0:
            raise ParameterError(f"expected a cooling between 0 and 1, got {cooling:g}")
        self._cooling = cooling

    def algorithm(self, box: Box, seed: int, starts: F64, is_warm: bool) -> Algorithm:
        """A walker at each start, or at what is known; others anywhere."""
        return _Walkers(box, seed, starts[:0] if is_warm else starts, self.size, self._cooling)


@dataclass
class _Walker:
    """Where one stands."""

    point: F64
    score: float = float("-inf")


class _Walkers(Algorithm):
    """All of them, at one temperature and with steps of one length."""

    def __init__(self, box: Box, seed: int, starts: F64, size: int, cooling: float) -> None:
        self._box, self._size, self._cooling = box, size, cooling
        self._random = np.random.default_rng((seed, 2))
        self._walkers = [_Walker(point) for point in starts[:size]]
        self._temperature: float | None = None
        self._step = 0.3
        self._taken = self._tried = 0

    def generation(self) -> F64:
        """Where walkers stand, if that was not heard; else a move of each."""
        missing = self._size - len(self._walkers)
        self._walkers += [_Walker(point) for point in self._random.random((missing, len(self._box)))]
        unheard = [walker.point for walker in self._walkers if walker.score == float("-inf")]
        self.parents = [] if unheard else [[walker.point] for walker in self._walkers]
        if unheard:
            return np.array(unheard)
        if self._temperature is None:
            self._temperature = float(np.std([walker.score for walker in self._walkers])) or 1.0
        return np.array([self._moved(walker.point) for walker in self._walkers])

    def learn(self, heard: Heard) -> None:
        """Take what is better, and now and then what is worse; then cool."""
        unheard = [walker for walker in self._walkers if walker.score == float("-inf")]
        if unheard:
            for walker, score in zip(unheard, heard.scores.tolist(), strict=True):
                walker.score = score
            return
        assert self._temperature is not None
        chances = self._random.random(len(heard))
        for i, walker in enumerate(self._walkers):
            gain = heard.scores[i] - walker.score
            if gain >= 0.0 or chances[i] < np.exp(gain / self._temperature):
                walker.point, walker.score = heard.points[i], float(heard.scores[i])
                self._taken += 1
            self._tried += 1
        self._temperature = max(self._temperature * self._cooling, 1e-12)
        if self._tried >= _WINDOW * len(self._walkers):
            self._step = _adapted(self._step, self._taken / self._tried)
            self._taken = self._tried = 0

    def overhear(self, heard: Heard) -> None:
        """New walkers stand where others were; later, the one that stands worst goes to what is better than all."""
        for point, score in zip(heard.points, heard.scores.tolist(), strict=True):
            if len(self._walkers) < self._size:
                self._walkers.append(_Walker(point, score))
            elif score > max(walker.score for walker in self._walkers) > float("-inf"):
                worst = min(self._walkers, key=lambda walker: walker.score)
                worst.point, worst.score = point, score

    def _moved(self, point: F64) -> F64:
        """A neighbour: some coordinates a step away at most, reflected at the ends; choices drawn anew."""
        d = len(point)
        moved = self._random.random(d) < min(_MOVED / d, 0.3)
        moved[self._random.integers(d)] = True
        steps = self._random.uniform(-self._step, self._step, d)
        fresh = self._random.random(d)
        is_choice = np.array(self._box.counts) > 0
        return np.where(moved, np.where(is_choice, fresh, folded(point + steps)), point)


def _adapted(step: float, part: float) -> float:
    """A longer step where more than 0.6 of all moves are taken, a shorter one where less than 0.4 are."""
    if part > 0.6:
        step *= 1.0 + _GROWTH * (part - 0.6) / 0.4
    elif part < 0.4:
        step /= 1.0 + _GROWTH * (0.4 - part) / 0.4
    return float(np.clip(step, *_STEPS))
