"""What was heard before, as far as novelty asks for it."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from patchpilot.audio import F32
from patchpilot.objectives.hearing import unit


class Archive(Protocol):
    """Sounds that are known: a bank, a golden set, a list of vectors."""

    def distances(self, vector: F32, k: int) -> F32:
        """To the `k` nearest, rising, float32 (up to k,); fewer where it holds fewer.

        Args:
            vector: float32 (size,) of length 1.
            k: >= 1.

        Returns:
            Euclidean distances between vectors of length 1.
        """


class Memory:
    """An archive of vectors in memory.

    Args:
        vectors: float32 (n, size), to begin with; made length 1.
    """

    def __init__(self, vectors: F32 | None = None) -> None:
        self._kept = np.zeros((0, 0), np.float32)
        self._n = 0
        if vectors is not None:
            self.add(vectors)

    def __len__(self) -> int:
        return self._n

    @property
    def vectors(self) -> F32:
        """All of them, float32 (n, size), the oldest first."""
        return self._kept[: self._n]

    def add(self, vectors: F32) -> None:
        """Keep more, float32 (n, size)."""
        rows = unit(np.atleast_2d(np.asarray(vectors, np.float32)))
        if not len(rows):
            return
        if self._n + len(rows) > len(self._kept):  # twice the room, so that adding one at a time stays cheap
            room = np.zeros((max(2 * self._n, self._n + len(rows), 64), rows.shape[1]), np.float32)
            if self._n:
                room[: self._n] = self.vectors
            self._kept = room
        self._kept[self._n : self._n + len(rows)] = rows
        self._n += len(rows)

    def distances(self, vector: F32, k: int) -> F32:
        """As of `Archive`; exact."""
        if not self._n:
            return np.zeros(0, np.float32)
        squares = np.maximum(2.0 - 2.0 * (self.vectors @ vector), 0.0)
        if k < self._n:
            squares = np.partition(squares, k - 1)[:k]
        return np.asarray(np.sqrt(np.sort(squares)), np.float32)
