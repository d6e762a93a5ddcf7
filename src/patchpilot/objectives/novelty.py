"""How unlike everything that was heard before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take
from patchpilot.objectives.archive import Archive, Memory
from patchpilot.objectives.composition import Composable
from patchpilot.objectives.golden import Golden, Kind, vectors_like
from patchpilot.objectives.hearing import Embedding, heard
from patchpilot.space import Performance

NEAREST = 15


class Novel(Composable):
    """Mean distance to the nearest sounds that are known, in an embedding (Lehman and Stanley 2011, "Abandoning
    Objectives", eq. 1).

    Known are the archive, the golden set, and the takes that it was told to learn. Those must not be added to the
    archive meanwhile, or they count twice.

    Args:
        embedding: that sounds are compared in.
        archive: what was heard before; of the same embedding.
        golden: sounds that are known too: what is loved already is not new.
        k: >= 1, how many of the nearest.
        kind: of the golden set's parts ("hit", "beat", "bar", "whole"); by default those that the takes are like.
        performance: what is played, which says what the takes are like; one note by default.

    Raises:
        ParameterError: `k` is below 1.
    """

    name = "novel"

    def __init__(
        self,
        embedding: Embedding,
        archive: Archive | None = None,
        *,
        golden: Golden | None = None,
        k: int = NEAREST,
        kind: Kind | None = None,
        performance: Performance | None = None,
    ) -> None:
        if k < 1:
            raise ParameterError(f"expected novelty against at least 1 neighbour, got k = {k}")
        self._embedding, self._k = embedding, k
        self._known: list[Archive] = [archive] if archive is not None else []
        if golden is not None:
            self._known.append(Memory(vectors_like(golden, embedding, kind, performance)))
        self._told = Memory()

    def score(self, take: Take) -> Mapping[str, float]:
        """{"novel": 0 to 2}: 0 for what was heard `k` times, 2 where nothing was heard yet."""
        vector = heard(take, self._embedding)
        near = [archive.distances(vector, self._k) for archive in (*self._known, self._told)]
        nearest = np.sort(np.concatenate(near))[: self._k]
        return {self.name: float(nearest.mean()) if len(nearest) else 2.0}

    def learn(self, takes: Sequence[Take]) -> None:
        """Know these too."""
        for take in takes:
            self._told.add(heard(take, self._embedding))

    @property
    def state(self) -> Any:
        """The vectors that it was told."""
        return self._told.vectors.copy()

    @state.setter
    def state(self, vectors: Any) -> None:
        self._told = Memory(vectors)
