"""How well a take fits among sounds that somebody loves: like them as a whole, a copy of none.

A golden set is a distribution to sample from, not a target. Kernel herding (Chen, Welling and Smola 2010,
"Super-Samples from Kernel Herding", eq. 8) says which next sample brings those that are there closest to it: the one
where the set is dense and earlier samples are not. Each step lowers the maximum mean discrepancy between the two
(Gretton et al. 2012, JMLR 13), so the takes spread as the set does, and cannot all gather at one of its sounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from patchpilot.audio import F32
from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take
from patchpilot.objectives.archive import Memory
from patchpilot.objectives.composition import Composable
from patchpilot.objectives.diversity import Kernel, pairwise
from patchpilot.objectives.golden import Golden, Kind, vectors_like
from patchpilot.objectives.hearing import Embedding, heard, unit
from patchpilot.space import Performance

REMEMBERED = 4096
"""Takes that crowd a place; older ones no longer do."""


class CloseToSet(Composable):
    """Density of the golden set at a take, minus how crowded it is with earlier takes.

    Nearer to a golden sound than those are to one another counts no more, so a copy gains nothing. The crowd is the
    takes that it was told to learn; before any, the score is the density alone.

    Args:
        golden: the sounds that are loved.
        embedding: that sounds are compared in.
        kind: which parts of them ("hit", "beat", "bar", "whole"); by default those that the takes are like.
        performance: what is played, which says what the takes are like; one note by default.

    Raises:
        ParameterError: the golden set has no part of that kind, or there is no such kind.
    """

    name = "close_to_set"

    def __init__(
        self,
        golden: Golden,
        embedding: Embedding,
        *,
        kind: Kind | None = None,
        performance: Performance | None = None,
    ) -> None:
        vectors = vectors_like(golden, embedding, kind, performance)
        if not len(vectors):
            raise ParameterError(
                f"expected a golden set to be close to, but it holds no {kind or 'sound'}: add sounds with "
                "`patchpilot golden add DIR`"
            )
        self._embedding = embedding
        self._golden = unit(vectors)
        self._kernel = Kernel.of(self._golden)
        self._spacing = _spacing(self._golden)
        self._crowd = Memory()

    def score(self, take: Take) -> Mapping[str, float]:
        """{"close_to_set": −1 to 1}."""
        vector = heard(take, self._embedding)
        apart = np.maximum(pairwise(vector[None], self._golden)[0], self._spacing)
        density = float(self._kernel(apart).mean())
        crowd = self._crowd.vectors[-REMEMBERED:]
        crowded = float(self._kernel(pairwise(vector[None], crowd)).sum()) if len(crowd) else 0.0
        return {self.name: density - crowded / (len(crowd) + 1)}

    def learn(self, takes: Sequence[Take]) -> None:
        """These are there now."""
        for take in takes:
            self._crowd.add(heard(take, self._embedding))

    @property
    def state(self) -> Any:
        """The vectors of the crowd."""
        return self._crowd.vectors[-REMEMBERED:].copy()

    @state.setter
    def state(self, vectors: Any) -> None:
        self._crowd = Memory(vectors)


def _spacing(vectors: F32) -> float:
    """Median distance of a vector to its nearest other; 0 for one alone."""
    if len(vectors) < 2:
        return 0.0
    apart = pairwise(vectors, vectors)
    np.fill_diagonal(apart, np.inf)
    return float(np.median(apart.min(axis=1)))
