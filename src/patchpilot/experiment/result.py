"""What a run leaves behind: its best takes, and a line for each patch that it tried."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from patchpilot.search.base import Outcome
from patchpilot.space import Performance

Ending = Literal["done", "budget", "interrupted"]


@dataclass(frozen=True)
class Step:
    """One patch that was tried; small, for there are thousands.

    Attributes:
        searcher: who proposed it.
        patch: its sha256.
        scores: parts of the objective by name; empty where it failed.
        error: why there is no take, "" if there is one.
        detail: in the searcher's words, how the patch was made.
        performance: sha256 of what was played, where the searcher chose it; else "", and it was the context's.
    """

    searcher: str
    patch: str
    scores: Mapping[str, float]
    error: str = ""
    detail: str = ""
    performance: str = ""

    @classmethod
    def of(cls, outcome: Outcome) -> Step:
        """What came of a proposal, in short."""
        made = outcome.proposal
        chosen = made.performance.sha256 if made.performance is not None else ""
        return cls(made.searcher, made.patch.sha256, dict(outcome.scores), outcome.error, made.detail, chosen)


@dataclass(frozen=True, eq=False)
class Run:
    """What came of a search.

    Attributes:
        best: outcomes with takes, of different patches or performances, best first; only as many as were to be kept.
        trace: all that was tried, in the order of the proposals.
        n_renders: how often the engine played, each of its dice counted.
        seconds: how long it took.
        ended: "done" by itself, at the end of its "budget", or "interrupted" by the user.
        out_of_time: whether the budget's seconds ended it, so that a faster machine would have gone on.
        state: what the searcher had learnt, to go on from (see `Resumable`); None where it does not say.
    """

    best: tuple[Outcome, ...]
    trace: tuple[Step, ...]
    n_renders: int
    seconds: float
    ended: Ending
    out_of_time: bool = False
    state: Any = None


class Best:
    """Keeps the best outcomes of different patches and performances.

    Args:
        keep: >= 1, at most how many of each kind.
        kind: what counts as one kind.
    """

    def __init__(self, keep: int, kind: Callable[[Outcome], Hashable]) -> None:
        self._keep = keep
        self._kind = kind
        self._kept: dict[Hashable, list[Outcome]] = {}

    def add(self, outcome: Outcome) -> None:
        """Take an outcome in, if it has a take and is good enough; of equal ones the earlier stays ahead."""
        if outcome.take is None:
            return
        kept = self._kept.setdefault(self._kind(outcome), [])
        if len(kept) < self._keep or outcome.score > kept[-1].score:
            kept[:] = _distinct([*kept, outcome])[: self._keep]

    def __iter__(self) -> Iterator[Outcome]:
        """The outcomes, best first."""
        return iter(_distinct([outcome for kept in self._kept.values() for outcome in kept]))

    def __bool__(self) -> bool:
        return bool(self._kept)


def _distinct(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The best outcome of each patch and performance, best first; of equal ones the earlier is ahead."""
    best: dict[tuple[str, Performance], Outcome] = {}
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.score):
        assert outcome.take is not None
        best.setdefault((outcome.proposal.patch.sha256, outcome.take.performance), outcome)
    return list(best.values())
