"""What every objective can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from patchpilot.instruments.take import Take


class Objective(Protocol):
    """Scores takes; the parts of a score are named and add up, higher is better."""

    def score(self, take: Take) -> Mapping[str, float]:
        """The parts of a take's score by name."""


class Learning(Objective, Protocol):
    """An objective whose scores depend on what was heard before; scoring alone changes nothing.

    Attributes:
        state: all that it has learnt, as plain data that can be copied and pickled. Set on a new one, it goes on
            from there.
    """

    state: Any

    def learn(self, takes: Sequence[Take]) -> None:
        """Hear takes, in the order in which they were proposed."""
