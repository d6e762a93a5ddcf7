"""Takes by how they sound: near a sound, like another take, far from everything."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from patchpilot.audio import F32, Audio
from patchpilot.bank.entry import Entry, entries_of
from patchpilot.bank.store import Store
from patchpilot.bank.vectors import I64
from patchpilot.errors import BankError


class Similar(Store):
    """Takes, and how they are to one another."""

    def near(self, sound: F32 | Audio, k: int = 10) -> list[tuple[Entry, float]]:
        """The takes nearest to a sound, nearest first, with their distances (Euclidean, in the embedding).

        Args:
            sound: a vector float32 (size,) of the bank's embedding, or a sound.
            k: >= 1, at most how many.

        Raises:
            AudioError: the sound is silent or too short.
            BankError: the bank is damaged, or of another embedding.
            ParameterError: `k` is below 1, or the vector is of another size.
            PluginError: the embedding is missing or broken.
        """
        self.flush()
        vector = self.hearing.of_audio(sound) if isinstance(sound, Audio) else sound
        return self._entries(self.neighbours.nearest(vector, k))

    def like(self, number: int, k: int = 10) -> list[tuple[Entry, float]]:
        """The takes nearest to one of them, itself left out; raises as `near` does."""
        found = self.near(self.vector(number), k + 1)
        return [(entry, distance) for entry, distance in found if entry.number != number][:k]

    def far(self, k: int = 10) -> list[tuple[Entry, float]]:
        """The takes that are farthest from their nearest neighbour, farthest first, with that distance.

        Raises:
            BankError: the bank is damaged.
            ParameterError: `k` is below 1.
        """
        self.flush()
        return self._entries(self.neighbours.farthest(k))

    def vector(self, number: int) -> F32:
        """What the embedding says of a take, float32 (size,); raises `BankError` where it has none."""
        numbers, vectors = self.vectors([number])
        if not len(numbers):
            raise BankError(
                f"take {self[number].number} was not heard yet: `patchpilot bank reindex` hears it"
            )
        return np.asarray(vectors[0])

    def vectors(self, numbers: Iterable[int] | None = None) -> tuple[I64, F32]:
        """What the embedding says of takes.

        Args:
            numbers: of which; of all by default, in the order in which they were committed.

        Returns:
            int64 (n,), the numbers of those that have a vector, and float32 (n, size), not to be changed.

        Raises:
            BankError: the bank is damaged.
        """
        self.flush()
        return self.neighbours.vectors(None if numbers is None else list(numbers))

    def _entries(self, found: list[tuple[int, float]]) -> list[tuple[Entry, float]]:
        entries = {entry.number: entry for entry in entries_of(self.database, [n for n, _ in found])}
        return [(entries[number], distance) for number, distance in found if number in entries]
