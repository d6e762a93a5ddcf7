"""Which takes of a run are kept while it goes on: its best and its most different ones, and not every render.

A take is kept when it is among the best up to then, or sounds like nothing that was kept. Of n takes in random order
about `best` × (1 + ln(n / best)) are the first; the others are the centres of the doubling algorithm (Charikar et al.
1997, "Incremental clustering and dynamic information retrieval", STOC, section 3): a take is one if it is further
from all of them than a radius, which doubles whenever there are more than `different`. So a bank grows with the
logarithm of the renders, and what was kept depends on the order of the proposals only.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from patchpilot.audio import F32
from patchpilot.audio.faults import Limits
from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take
from patchpilot.objectives.hearing import Embedding, heard
from patchpilot.retrieval.library import embedding_of
from patchpilot.search.base import Outcome

ALIKE = 0.05
"""Sounds that are closer than this, as vectors of length 1, are not different: three degrees."""
Why = Literal["best", "different", ""]


@dataclass(frozen=True)
class Keep:
    """How much of a run is kept.

    Attributes:
        best: >= 1, a take is kept when it is among so many of the best up to then.
        different: >= 0, about as many takes are kept because they sound like nothing that was kept; 0: none.
        embedding: which hears what is different, as `patchpilot plugins` lists them.
    """

    best: int = 32
    different: int = 64
    embedding: str = "spectral"

    def __post_init__(self) -> None:
        if self.best < 1 or self.different < 0:
            raise ParameterError(
                f"expected keep.best >= 1 and keep.different >= 0, got {self.best} and {self.different}"
            )


@dataclass(frozen=True, eq=False)
class Standing:
    """Where a run stands between two batches.

    Attributes:
        n_renders: how often the engine played.
        seconds: how long it took.
        best: the best outcomes so far, best first.
    """

    n_renders: int = 0
    seconds: float = 0.0
    best: tuple[Outcome, ...] = ()


class Log(Protocol):
    """Who hears of each batch, after the searcher did."""

    def batch(self, outcomes: Sequence[Outcome], standing: Standing) -> None:
        """What came of a batch, in the order of the proposals."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A take that is worth keeping.

    Attributes:
        take: it.
        outcome: what it came of.
        why: "best" or "different".
    """

    take: Take
    outcome: Outcome
    why: Why


class Keeping:
    """Says which takes of a run are kept.

    Args:
        keep: how many.
        on_kept: called with each of them, in the order of the proposals.

    Raises:
        PluginError: there is no such embedding.
    """

    def __init__(self, keep: Keep, on_kept: Callable[[Kept], None]) -> None:
        self._keep, self._on_kept = keep, on_kept
        self._embedding: Embedding = embedding_of(keep.embedding)
        self._limits = Limits()
        self.state: Any = {"scores": [], "ids": [], "centres": np.zeros((0, 0), np.float32), "radius": ALIKE}
        """Scores of the best, lowest first, with ids of their takes; vectors that others must differ from."""

    def batch(self, outcomes: Sequence[Outcome], standing: Standing) -> None:  # noqa: ARG002
        """Keep what is worth it."""
        for outcome in outcomes:
            take = outcome.take
            if take is not None and np.isfinite(outcome.score) and (why := self._why(outcome, take)):
                self._on_kept(Kept(take, outcome, why))

    def _why(self, outcome: Outcome, take: Take) -> Why:
        """Faults are never different: silence, direct current, and what is clipped."""
        if take.id in self.state["ids"]:
            return ""
        is_best = self._is_best(outcome.score, take.id)
        is_different = (
            self._keep.different > 0
            and not self._limits.fault(take.audio)
            and self._is_different(heard(take, self._embedding))
        )
        return "best" if is_best else "different" if is_different else ""

    def _is_best(self, score: float, name: str) -> bool:
        scores, ids = self.state["scores"], self.state["ids"]
        if len(scores) >= self._keep.best:
            if score <= scores[0]:
                return False
            del scores[0], ids[0]
        place = bisect.bisect_left(scores, score)
        scores.insert(place, score)
        ids.insert(place, name)
        return True

    def _is_different(self, vector: F32) -> bool:
        centres: F32 = self.state["centres"]
        if len(centres) and float(_distances(centres, vector).min()) <= self.state["radius"]:
            return False
        centres = np.vstack([centres, vector]) if len(centres) else vector[None].copy()
        while len(centres) > self._keep.different:
            apart = np.stack([_distances(centres, centre) for centre in centres])
            np.fill_diagonal(apart, np.inf)
            self.state["radius"] = 2.0 * max(self.state["radius"], float(apart.min()))
            centres = _thinned(centres, self.state["radius"])
        self.state["centres"] = centres
        return True


def _distances(centres: F32, vector: F32) -> F32:
    return np.asarray(np.linalg.norm(centres - vector, axis=1), np.float32)


def _thinned(centres: F32, radius: float) -> F32:
    """Those that are further apart than the radius, the earlier ones first."""
    left: list[F32] = []
    for centre in centres:
        if not left or float(_distances(np.stack(left), centre).min()) > radius:
            left.append(centre)
    return np.stack(left)
