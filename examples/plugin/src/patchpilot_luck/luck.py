"""A searcher that guesses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import View


class Luck:
    """Guesses around the best patch so far; with less luck, from anywhere.

    Args:
        guesses: how many patches it tries in all.
    """

    name = "luck"

    def __init__(self, guesses: int = 24) -> None:
        self._guesses = guesses

    def start(self, context: Context) -> None:
        """Begin at the instrument's init patch."""
        self._view: View = context.instrument.space.view("core")
        self._rng = np.random.default_rng(context.seed)
        self._left = self._guesses
        self._best, self._score = self._view.encode(self._view.base), float("-inf")

    def ask(self, n: int) -> list[Proposal]:
        """At most `n` guesses, none when they are used up."""
        n = min(n, self._left)
        self._left -= n
        return [self._guess() for _ in range(n)]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Remember the best; outcomes come in the order of the proposals, failed ones with the score −inf."""
        for outcome in outcomes:
            if outcome.score > self._score:
                self._best, self._score = self._view.encode(outcome.proposal.patch), outcome.score

    def _guess(self) -> Proposal:
        far = self._rng.random() < 0.5
        knobs = self._rng.random(len(self._view)) if far else self._rng.normal(self._best, 0.1)
        return Proposal(self._view.patch(knobs), self.name, "a guess" if far else "a guess near the best")
