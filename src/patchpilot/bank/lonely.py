"""Which vectors are farthest from their nearest neighbour, without looking for the neighbour of each.

The distance to any other vector is an upper bound. So all are compared with a few anchors, and neighbours are looked
for in the order of the bounds, until no bound is above what was found.
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32
from patchpilot.bank.graph import Graph
from patchpilot.bank.vectors import I64, Vectors

_ANCHORS = 512
_BATCH = 64
_BLOCK = 65_536
_SPARE = 16
_ROUNDING = 1e-4
"""Of a squared distance in float32, relative to the vectors' own squares."""


def farthest(vectors: Vectors, k: int, graph: Graph | None) -> list[tuple[int, float]]:
    """Numbers of the vectors with the farthest nearest neighbours, farthest first, and that distance.

    Args:
        vectors: all of them.
        k: >= 1, at most how many.
        graph: that knows all of them; without one all are compared.

    Returns:
        At most k; none of fewer than two vectors. Of equals the lower row is first.
    """
    if len(vectors) < 2:
        return []
    bounds = _bounds(vectors.matrix)
    order = np.argsort(-bounds, kind="stable")
    found: list[tuple[float, int]] = []
    for start in range(0, len(order), _BATCH):
        if len(found) == k and found[-1][0] <= -bounds[order[start]]:
            break
        rows = order[start : start + _BATCH]
        nearest = [_alone(vectors, int(row)) for row in rows] if graph is None else _in(graph, vectors, rows)
        found += [(-square, int(row)) for row, square in zip(rows, nearest, strict=True)]
        found = sorted(found)[:k]
    return [(int(vectors.numbers[row]), float(np.sqrt(max(-minus, 0.0)))) for minus, row in found]


def _bounds(matrix: F32) -> F32:
    """The squared distance of each row to the nearest of the anchors but itself, not too low: float32 (n,)."""
    n = len(matrix)
    anchors = np.unique(np.linspace(0, n - 1, min(_ANCHORS, n)).astype(np.int64))
    far = matrix[anchors]
    far_squares = np.einsum("ij,ij->i", far, far)
    bounds = np.empty(n, np.float32)
    for start in range(0, n, _BLOCK):
        rows = matrix[start : start + _BLOCK]
        own = np.einsum("ij,ij->i", rows, rows)
        squares = own[:, None] + far_squares - 2.0 * (rows @ far.T)
        squares += _ROUNDING * (own[:, None] + far_squares)
        mine = np.flatnonzero((anchors >= start) & (anchors < start + len(rows)))
        squares[anchors[mine] - start, mine] = np.inf
        bounds[start : start + len(rows)] = squares.min(axis=1)
    return bounds


def _alone(vectors: Vectors, row: int) -> float:
    rows, squares = vectors.nearest(vectors.matrix[row], 2)
    return float(squares[rows != row][0])


def _in(graph: Graph, vectors: Vectors, rows: I64) -> list[float]:
    """Squared distances to nearest neighbours; takes that are gone, which a graph may know, are none."""
    numbers, squares = graph.nearest(vectors.matrix[rows], _SPARE)
    is_other = np.isin(numbers, vectors.numbers) & (numbers != vectors.numbers[rows][:, None])
    found = np.where(is_other, squares, np.inf).min(axis=1)
    return [
        float(square) if np.isfinite(square) else _alone(vectors, int(row))
        for row, square in zip(rows, found, strict=True)
    ]
