"""Which take somebody hears next while the synth plays itself, so that a vote tells most."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from patchpilot.experiment.session import Session
from patchpilot.experiment.sounding import Sounded, best
from patchpilot.search.base import Outcome
from patchpilot.selfplay.provided import Provided

WAITING = 24
"""Takes that wait to be asked about, the latest."""


@dataclass(frozen=True)
class Question:
    """What somebody is asked.

    Attributes:
        takes: numbers in the bank; two where they are compared.
        reason: why these, in words.
        likely: how likely a YES to the first is, 0..1; None while nothing is known.
        unsure: standard deviation of that.
    """

    takes: tuple[int, ...]
    reason: str
    likely: float | None = None
    unsure: float | None = None


class Questions:
    """Takes that were made, and which of them is asked about. Threads may share it.

    Args:
        provided: what is believed of the taste.
    """

    def __init__(self, provided: Provided) -> None:
        self._provided = provided
        self._lock = threading.Lock()
        self._waiting: deque[Sounded] = deque(maxlen=WAITING)
        self._n = 0
        self._asked: Question | None = None
        self._answered: set[int] = set()

    def heard(self, outcome: Outcome) -> None:
        """A take was made; a failure has none."""
        if outcome.take is not None:
            with self._lock:
                self._n += 1
                self._waiting.append(Sounded(self._n, outcome))

    def voted(self, number: int) -> None:
        """Something was said of a take."""
        with self._lock:
            self._answered.add(number)

    def next(self, session: Session, *, blind: bool, after: int | None) -> Question | None:
        """What to ask; the same until something was said of it, or it is passed over. None while there is nothing.

        Args:
            session: that runs, whose bank takes go to.
            blind: ask about two, in an order that says nothing.
            after: number of a take that was shown, and is not to be asked about any more.

        Raises:
            BankError: a take could not be kept.
        """
        with self._lock:
            asked, n = self._asked, 2 if blind else 1
            if asked is not None and len(asked.takes) == n:
                done = self._answered | ({after} if after is not None else set())
                if not done & set(asked.takes):
                    return asked
            if len(self._waiting) < n:
                return None
            chosen = [self._chosen() for _ in range(n)]
            numbers = [session.banked(one.outcome) for one in chosen]
            if len(set(numbers)) < n:
                return None
            if blind:
                random.Random(f"{numbers}").shuffle(numbers)
            self._asked = self._question(chosen, numbers)
            return self._asked

    def _chosen(self) -> Sounded:
        choose: Callable[[list[Sounded]], Sounded] = self._provided.chosen if self._provided.asks else best
        chosen = choose(list(self._waiting))
        self._waiting.remove(chosen)
        return chosen

    def _question(self, chosen: list[Sounded], numbers: list[int]) -> Question:
        if len(numbers) > 1:
            return Question(tuple(numbers), "two that were just made: which is better?")
        take = chosen[0].outcome.take
        assert take is not None  # what has none does not wait
        belief = self._provided.belief(take)
        if belief is None:
            return Question(
                tuple(numbers), "unlike what was heard so far; nothing is known of your taste yet"
            )
        likely, unsure = belief
        return Question(tuple(numbers), "your vote on it would tell most", likely, unsure)
