"""Vectors on a plane, so that what sounds alike lies together.

Two ways. "pca": the two principal axes, where distances are those of the vectors, seen from one side. "umap":
neighbours stay neighbours, and far distances mean little (L. McInnes et al., arXiv:1802.03426, by the
package umap-learn). What comes later is put on the plane that is there, and moves nothing.
"""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from typing import Any, Literal

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.errors import PluginError

Method = Literal["pca", "umap"]
METHODS: tuple[Method, ...] = ("pca", "umap")
MOST_FITTED = {"pca": 50_000, "umap": 5_000}
"""Vectors of which a plane is made, if there are more: evenly spaced ones."""
LEAST_FITTED = {"pca": 1, "umap": 5}
_NEIGHBOURS, _NEAR = 15, 8
"""Neighbours that UMAP keeps together, and those among which a new vector is put."""
_BLOCK = 1024


def principal(vectors: F32) -> tuple[F64, F64]:
    """Mean (size,) and the two principal axes (size, 2) of vectors (n, size).

    The largest part of an axis is positive, so that the same vectors always lie the same way round.
    """
    mean = vectors.mean(axis=0, dtype=np.float64)
    apart = vectors - mean
    _, axes = np.linalg.eigh(apart.T @ apart / len(vectors))
    axes = np.concatenate([axes[:, ::-1], np.zeros((len(axes), 2))], axis=1)[:, :2]
    largest = axes[np.abs(axes).argmax(axis=0), [0, 1]]
    return mean, axes * np.where(largest < 0.0, -1.0, 1.0)


def neighbourly(vectors: F32, first: F64, seed: int) -> F64:
    """Places (n, 2) of vectors (n, size) by UMAP.

    Args:
        vectors: at least `LEAST_FITTED`.
        first: (n, 2), where it begins: a plane that is like it looks like it afterwards.
        seed: of its random numbers.

    Raises:
        PluginError: the package 'umap-learn' is not installed.
    """
    if importlib.util.find_spec("umap") is None:
        raise PluginError(
            "this map needs the package 'umap-learn', which is not installed: pip install 'patchpilot[map]'; or ask "
            "for the method pca"
        )
    with (
        warnings.catch_warnings()
    ):  # that other packages are not installed, and that it is slow with few vectors
        warnings.simplefilter("ignore")
        kind: Any = importlib.import_module("umap").UMAP
        begun = 10.0 * (first - first.min(axis=0)) / max(float(np.ptp(first, axis=0).max()), 1e-12)
        made = kind(
            n_neighbors=min(_NEIGHBOURS, len(vectors) - 1),
            init=begun.astype(np.float32),
            random_state=seed,
            n_jobs=1,
        )
        return np.asarray(made.fit_transform(vectors), np.float64)


def among(vectors: F32, known: F32, places: F64) -> F64:
    """Places (m, 2) of new vectors (m, size): among their nearest of the known (n, size), which lie at (n, 2).

    The nearer a neighbour, the more it draws (by the inverse square of its distance); where one is the same, there.
    """
    made = np.empty((len(vectors), 2))
    squares = np.einsum("ij,ij->i", known, known)
    k = min(_NEAR, len(known))
    for start in range(0, len(vectors), _BLOCK):
        rows = vectors[start : start + _BLOCK]
        rough = squares - 2.0 * (rows @ known.T)
        near = np.sort(np.argpartition(rough, k - 1, axis=1)[:, :k], axis=1)
        apart = np.square(known[near].astype(np.float64) - rows[:, None]).sum(axis=2)
        weights = 1.0 / np.maximum(apart, 1e-12)
        weights /= weights.sum(axis=1, keepdims=True)
        made[start : start + _BLOCK] = np.einsum("ij,ijk->ik", weights, places[near])
    return made
