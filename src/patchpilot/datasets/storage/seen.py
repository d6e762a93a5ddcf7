"""Which patches a dataset has already, in eight bytes each: a large one has millions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

_DIGITS = 16
"""Of a sha256 that are kept: among ten million patches, two share them once in 400,000 datasets."""
_RECENT = 1 << 16
_BLOCK = 1 << 16
"""Digests that are read at once."""


class Seen:
    """A set of sha256 digests that only grows. What is in it follows from what was added, not from when."""

    def __init__(self) -> None:
        self._sorted: npt.NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._recent: set[int] = set()

    @classmethod
    def of_column(cls, column: Any) -> Seen:
        """The digests in a column of hex digests ("S64") of an HDF5 file."""
        made = cls()
        for start in range(0, column.shape[0], _BLOCK):
            made.update(digest.decode() for digest in column[start : start + _BLOCK])
        return made

    def update(self, digests: Iterable[str]) -> None:
        """Add hex digests."""
        self._recent.update(int(digest[:_DIGITS], 16) for digest in digests)
        if len(self._recent) >= _RECENT:
            self._sorted = np.union1d(self._sorted, np.array(list(self._recent), np.uint64))
            self._recent.clear()

    def __contains__(self, digest: str) -> bool:
        number = int(digest[:_DIGITS], 16)
        if number in self._recent:
            return True
        at = int(np.searchsorted(self._sorted, np.uint64(number)))
        return at < len(self._sorted) and int(self._sorted[at]) == number
