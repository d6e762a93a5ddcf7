"""The generation that a search waits for: what of it was proposed, and what came of it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np

from patchpilot.audio import F64
from patchpilot.search.box import Algorithm, Heard

Key = TypeVar("Key", bound=Hashable)


@dataclass
class Generation(Generic[Key]):
    """Points that are proposed at once, by keys: plain data that can be copied and pickled.

    Attributes:
        algorithm: what it has learnt, its random numbers too.
        points: (n, d) of the present generation.
        keys: what its points are to be heard as; equal ones are heard once.
        asked: those that were proposed.
        heard: by key, score (−inf for a failure) and descriptors.
        best: highest score so far.
        worst: lowest finite score so far.
    """

    algorithm: Algorithm
    points: F64 = field(default_factory=lambda: np.zeros((0, 0)))
    keys: list[Key] = field(default_factory=list)
    asked: set[Key] = field(default_factory=set)
    heard: dict[Key, tuple[float, F64]] = field(default_factory=dict)
    best: float = float("-inf")
    worst: float = float("inf")

    def propose(self, n: int) -> list[Key]:
        """At most n keys that nobody heard yet, those that were not proposed before first."""
        waiting = dict.fromkeys(key for key in self.keys if key not in self.heard)
        chosen = ([key for key in waiting if key not in self.asked] or list(waiting))[:n]
        self.asked |= set(chosen)
        return chosen

    def waits_for(self, key: Key) -> bool:
        """Whether it was proposed, and not heard."""
        return key in self.asked and key not in self.heard

    def note(self, score: float) -> None:
        """The extremes of the scores."""
        if np.isfinite(score):
            self.best, self.worst = max(self.best, score), min(self.worst, score)

    def learn(self) -> None:
        """Tell the algorithm, once all was heard."""
        if self.keys and all(key in self.heard for key in self.keys):
            found = [self.heard[key] for key in self.keys]
            points = self.points
            self.keys, self.asked, self.heard, self.points = [], set(), {}, points[:0]
            self.algorithm.learn(self.finite(points, found))

    def finite(self, points: F64, found: Sequence[tuple[float, F64]]) -> Heard:
        """What came of points, scores made finite: a failure is a little worse than the worst."""
        worst, best = (self.worst, self.best) if np.isfinite(self.worst) else (0.0, 0.0)
        failed = worst - max(0.1 * (best - worst), 1e-6)
        scores = np.array([score if np.isfinite(score) else failed for score, _ in found], dtype=np.float64)
        return Heard(points, scores, np.array([descriptors for _, descriptors in found]))
