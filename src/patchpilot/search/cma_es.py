"""CMA-ES with a diagonal covariance, which few evaluations can learn: samples around the best so far.

Source: R. Ros and N. Hansen, "A simple modification in CMA-ES achieving linear time and space complexity", PPSN
2008; whole numbers as in R. Hamano et al., "CMA-ES with margin", GECCO 2022; by the package `cma`.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from patchpilot.audio import F64

_FLAT = 1e-9
"""Bounds lie so far outside the ranges: a centre at a limit may be beyond it by its rounding, and would be refused."""
_LENDING = threading.Lock()
"""Held while numpy's global stream is lent: searchers run in threads side by side, and there is one stream."""


class Evolution:
    """A CMA-ES, minimising; plain to pickle. Its random numbers are its own, whatever other threads' evolutions do.

    Args:
        centre: (d,) where it begins, within the bounds.
        low: (d,) least coordinates.
        high: (d,) greatest coordinates.
        spread: (d,) first standard deviations.
        whole: places of the coordinates that are whole numbers.
        seed: >= 0, of its samples.
        size: >= 4, samples in a generation.
    """

    def __init__(
        self,
        centre: F64,
        *,
        low: F64,
        high: F64,
        spread: F64,
        whole: Sequence[int] = (),
        seed: int,
        size: int,
    ) -> None:
        self._random: Any = np.random.RandomState(seed).get_state()
        self._pending: list[F64] = []
        self._n = len(centre)
        still = [0.0] * (2 - self._n)  # the package needs two coordinates
        options = {
            "popsize": size,
            "CMA_diagonal": True,
            "CMA_stds": [*spread, *(1.0 for _ in still)],
            "bounds": [
                [*(low - _FLAT), *(-1.0 for _ in still)],
                [*(high + _FLAT), *(1.0 for _ in still)],
            ],
            "integer_variables": list(whole),
            "randn": _normal,
            "seed": np.nan,
            "verbose": -9,
        }
        with self._own_random():
            self._cma = _cma().CMAEvolutionStrategy([*centre, *still], 1.0, options)

    def ask(self) -> list[F64]:
        """A generation of coordinates (d,)."""
        with self._own_random():
            self._pending = [np.asarray(at, dtype=np.float64) for at in self._cma.ask()]
        return [at[: self._n] for at in self._pending]

    def tell(self, costs: Sequence[float]) -> None:
        """What came of the generation: in its order, lower is better, all finite."""
        with self._own_random():
            self._cma.tell(self._pending, list(costs))

    @property
    def best(self) -> tuple[F64, float]:
        """The best coordinates (d,) so far, and what they cost."""
        return np.asarray(self._cma.result.xbest[: self._n]), float(self._cma.result.fbest)

    @property
    def spread(self) -> F64:
        """Present standard deviations (d,), in coordinate units."""
        return np.asarray(self._cma.stds[: self._n], dtype=np.float64)

    @contextmanager
    def _own_random(self) -> Iterator[None]:
        """The package draws from numpy's global stream: lend it ours, and leave that of others as it was.

        Another thread that draws from the global stream meanwhile would disturb both. Nothing in Patch Pilot does.
        """
        with _LENDING:
            others = np.random.get_state()  # noqa: NPY002
            np.random.set_state(self._random)  # noqa: NPY002
            try:
                yield
            finally:
                self._random = np.random.get_state()  # noqa: NPY002
                np.random.set_state(others)  # noqa: NPY002


def _normal(*shape: int) -> F64:
    """Normal numbers of the global stream; numpy's own function would take a copy of it along when pickled."""
    return np.random.standard_normal(shape)  # noqa: NPY002


@cache
def _cma() -> Any:
    """The package, which would warn that it cannot plot; loaded once, as filters of warnings are all threads'."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Could not import matplotlib")
        import cma
    return cma
