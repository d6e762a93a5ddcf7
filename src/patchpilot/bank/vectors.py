"""Vectors of takes in memory, in the order of their commits; they catch up with what other processes write."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32
from patchpilot.bank.database import Database
from patchpilot.errors import BankError

I64 = npt.NDArray[np.int64]
_MANY = 20_000
_SPARE = 32
"""Rows that are looked at exactly beyond those wanted: the quick way rounds."""


class Vectors:
    """Numbers and vectors of one embedding, from one place in the order of commits on.

    Args:
        database: of the bank.
        embedding: its id.
        size: of a vector.
        after: the place after which they begin.

    Attributes:
        place: up to which they have been read.
    """

    def __init__(self, database: Database, embedding: int, size: int, *, after: int = 0) -> None:
        self._database, self._embedding, self._size = database, embedding, size
        self.place = after
        self._n = 0
        self._numbers: I64 = np.zeros(0, np.int64)
        self._matrix: F32 = np.zeros((0, size), np.float32)
        self._norms: F32 = np.zeros(0, np.float32)

    def __len__(self) -> int:
        return self._n

    @property
    def numbers(self) -> I64:
        """int64 (n,), of their takes; some may be gone since."""
        return self._numbers[: self._n]

    @property
    def matrix(self) -> F32:
        """float32 (n, size)."""
        return self._matrix[: self._n]

    def catch_up(self, most: int | None = None) -> int:
        """Read what was committed since, or at most so many; how many there were. Raises `BankError`."""
        found = 0
        while most is None or found < most:
            limit = _MANY if most is None else min(_MANY, most - found)
            rows = self._database.rows(
                "SELECT place, number, vector FROM vectors WHERE +embedding = ? AND place > ? "
                "ORDER BY place LIMIT ?",
                (self._embedding, self.place, limit),  # "+": by place, not by the other index
            )
            if not rows:
                break
            self._add([number for _, number, _ in rows], [vector for _, _, vector in rows])
            self.place = rows[-1][0]
            found += len(rows)
        return found

    def nearest(self, vector: F32, k: int) -> tuple[I64, F32]:
        """Rows nearest to a vector (size,), nearest first, and their squared distances; of equals the first row first.

        Returns:
            int64 (m,) and float32 (m,), m = min(k, n).
        """
        rough = self._norms[: self._n] - 2.0 * (self.matrix @ vector)
        some = min(k + _SPARE, self._n)
        rows = np.arange(self._n) if some == self._n else np.sort(np.argpartition(rough, some - 1)[:some])
        apart = self._matrix[rows] - vector
        exact = np.einsum("ij,ij->i", apart, apart)
        order = np.argsort(exact, kind="stable")[:k]
        return rows[order], exact[order]

    def _add(self, numbers: list[int], vectors: list[bytes]) -> None:
        end = self._n + len(numbers)
        if end > len(self._numbers):
            room = max(end, len(self._numbers) * 3 // 2, 64)
            for name, empty in (("_numbers", np.int64), ("_norms", np.float32)):
                made = np.zeros(room, empty)
                made[: self._n] = getattr(self, name)[: self._n]
                setattr(self, name, made)
            matrix = np.zeros((room, self._size), np.float32)
            matrix[: self._n] = self.matrix
            self._matrix = matrix
        added = unpacked(vectors, self._size)
        self._numbers[self._n : end] = numbers
        self._matrix[self._n : end] = added
        self._norms[self._n : end] = np.einsum("ij,ij->i", added, added)
        self._n = end


def vectors_of(database: Database, embedding: int, size: int, numbers: Sequence[int]) -> tuple[I64, F32]:
    """Vectors of some takes, in their order; those without one are left out. Raises `BankError`."""
    found: dict[int, bytes] = {}
    for start in range(0, len(numbers), 500):
        some = [int(number) for number in numbers[start : start + 500]]
        marks = ",".join("?" * len(some))
        sql = f"SELECT number, vector FROM vectors WHERE embedding = ? AND number IN ({marks})"
        found.update(database.rows(sql, [embedding, *some]))
    there = [int(number) for number in numbers if int(number) in found]
    return np.array(there, np.int64), unpacked([found[number] for number in there], size)


def unpacked(vectors: list[bytes], size: int) -> F32:
    """Vectors as the database holds them, as float32 (n, size); raises `BankError` where one is damaged."""
    if any(len(vector) != 4 * size for vector in vectors):
        raise BankError("a vector in the bank is damaged: `patchpilot bank reindex` makes all of them anew")
    return np.frombuffer(b"".join(vectors), "<f4").reshape(-1, size).astype(np.float32, copy=False)
