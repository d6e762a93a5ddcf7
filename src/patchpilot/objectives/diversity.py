"""How varied sounds are, and how far two sets of them agree: measured on vectors of length 1, (n, size)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32

SCALES = (0.25, 0.5, 1.0)
"""Widths of a kernel, relative to the median distance: clusters and the whole both count."""
LONE_WIDTH = 0.5
"""Where there is one vector only, and so no distance."""


def pairwise(a: F32, b: F32) -> npt.NDArray[np.float64]:
    """Euclidean distances of vectors of length 1: float64 (len(a), len(b))."""
    return np.sqrt(np.maximum(2.0 - 2.0 * (a.astype(np.float64) @ b.T.astype(np.float64)), 0.0))


@dataclass(frozen=True)
class Kernel:
    """Likeness of two sounds by their distance: the mean of three Gaussians.

    Attributes:
        width: > 0, of the widest.
    """

    width: float

    @classmethod
    def of(cls, vectors: F32) -> Kernel:
        """With the median of the distances between some vectors (the median heuristic, Gretton et al. 2012)."""
        apart = pairwise(vectors, vectors)[np.triu_indices(len(vectors), 1)]
        width = float(np.median(apart)) if len(apart) else 0.0
        return cls(width if width > 0.0 else LONE_WIDTH)

    def __call__(self, distances: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """1 for the same sound, towards 0 for those that are far apart."""
        ratios = np.square(distances / self.width)
        return np.asarray(np.mean([np.exp(-ratios / (2.0 * s * s)) for s in SCALES], axis=0))


def mean_distance(vectors: F32) -> float:
    """Mean distance between two of them, 0 to 2; 0 for fewer than two."""
    if len(vectors) < 2:
        return 0.0
    return float(pairwise(vectors, vectors)[np.triu_indices(len(vectors), 1)].mean())


def vendi(vectors: F32, kernel: Kernel | None = None) -> float:
    """How many different sounds they amount to, 1 to n (Friedman and Dieng 2023, "The Vendi Score", eq. 1).

    Args:
        vectors: float32 (n, size).
        kernel: of likeness; give the same one for sets that are compared. By default that of the vectors.
    """
    if not len(vectors):
        return 0.0
    alike = (kernel or Kernel.of(vectors))(pairwise(vectors, vectors))
    shares = np.linalg.eigvalsh(alike / len(vectors))
    shares = shares[shares > 1e-12]
    return float(np.exp(-np.sum(shares * np.log(shares))))


def discrepancy(a: F32, b: F32, kernel: Kernel | None = None) -> float:
    """Squared maximum mean discrepancy of two sets, >= 0, biased (Gretton et al. 2012, eq. 5)."""
    likeness = kernel or Kernel.of(b)
    inside = likeness(pairwise(a, a)).mean() + likeness(pairwise(b, b)).mean()
    return float(max(inside - 2.0 * likeness(pairwise(a, b)).mean(), 0.0))


def coverage(reference: F32, vectors: F32, k: int = 5) -> float:
    """Share of the reference's sounds with one of the others nearer than their own `k`-th neighbour.

    After Naeem et al. 2020, "Reliable Fidelity and Diversity Metrics for Generative Models", eq. 4.
    """
    if len(reference) < 2 or not len(vectors):
        return 0.0
    own = np.sort(pairwise(reference, reference), axis=1)[:, min(k, len(reference) - 1)]
    return float((pairwise(reference, vectors).min(axis=1) <= own).mean())
