"""A linear ear for order: for each two effects, ridge regression from a coarse picture to which of them comes first.

It is told which effects there are, and is as simple as can be, so that it says whether the order is in the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
RIDGE = 1.0
"""Beside a kernel whose diagonal is 1 in the mean."""


def ordered(
    train: F32, train_chains: Sequence[tuple[str, ...]], test: F32, sets: Sequence[Sequence[str]]
) -> list[tuple[str, ...]]:
    """The modules of each set in the order that is heard: each pair votes by how sure it is (Borda).

    Args:
        train: float32 (n, 4, 96, 64).
        train_chains: n, of those.
        test: float32 (m, 4, 96, 64).
        sets: m, of those; how they are ordered does not matter.
    """
    known, heard = coarse(train), coarse(test)
    mean, deviation = known.mean(axis=0), known.std(axis=0) + 1e-3
    known, heard = (known - mean) / deviation, (heard - mean) / deviation
    votes = [dict.fromkeys(sorted(one), 0.0) for one in sets]
    for first, second in combinations(sorted({name for one in train_chains for name in one}), 2):
        rows = [k for k, one in enumerate(train_chains) if first in one and second in one]
        asked = [k for k, one in enumerate(sets) if first in one and second in one]
        if not rows or not asked:
            continue
        is_before = [train_chains[k].index(first) < train_chains[k].index(second) for k in rows]
        sure = ridge(known[rows], np.where(is_before, 1.0, -1.0), heard[asked])
        for k, margin in zip(asked, sure.tolist(), strict=True):
            votes[k][first] += margin
            votes[k][second] -= margin
    return [tuple(sorted(one, key=lambda name: -one[name])) for one in votes]


def coarse(sound: F32) -> F64:
    """Means of 4 bands by 4 times: float64 (n, 1536)."""
    n, channels, features, times = sound.shape
    blocks = sound.reshape(n, channels, features // 4, 4, times // 4, 4)
    return np.asarray(blocks.mean(axis=(3, 5), dtype=np.float64).reshape(n, -1))


def ridge(rows: F64, labels: npt.NDArray[Any], asked: F64) -> F64:
    """Linear regression with a penalty, in its dual form: what it says of the rows that are asked."""
    size = rows.shape[1]
    kernel = rows @ rows.T / size
    weights = np.linalg.solve(kernel + RIDGE * np.eye(len(rows)), labels - labels.mean())
    return np.asarray(asked @ rows.T / size @ weights)
