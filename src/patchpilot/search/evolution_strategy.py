"""CMA-ES over patches: a normal distribution of points that moves and stretches towards what scores.

Source: N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772; restarts as in A. Auger and N. Hansen,
CEC 2005; the rest is told in `cma_es.py`. It begins with patches of the prior, around the best of which it starts.
Choices are whole numbers to it, with a margin, so that none dies out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.search.box import Algorithm, Box, Heard
from patchpilot.search.cma_es import Evolution
from patchpilot.search.technique import SIZE, Technique

_LEAST = 4
"""Samples in a generation: fewer cannot be ranked."""
_PATIENCE = 12
"""Generations without a new best, after which it starts again."""
_WIDER = 2.0
"""How much wider it starts again, up to the whole range."""


class CmaEs(Technique):
    """CMA-ES.

    Args:
        sigma: > 0, first standard deviation as a part of each coordinate; half of it where it begins with what
            others found.
        size: >= 4, patches in a generation.
        free: see `Technique`.
    """

    name = "cma-es"

    def __init__(self, *, sigma: float = 0.2, size: int = SIZE, **free: Any) -> None:
        super().__init__(size=size, **free)
        if size < _LEAST or not sigma > 0.0:
            raise ParameterError(f"expected size >= {_LEAST} and sigma > 0, got {size} and {sigma:g}")
        self._sigma = sigma

    def algorithm(self, box: Box, seed: int, starts: F64, is_warm: bool) -> Algorithm:
        """Begins with the starts, or around what is known."""
        sigma = self._sigma / 2.0 if is_warm else self._sigma
        return _Restarted(box, seed, starts[:0] if is_warm else starts, sigma, self.size)


class _Restarted(Algorithm):
    """An evolution, and another one when it is stuck."""

    def __init__(self, box: Box, seed: int, starts: F64, sigma: float, size: int) -> None:
        self._box, self._seed, self._starts, self._size = box, seed, starts, size
        self._first = self._sigma = sigma
        self._units = np.maximum(np.array(box.counts, dtype=np.float64) - 1.0, 1.0)
        self._best: tuple[F64, float] = (np.full(len(box), 0.5), float("-inf"))
        self._evolution: Evolution | None = None
        self._stuck = self._number = 0

    def generation(self) -> F64:
        """The starts, then samples of the evolution."""
        if len(self._starts):
            made, self._starts = self._starts, self._starts[:0]
            return made
        if self._evolution is None:
            self._begin()
        assert self._evolution is not None
        return self._box.unit(np.array(self._evolution.ask()))

    def learn(self, heard: Heard) -> None:
        """Move the evolution; end it if it gains nothing."""
        gained = self._remember(heard)
        if self._evolution is None:
            return
        self._evolution.tell((-heard.scores).tolist())
        self._stuck = 0 if gained else self._stuck + 1
        if self._stuck >= _PATIENCE or self._evolution.spread.max() < 1e-4:
            self._evolution = None
            self._sigma = min(self._sigma * _WIDER, 0.5)

    def overhear(self, heard: Heard) -> None:
        """Start again around what is better than all of its own."""
        if self._remember(heard):
            self._evolution, self._sigma = None, self._first / 2.0

    def _remember(self, heard: Heard) -> bool:
        """Whether there is a new best."""
        place = heard.best
        if heard.scores[place] <= self._best[1]:
            return False
        self._best = heard.points[place], float(heard.scores[place])
        return True

    def _begin(self) -> None:
        """A new evolution around the best."""
        self._number += 1
        self._stuck = 0
        low = np.zeros(len(self._box))
        seed = np.random.SeedSequence((self._seed, self._number)).generate_state(1)[0] >> 1
        self._evolution = Evolution(
            self._box.whole(self._best[0][None])[0],
            low=low,
            high=self._units,
            spread=np.maximum(self._sigma * self._units, 0.3 * (self._units > 1.0)),
            whole=[place for place, count in enumerate(self._box.counts) if count],
            seed=int(seed),
            size=self._size,
        )
