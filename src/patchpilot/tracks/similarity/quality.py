"""How well an embedding puts tracks of one label together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchpilot.audio import F32


def precision_at(
    vectors: F32, labels: Sequence[str], *, n: int = 5, queries: Sequence[int] | None = None
) -> float:
    """Share of a track's nearest that have its label, mean over the queries.

    Args:
        vectors: float32 (tracks, size).
        labels: of the tracks.
        n: how many of the nearest; fewer where fewer others have the label.
        queries: tracks that are asked about; all where None. All others are candidates.
    """
    named = np.array(labels)
    found = []
    for query in range(len(named)) if queries is None else queries:
        apart = np.linalg.norm(vectors - vectors[query], axis=1)
        apart[query] = np.inf
        most = min(n, int(np.sum(named == named[query])) - 1)
        if most > 0:
            nearest = np.argsort(apart, kind="stable")[:most]
            found.append(float(np.mean(named[nearest] == named[query])))
    return float(np.mean(found)) if found else 0.0
