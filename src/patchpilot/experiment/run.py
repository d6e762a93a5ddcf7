"""The loop: ask a searcher, render what it proposes, score it, tell the searcher."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot import __version__
from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.instruments.take import Origin, Take
from patchpilot.objectives.base import Objective
from patchpilot.search.base import Context, Outcome, Proposal, Searcher


@dataclass(frozen=True)
class Budget:
    """When a search must end; whichever comes first.

    Attributes:
        renders: most patches to render.
        seconds: no proposals are asked for after this time.
    """

    renders: int = 1000
    seconds: float = float("inf")


UNLIMITED = Budget()
"""A search ends by itself; this only keeps one that does not from running for ever."""


def run(
    searcher: Searcher,
    objective: Objective,
    context: Context,
    *,
    budget: Budget = UNLIMITED,
    batch: int = 8,
    on_outcome: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Run a search to its end or to the end of its budget.

    Args:
        searcher: who chooses.
        objective: what is good.
        context: what it is about.
        budget: when to end at the latest.
        batch: most proposals asked for at once.
        on_outcome: called after each render, for progress.

    Returns:
        All outcomes in the order of the proposals, whatever order they were rendered in.
    """
    searcher.start(context)
    began, outcomes = time.monotonic(), list[Outcome]()
    while len(outcomes) < budget.renders and time.monotonic() - began < budget.seconds:
        proposals = searcher.ask(min(batch, budget.renders - len(outcomes)))
        if not proposals:
            break
        told = list(_played(proposals, objective, context, on_outcome))
        searcher.tell(told)
        outcomes.extend(told)
    return outcomes


def _played(
    proposals: Sequence[Proposal],
    objective: Objective,
    context: Context,
    on_outcome: Callable[[Outcome], None],
) -> Iterator[Outcome]:
    """Outcomes in the order of the proposals."""
    done: dict[int, Outcome] = {}
    pairs = [(proposal.patch, context.performance) for proposal in proposals]
    for i, result in context.instrument.stream(pairs):
        done[i] = _outcome(proposals[i], result, objective, context)
        on_outcome(done[i])
    yield from (done[i] for i in range(len(proposals)))


def _outcome(
    proposal: Proposal, result: Audio | EngineError, objective: Objective, context: Context
) -> Outcome:
    if isinstance(result, EngineError):
        return Outcome(proposal, error=str(result))
    if not np.isfinite(result.samples).all():  # a feedback that blew up; no objective could rank it
        return Outcome(proposal, error="the render holds NaN or infinite samples")
    take = Take(
        patch=proposal.patch,
        performance=context.performance,
        audio=result,
        fingerprint=context.instrument.fingerprint,
        origin=Origin(proposal.searcher, proposal.detail, context.seed, proposal.parents, __version__),
    )
    return Outcome(proposal, take, objective.score(take))
