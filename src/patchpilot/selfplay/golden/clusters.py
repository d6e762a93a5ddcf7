"""Timbre clusters of a golden set: which kinds of sounds are loved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, F64, Audio
from patchpilot.audio.descriptors import NAMES, described, said
from patchpilot.objectives.diversity import pairwise
from patchpilot.objectives.golden import Kind
from patchpilot.objectives.hearing import Embedding, unit
from patchpilot.selfplay.golden.golden_set import GoldenSet

MOST = 8
"""Clusters at most."""
LEAST_CLEAR = 0.1
"""Mean silhouette below which there is one cluster only."""


@dataclass(frozen=True)
class Cluster:
    """Sounds that are like one another.

    Attributes:
        size: how many parts.
        words: what sets them off from the other clusters ("dark", "slow attack").
        typical: name of the sound nearest to their middle.
        members: names of all sounds with a part in it, sorted.
    """

    size: int
    words: tuple[str, ...]
    typical: str
    members: tuple[str, ...]


class _Described:
    """Descriptors as an embedding, so that the golden set keeps them too."""

    name, version, size = "descriptors", "1", len(NAMES)

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002
        return described(audio).astype(np.float32)


def clusters_of(golden: GoldenSet, embedding: Embedding, kind: Kind = "hit") -> list[Cluster]:
    """Clusters of a golden set's parts, the largest first; none of an empty one.

    Raises:
        BankError: a file is gone or damaged.
    """
    vectors = unit(golden.vectors(embedding, kind))
    if not len(vectors):
        return []
    names = [item.name for item in golden.items for _ in item.parts[kind]]
    likes = golden.vectors(_Described(), kind).astype(np.float64)
    labels = clustered(vectors)
    found = [_cluster(vectors, labels == label, names, likes) for label in np.unique(labels)]
    return sorted(found, key=lambda cluster: (-cluster.size, cluster.typical))


def clustered(vectors: F32) -> npt.NDArray[np.int64]:
    """Labels (n,) of vectors of length 1: k-means with the number of clusters of the best mean silhouette
    (Rousseeuw 1987).
    """
    from scipy.cluster.vq import kmeans2

    best, labels = LEAST_CLEAR, np.zeros(len(vectors), np.int64)
    apart = pairwise(vectors, vectors)
    distinct = len(np.unique(vectors, axis=0))
    for k in range(2, min(MOST, distinct, len(vectors) - 1) + 1):
        _, tried = kmeans2(vectors.astype(np.float64), k, minit="++", rng=np.random.default_rng(k))
        if len(np.unique(tried)) == k and (clear := _silhouette(apart, tried)) > best:
            best, labels = clear, tried.astype(np.int64)
    return labels


def _silhouette(apart: F64, labels: npt.NDArray[np.int64]) -> float:
    """How much nearer sounds are to their own cluster than to the next, −1 to 1."""
    inside = labels[:, None] == np.unique(labels)[None]
    means = (apart @ inside) / np.maximum(inside.sum(axis=0), 1)
    sizes = inside.sum(axis=0)[labels]
    own = means[np.arange(len(labels)), labels] * sizes / np.maximum(sizes - 1, 1)
    means[np.arange(len(labels)), labels] = np.inf
    other = means.min(axis=1)
    return float(np.where(sizes > 1, (other - own) / np.maximum(np.maximum(other, own), 1e-12), 0.0).mean())


def _cluster(vectors: F32, mine: npt.NDArray[np.bool_], names: Sequence[str], likes: F64) -> Cluster:
    where = np.flatnonzero(mine)
    middle = vectors[where].mean(axis=0)
    nearest = where[int(np.argmin(np.linalg.norm(vectors[where] - middle, axis=1)))]
    words = said(np.median(likes[where], axis=0), typical=np.median(likes, axis=0), spread=likes.std(axis=0))
    return Cluster(
        len(where), tuple(words), names[nearest], tuple(sorted({names[i] for i in where.tolist()}))
    )
