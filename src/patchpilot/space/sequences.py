"""Sequences of uniform numbers whose places can be asked for in any order.

Each is a function of (number of dimensions, seed, index): float64 (n_dims,) in [0, 1). So the patch at a place is
the same whatever was drawn before, by how many workers, and after how many resumes.

    lhs     Latin hypercubes of 1024 places: each block of 1024 visits 1024 equal parts of every dimension once
    sobol   one scrambled Sobol sequence: the first 2^k places fill the whole evenly, for every k
    random  every number by itself
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from patchpilot.errors import ParameterError

Row = npt.NDArray[np.float64]
Sequence = Callable[[int, int, int], Row]
"""(number of dimensions, seed, index) -> float64 (n_dims,)."""
BLOCK = 1024
"""Places that are made at once."""
SOBOL_MOST_DIMS = 21201
"""What the published direction numbers reach (Joe and Kuo, SIAM J. Sci. Comput. 30, 2008)."""
SOBOL_MOST_PLACES = 2**30
_LHS, _SOBOL = 2, 3
"""Names of streams; 1 is the notes' (`datasets.plan`)."""


def latin_hypercube(n_dims: int, seed: int, index: int) -> Row:
    """A place of a sequence of Latin hypercubes.

    Raises:
        ParameterError: `n_dims` is below 1, or `seed` or `index` negative.
    """
    _check(n_dims, seed, index)
    row: Row = _latin_block(n_dims, seed, index // BLOCK)[index % BLOCK]
    return row


def sobol(n_dims: int, seed: int, index: int) -> Row:
    """A place of a Sobol sequence, scrambled by the seed.

    Raises:
        ParameterError: `n_dims` is not 1..21201, `seed` is negative, or `index` not 0..2^30 − 1.
    """
    _check(n_dims, seed, index)
    if n_dims > SOBOL_MOST_DIMS or index >= SOBOL_MOST_PLACES:
        raise ParameterError(
            f"a Sobol sequence has up to {SOBOL_MOST_DIMS} dimensions and {SOBOL_MOST_PLACES} places, "
            f"got {n_dims} dimensions and place {index}; 'lhs' and 'random' have no such limits"
        )
    row: Row = _sobol_block(n_dims, seed, index // BLOCK)[index % BLOCK]
    return row


def independent(n_dims: int, seed: int, index: int) -> Row:
    """Numbers that have nothing to do with those at other places.

    Raises:
        ParameterError: `n_dims` is below 1, or `seed` or `index` negative.
    """
    _check(n_dims, seed, index)
    return _generator(seed, index).random(n_dims)


SEQUENCES: Mapping[str, Sequence] = {"lhs": latin_hypercube, "sobol": sobol, "random": independent}
"""By their names."""


def sequence(name: str) -> Sequence:
    """One of `SEQUENCES`.

    Raises:
        ParameterError: there is none of that name.
    """
    if name not in SEQUENCES:
        raise ParameterError(f"no way of sampling {name!r}; there are: {', '.join(SEQUENCES)}")
    return SEQUENCES[name]


def _check(n_dims: int, seed: int, index: int) -> None:
    if n_dims < 1:
        raise ParameterError(f"expected at least one dimension, got {n_dims}")
    if seed < 0 or index < 0:
        raise ParameterError(f"expected seed >= 0 and index >= 0, got {seed} and {index}")


def _generator(*names: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(names)))


@lru_cache(maxsize=3)
def _latin_block(n_dims: int, seed: int, block: int) -> Row:
    """Float64 (1024, n_dims), read-only."""
    from scipy.stats import qmc

    made = qmc.LatinHypercube(n_dims, rng=_generator(seed, block, _LHS)).random(BLOCK)
    return _below_one(made)


@lru_cache(maxsize=3)
def _sobol_block(n_dims: int, seed: int, block: int) -> Row:
    """Float64 (1024, n_dims), read-only."""
    from scipy.stats import qmc

    points = qmc.Sobol(n_dims, scramble=True, rng=_generator(seed, 0, _SOBOL))
    if block:
        points.fast_forward(block * BLOCK)
    return _below_one(points.random(BLOCK))


def _below_one(block: Row) -> Row:
    """The same, sure to be below 1 and to stay as it is."""
    kept = np.minimum(block, np.nextafter(1.0, 0.0))
    kept.flags.writeable = False
    return kept
