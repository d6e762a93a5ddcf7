"""Which takes of a bank are near one another, however many there are.

Up to 20 000 vectors are compared one by one. Of more, all but the last few are in a graph, and the last few are
compared one by one until they are enough to be put into it. Distances are Euclidean, as embeddings say they are; for an
embedding of unit length that is the order of the cosine.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import numpy as np

from patchpilot.audio import F32
from patchpilot.bank.database import Database
from patchpilot.bank.graph import Graph
from patchpilot.bank.hearing import Recorded, recorded
from patchpilot.bank.lonely import farthest
from patchpilot.bank.vectors import I64, Vectors, vectors_of
from patchpilot.errors import OutputError, ParameterError

MOST_FLAT = 20_000
"""Vectors up to which all are compared."""
MOST_LOOSE = 1_000
"""Vectors that may wait to be put into the graph."""
_FILE = "hnsw-{}.index"
_GROWTH = 0.02
"""Of its file: more than that is worth writing it anew."""
_SPARE = 8


class Neighbours:
    """Vectors of a bank, compared; each call sees what any process has committed.

    Args:
        database: of the bank.
        folder: where the graph is kept.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._lock = threading.RLock()
        self._of: tuple[Recorded | None, int] = None, 0
        self._forget()

    def vectors(self, numbers: list[int] | None) -> tuple[I64, F32]:
        """Vectors of some takes, or of all in the order of their commits; those without one are left out.

        Returns:
            int64 (n,) and float32 (n, size), not to be changed.
        """
        with self._lock:
            mine = self._current()
            if mine is None:
                return np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
            if numbers is not None:
                return vectors_of(self._database, mine.id, mine.size, numbers)
            everything = self._everything(mine)
            return everything.numbers, everything.matrix

    def nearest(self, vector: F32, k: int) -> list[tuple[int, float]]:
        """Numbers of the takes nearest to a vector, nearest first, with their distances.

        Raises:
            BankError: the bank is damaged.
            ParameterError: `k` is below 1, or the vector is of another size.
        """
        if k < 1:
            raise ParameterError(f"expected at least 1 neighbour, got {k}")
        with self._lock:
            mine = self._current()
            if mine is None:
                return []
            if np.shape(vector) != (mine.size,):
                raise ParameterError(
                    f"expected a vector of {mine.size} numbers, as {mine.name} makes, got {np.shape(vector)}"
                )
            wanted = k + _SPARE
            while True:
                found = self._candidates(mine, np.asarray(vector, np.float32), wanted)
                there = self._there([number for number, _ in found])
                kept = [(number, distance) for number, distance in found if number in there][:k]
                if len(kept) == k or len(found) < wanted:
                    return kept
                wanted *= 4

    def farthest(self, k: int) -> list[tuple[int, float]]:
        """Numbers of the takes farthest from their nearest neighbour, farthest first, with that distance.

        Raises:
            BankError: the bank is damaged.
            ParameterError: `k` is below 1.
        """
        if k < 1:
            raise ParameterError(f"expected at least 1 take, got {k}")
        with self._lock:
            mine = self._current()
            if mine is None:
                return []
            everything = self._everything(mine)
            graph = self._grown(mine, whole=True) if self._is_large() else None
            return farthest(everything, k, graph)

    def save(self) -> None:
        """Keep the graph, if it has grown enough; a place that cannot be written to costs only time."""
        with self._lock, suppress(OSError, OutputError):
            graph, mine = self._graph, self._of[0]
            if graph is not None and mine is not None and len(graph) > (1.0 + _GROWTH) * graph.saved:
                graph.save(self._folder / _FILE.format(mine.id))

    # What is in memory

    def _current(self) -> Recorded | None:
        """The embedding; what was read is forgotten where it is another now, or takes were cleared away."""
        (cleared,) = self._database.rows("SELECT value FROM meta WHERE name = 'cleared'")[0]
        now = recorded(self._database), int(cleared)
        if now != self._of:
            self._of = now
            self._forget()
        return now[0]

    def _forget(self) -> None:
        self._all: Vectors | None = None
        self._graph: Graph | None = None
        self._loose: Vectors | None = None

    def _is_large(self) -> bool:
        """Whether there are too many to compare one by one; counting them would take as long."""
        if self._all is not None:
            return len(self._all) > MOST_FLAT
        sql = "SELECT (SELECT max(place) FROM vectors) - (SELECT min(place) FROM vectors)"
        (span,) = self._database.rows(sql)[0]
        return int(span or 0) >= MOST_FLAT

    def _everything(self, mine: Recorded) -> Vectors:
        if self._all is None:
            self._all = Vectors(self._database, mine.id, mine.size)
        self._all.catch_up()
        return self._all

    def _candidates(self, mine: Recorded, vector: F32, k: int) -> list[tuple[int, float]]:
        """The nearest ones, some of which may be gone; of equals the lower number first."""
        if self._is_large():
            graph, loose = self._grown(mine), self._loose
            assert loose is not None
            numbers, squares = (found[0] for found in graph.nearest(vector[np.newaxis], k))
        else:
            loose = self._everything(mine)
            numbers, squares = np.zeros(0, np.int64), np.zeros(0, np.float32)
        rows, near = loose.nearest(vector, k)
        numbers, squares = np.concatenate([numbers, loose.numbers[rows]]), np.concatenate([squares, near])
        order = [i for i in np.lexsort((numbers, squares)) if numbers[i] >= 0][:k]
        return [(int(numbers[i]), float(np.sqrt(squares[i]))) for i in order]

    def _grown(self, mine: Recorded, *, whole: bool = False) -> Graph:
        """The graph with all vectors, or with all but the last few, which are in `_loose`."""
        most_loose = 0 if whole else MOST_LOOSE
        if self._graph is None:
            (bank,) = self._database.rows("SELECT value FROM meta WHERE name = 'id'")[0]
            self._graph = Graph(mine.size, {"bank": bank, "embedding": [mine.id, mine.name, mine.version]})
            self._graph.load(self._folder / _FILE.format(mine.id))
        if self._loose is None:
            self._loose = Vectors(self._database, mine.id, mine.size, after=self._graph.place)
        while True:
            self._loose.catch_up(MOST_LOOSE + 1 - len(self._loose))
            if len(self._loose) <= most_loose:
                return self._graph
            try:
                self._graph.add(self._loose.numbers, self._loose.matrix, self._loose.place)
            except BaseException:  # an interrupt, which may have come in the middle
                self._graph = self._loose = None
                raise
            self._loose = Vectors(self._database, mine.id, mine.size, after=self._graph.place)
            if len(self._graph) > 1.25 * self._graph.saved:  # a long catching up may be interrupted
                self.save()

    def _there(self, numbers: list[int]) -> set[int]:
        """Those of some numbers whose takes are not gone."""
        found: set[int] = set()
        for start in range(0, len(numbers), 500):
            some = numbers[start : start + 500]
            sql = f"SELECT number FROM takes WHERE number IN ({','.join('?' * len(some))})"
            found.update(number for (number,) in self._database.rows(sql, some))
        return found
