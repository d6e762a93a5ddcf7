"""CMA-ES from the `cma` package (Hansen, 2016, arXiv:1604.00772), as searches here use it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from patchpilot.search.resynthesis.envelope import F64


def evolution(
    start: F64,
    low: F64,
    high: F64,
    *,
    population: int,
    sigma: float = 1.0,
    seed: int = 0,
    diagonal: bool = True,
) -> Any:
    """A search that has not begun, in units of the steps.

    Args:
        start: (n,) where it begins.
        low: (n,) least values.
        high: (n,) most values.
        population: proposals of a generation.
        sigma: how far the first proposals lie from the start.
        seed: of its random numbers.
        diagonal: learn the steps only, not how knobs hang together (Ros and Hansen, PPSN 2008): better within
            few hundred evaluations.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses matplotlib, which nobody needs
        import cma
    options = {
        "popsize": population,
        "CMA_diagonal": diagonal,
        "seed": seed + 1,
        "verbose": -9,
        "bounds": [low.tolist(), high.tolist()],
    }
    return cma.CMAEvolutionStrategy(np.asarray(start), sigma, options)
