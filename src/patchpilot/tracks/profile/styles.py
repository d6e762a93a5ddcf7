"""Sub-styles: groups of tracks in a collection that are more alike than the collection is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchpilot.audio import F64
from patchpilot.tracks.profile.measuring import Measured
from patchpilot.tracks.profile.usual import usual

LEAST_TRACKS = 12
"""A collection of fewer has one style."""
_LEAST_OF_EACH, _MOST_STYLES = 4, 6
_APART = 0.25
"""Silhouette below which groups are none."""
_PRESENT = 0.7
_DIMENSIONS = 8
_MOST = 4.0


def styles(tracks: Sequence[Measured]) -> tuple[int, ...]:
    """For each track the number of its sub-style, from 0, the largest first; all 0 where there is one.

    Ward's hierarchical clusters of the features, in spreads, on their first principal components; as many as have the
    best silhouette, if that is above 0.25 and each has four tracks or more.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    one = (0,) * len(tracks)
    if len(tracks) < LEAST_TRACKS:
        return one
    points = _points(tracks)
    tree = linkage(points, "ward")
    best, chosen = _APART, np.zeros(len(tracks), int)
    for n in range(2, _MOST_STYLES + 1):
        found = fcluster(tree, n, "maxclust")
        if np.bincount(found)[1:].min() >= _LEAST_OF_EACH and (score := silhouette(points, found)) > best:
            best, chosen = score, found
    order = np.argsort(-np.bincount(chosen), kind="stable").tolist()
    return tuple(order.index(int(number)) for number in chosen)


def silhouette(points: F64, groups: np.ndarray) -> float:
    """Mean silhouette (Rousseeuw, 1987), −1..1: how much nearer points are to their own group than to the next.

    Args:
        points: float64 (n, dimensions).
        groups: int (n,), two or more different ones.
    """
    from scipy.spatial.distance import cdist

    apart = cdist(points, points)
    labels = np.unique(groups)
    means = np.stack([apart[:, groups == label].mean(axis=1) for label in labels])
    own = np.searchsorted(labels, groups)
    size = np.array([np.sum(groups == label) for label in labels])[own]
    at = np.arange(len(points))
    inside = means[own, at] * size / np.maximum(size - 1, 1)
    means[own, at] = np.inf
    nearest = means.min(axis=0)
    scores = (nearest - inside) / np.maximum(np.maximum(nearest, inside), 1e-12)
    return float(np.where(size > 1, scores, 0.0).mean())


def _points(tracks: Sequence[Measured]) -> F64:
    """Tracks in spreads of the features that most of them have, on their first principal components."""
    known = usual(tracks, least=int(np.ceil(_PRESENT * len(tracks))))
    table = np.array(
        [
            [
                np.clip(u.spreads(t.values.get(feature, u.median)), -_MOST, _MOST)
                for feature, u in known.items()
            ]
            for t in tracks
        ]
    )
    sizes: dict[tuple[str, str, str], int] = {}
    keys = [(f.section, f.stem, f.kind.group) for f in known]
    for key in keys:
        sizes[key] = sizes.get(key, 0) + 1
    table = table / np.sqrt([sizes[key] for key in keys])
    table = table - table.mean(axis=0)
    left, lengths, _ = np.linalg.svd(table, full_matrices=False)
    return np.asarray((left * lengths)[:, :_DIMENSIONS])
