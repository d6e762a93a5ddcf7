"""What every way of choosing patches has in common.

A searcher is started with a context, asked for proposals, and told what came of them, in the order in which it
made them. It says that it is done by proposing nothing. One that is interrupted is told what was finished, and
never of the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from patchpilot.audio import Target
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Take
from patchpilot.space import Patch, Performance


@dataclass(frozen=True, eq=False)
class Context:
    """What a search is about.

    Attributes:
        instrument: what will play the patches.
        performance: what a proposal is played with that says nothing else.
        target: the sound to come close to, where there is one.
        base_outcomes: what to start from: takes with their scores, best first.
        seed: of all random choices.
        engine_seeds: with how many of the engine's dice a patch that draws from them is played; its score is
            the mean.
    """

    instrument: Instrument
    performance: Performance
    target: Target | None = None
    base_outcomes: tuple[Outcome, ...] = ()
    seed: int = 0
    engine_seeds: int = 1


@dataclass(frozen=True, eq=False)
class Proposal:
    """A patch that a searcher would like to hear, and where it chooses that too, what is played.

    Attributes:
        patch: what to play.
        searcher: name of the searcher.
        detail: in plain words, how the patch was made.
        parents: ids of the takes it was made from.
        remarks: plain sentences for the user.
        performance: what is played with it; None for the context's.
    """

    patch: Patch
    searcher: str
    detail: str = ""
    parents: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    performance: Performance | None = None

    def played(self, context: Context) -> Performance:
        """What is played with it: its own performance, or the context's."""
        return context.performance if self.performance is None else self.performance


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a proposal: a take with its scores, or an error.

    Attributes:
        proposal: as the searcher made it.
        take: the render, or None where it failed.
        scores: parts of the objective by name; higher is better.
        error: why there is no take.
    """

    proposal: Proposal
    take: Take | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    error: str = ""

    @property
    def score(self) -> float:
        """Sum of the parts; −inf for a failed render."""
        return sum(self.scores.values()) if self.take is not None else float("-inf")


class Searcher(Protocol):
    """A way of choosing patches."""

    @property
    def name(self) -> str:
        """Name under which it is registered."""

    def start(self, context: Context) -> None:
        """Begin a search; forget any earlier one."""

    def ask(self, n: int) -> list[Proposal]:
        """At most `n` proposals; none when it has nothing left to try."""

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Learn what came of earlier proposals."""


class Resumable(Searcher, Protocol):
    """A searcher whose search can be stopped and gone on with.

    Attributes:
        state: all that it knows beyond the context, its random numbers too, as plain data that can be copied and
            pickled. `start` makes a new one. Set after `start`, it takes the search up where it was left: told
            the same, it proposes the same as if it had never stopped.
    """

    state: Any
