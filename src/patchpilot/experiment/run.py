"""The loop: ask a searcher, render what it proposes, score it, tell the searcher."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from typing import Any, cast

from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import UNLIMITED, Budget
from patchpilot.experiment.keeping import Keep, Keeping, Log, Standing
from patchpilot.experiment.play import engine_seeds, play
from patchpilot.experiment.result import Best, Ending, Run, Step
from patchpilot.instruments.record import TakeSink
from patchpilot.objectives.base import Objective
from patchpilot.objectives.composition import learn
from patchpilot.search.base import Context, Outcome, Resumable, Searcher

KEEP = 32
"""How many takes a run keeps by default: 32 sounds of two seconds are 22 MB."""


def run(
    searcher: Searcher,
    objective: Objective,
    context: Context,
    *,
    budget: Budget = UNLIMITED,
    batch: int = 8,
    keep: int = KEEP,
    kind: Callable[[Outcome], Hashable] = lambda _: None,
    state: Any = None,
    stop: Callable[[], bool] = lambda: False,
    on_outcome: Callable[[Outcome], None] = lambda _: None,
    bank: TakeSink | None = None,
    log: Log | None = None,
    before: Standing | None = None,
) -> Run:
    """Run a search to its end, to the end of its budget, or until it is interrupted.

    Ctrl-C ends it early: what was finished is told to the searcher and kept. A second Ctrl-C gets through. With a
    `log` a batch counts as a whole or not at all, so that a run which goes on is the run that never stopped.

    Args:
        searcher: who chooses.
        objective: what is good.
        context: what it is about.
        budget: when to end at the latest.
        batch: >= 1, most proposals asked for at once.
        keep: >= 1, at most how many takes of each kind are kept.
        kind: what counts as one kind; all are of one by default.
        state: of an earlier run with the same context, to go on from; the searcher must be `Resumable`.
        stop: asked after each render, with a `log` after each batch; once it says so the run is interrupted.
        on_outcome: called after each patch, for progress.
        bank: gets the best and the most different takes while the run goes on (see `keeping.Keeping`).
        log: hears of each batch; the trace is its business then, and is not kept here.
        before: where an earlier part of the run stood, of which `state` is, too.

    Returns:
        The best takes, and a trace in the order of the proposals, whatever order they were rendered in.

    Raises:
        ParameterError: `batch` or `keep` is out of its range, or there is a `state` for a searcher that has none.
        KeyboardInterrupt: it was interrupted before there was one take.
    """
    if batch < 1 or keep < 1:
        raise ParameterError(f"expected batch >= 1 and keep >= 1, got {batch} and {keep}")
    logs = [] if bank is None else [Keeping(Keep(best=keep), lambda kept: bank.append(kept.take))]
    loop = _Loop(searcher, objective, context, Best(keep, kind), before or Standing(), logs, log)
    try:
        searcher.start(context)
        if state is not None:
            _resumable(searcher).state = state
        ended = loop.until_the_end(budget, batch, stop, on_outcome)
    except KeyboardInterrupt:
        if log is None:
            loop.finish_batch()
        if not loop.best:
            raise
        ended = "interrupted"
    return Run(
        best=tuple(loop.best),
        trace=tuple(loop.trace),
        n_renders=loop.n_renders,
        seconds=loop.seconds,
        ended=ended,
        out_of_time=ended == "budget" and loop.n_renders < budget.renders,
        state=getattr(searcher, "state", None),
    )


def _resumable(searcher: Searcher) -> Resumable:
    if not hasattr(searcher, "state"):
        raise ParameterError(f"{searcher.name} keeps no state to go on from: run it anew, without `state`")
    return cast(Resumable, searcher)


class _Loop:
    """Where a run stands."""

    def __init__(
        self,
        searcher: Searcher,
        objective: Objective,
        context: Context,
        best: Best,
        before: Standing,
        logs: Sequence[Log],
        log: Log | None,
    ) -> None:
        self._searcher = searcher
        self._objective = objective
        self._context = context
        self._began = time.monotonic() - before.seconds
        self._done: dict[int, Outcome] = {}
        self._logs = [*logs, *([log] if log is not None else [])]
        self._whole_batches = log is not None
        self.best = best
        for outcome in before.best:
            best.add(outcome)
        self.trace: list[Step] = []
        self.n_renders = before.n_renders

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._began

    def until_the_end(
        self, budget: Budget, batch: int, stop: Callable[[], bool], on_outcome: Callable[[Outcome], None]
    ) -> Ending:
        """Ask, play and tell until nothing is proposed or the budget is used up."""

        def heard(outcome: Outcome) -> None:
            on_outcome(outcome)
            if not self._whole_batches and stop():
                raise KeyboardInterrupt

        while self.n_renders < budget.renders and self.seconds < budget.seconds:
            if stop():
                raise KeyboardInterrupt
            left = budget.renders - self.n_renders
            proposals = self._searcher.ask(max(1, min(batch, left // self._context.engine_seeds)))
            if not proposals:
                return "done"
            play(proposals, self._objective, self._context, self._done, heard)
            self.finish_batch()
        return "budget"

    def finish_batch(self) -> None:
        """Tell the searcher what is done of the batch, in the order of the proposals, and keep the best."""
        told: Sequence[Outcome] = [self._done[i] for i in sorted(self._done)]
        self._done.clear()
        for outcome in told:
            self.best.add(outcome)
            self.n_renders += len(engine_seeds(outcome.proposal, self._context))
            if not self._whole_batches:
                self.trace.append(Step.of(outcome))
        if told:
            self._searcher.tell(told)
            learn(self._objective, [outcome.take for outcome in told if outcome.take is not None])
            for log in self._logs:
                log.batch(told, Standing(self.n_renders, self.seconds, tuple(self.best)))
