"""Simulated listeners, and sounds that are only vectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64
from patchpilot.selfplay.preference.lens import Lens

SIZE = 32


def sounds(n: int = 1500, seed: int = 0) -> F64:
    """Embeddings float64 (n, 32) with a few strong directions, as real ones have."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, SIZE)) * np.geomspace(3.0, 0.2, SIZE)


def taste(vectors: F64, seed: int = 0, *, share: float = 0.1) -> npt.NDArray[np.bool_]:
    """The tenth with the most of something that is made of four of the strong directions."""
    much = vectors[:, :8] @ np.where(np.isin(np.arange(8), rng_choice(seed)), 1.0, 0.0)
    return np.asarray(much >= np.quantile(much, 1.0 - share))


def rng_choice(seed: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(seed).choice(8, 4, replace=False)


def lens_of(vectors: F64) -> Lens:
    return Lens.of(vectors[:500], seed=1)
