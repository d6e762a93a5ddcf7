"""How well an embedding finds patches again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32

_AT_ONCE = 256


def ranks(queries: F32, library: F32, places: npt.NDArray[np.integer]) -> npt.NDArray[np.intp]:
    """At which place of the answer each query finds what it is, from 0; of equals the worst place.

    Args:
        queries: float32 (n, size).
        library: float32 (rows, size).
        places: (n,), the row of the library that each query is.
    """
    squares = np.square(library, dtype=np.float64).sum(axis=1)
    found = []
    for at in range(0, len(queries), _AT_ONCE):
        part, own = queries[at : at + _AT_ONCE].astype(np.float64), np.asarray(places[at : at + _AT_ONCE])
        apart = squares - 2.0 * (part @ library.T.astype(np.float64))
        mine = apart[np.arange(len(part)), own][:, np.newaxis]
        found.append((apart <= mine + 1e-9 * np.abs(mine)).sum(axis=1) - 1)
    return np.concatenate(found)


def top(found: npt.NDArray[np.intp], n: int) -> float:
    """Share of queries that find what they are among the first `n`."""
    return float(np.mean(found < n))
