"""Latin hypercube: patches of the prior spread evenly over every coordinate; nothing is learned.

Source: M. McKay, R. Beckman and W. Conover, Technometrics 21, 1979; by `scipy.stats.qmc`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.search.box import Algorithm, Box, Heard
from patchpilot.search.technique import SIZE, Technique


class LatinHypercube(Technique):
    """Evenly spread patches.

    Args:
        n: >= 1, how many patches share one hypercube; after them comes another.
        size: >= 1, patches in a generation.
        free: see `Technique`.
    """

    name = "latin-hypercube"

    def __init__(self, *, n: int = 256, size: int = SIZE, **free: Any) -> None:
        super().__init__(size=size, **free)
        if n < 1:
            raise ParameterError(f"expected a hypercube of at least 1 patch, got {n}")
        self._n = n

    def algorithm(self, box: Box, seed: int, starts: F64, is_warm: bool) -> Algorithm:  # noqa: ARG002
        """Begins with the first patches of the first hypercube."""
        return _Spread(len(box), self._n, self.size, seed)


class _Spread(Algorithm):
    """Where it is in its hypercubes."""

    def __init__(self, d: int, n: int, size: int, seed: int) -> None:
        self._d, self._n, self._size, self._seed = d, n, size, seed
        self._next = 0
        self._cube: tuple[int, F64] = (-1, np.zeros((0, d)))

    def generation(self) -> F64:
        """The next points, of one hypercube."""
        number, first = divmod(self._next, self._n)
        if self._cube[0] != number:
            from scipy.stats import qmc

            random = np.random.default_rng((self._seed, number))
            self._cube = number, qmc.LatinHypercube(self._d, rng=random).random(self._n)
        made = self._cube[1][first : first + self._size]
        self._next += len(made)
        return made

    def learn(self, heard: Heard) -> None:
        """Nothing."""
