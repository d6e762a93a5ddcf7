"""Several searchers at once: while one listens, the engine plays what another proposed.

Each searches for itself, so what they find does not depend on who was first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from threadpoolctl import threadpool_limits

from patchpilot import registry
from patchpilot.errors import (
    EngineError,
    EstimatorError,
    LibraryError,
    ParameterError,
    PatchPilotError,
    PluginError,
)
from patchpilot.estimators.estimator import Estimator
from patchpilot.experiment.result import Run
from patchpilot.experiment.run import run
from patchpilot.matching.effort import Effort
from patchpilot.objectives.base import Objective
from patchpilot.search.base import Context, Outcome, Searcher

KEEP = 8
"""How many takes of each kind a searcher hands on: more than anybody is given, as some will be alike."""
_UNABLE = (ParameterError, LibraryError, EstimatorError, PluginError)
"""Errors of a searcher that cannot do its work here, though another may."""


@dataclass
class Found:
    """What all searchers found together.

    Attributes:
        outcomes: with takes, of one searcher after another, each one's best first.
        n_renders: how often the engine played.
        remarks: plain sentences for the user.
        interrupted: whether the user ended it.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    n_renders: int = 0
    remarks: list[str] = field(default_factory=list)
    interrupted: bool = False

    def add(self, made: Run) -> None:
        """Take in what one searcher found."""
        self.outcomes += made.best
        self.n_renders += made.n_renders
        self.interrupted |= made.ended == "interrupted"


def search(
    using: Sequence[str | Searcher | Estimator],
    effort: Effort,
    objective: Objective,
    context: Context,
    *,
    kind: Callable[[Outcome], Hashable],
    on_outcome: Callable[[Outcome], None],
) -> Found:
    """Run searchers side by side.

    One that goes by its name and cannot work here is left out with a remark, if another one can.

    Args:
        using: names of searchers, searchers made by hand, or estimators.
        effort: how much work it may be.
        objective: what is good.
        context: what it is about.
        kind: of each kind of outcome the best are kept.
        on_outcome: called after each patch, by one thread at a time.

    Raises:
        EngineError: not one patch could be rendered.
        ParameterError: a searcher cannot begin a match.
        PatchPilotError: no searcher can work here, or one that was made by hand cannot.
        KeyboardInterrupt: interrupted before there was one take.
    """
    if later := [name for name in ("refinement", "finetuning") if name in using]:
        raise ParameterError(
            f"{later[0]} starts from what others found, so it cannot begin: name the others only"
            + ("; refinement follows them by itself" if "refinement" in later else "")
        )
    if "slider" in using:
        raise ParameterError(
            "slider waits for a person to turn knobs, and nobody can in a match: turn them in `patchpilot play serve`"
        )
    searchers: list[Searcher | PatchPilotError] = [_made(one, effort) for one in using]
    one_by_one, stopped = threading.Lock(), threading.Event()

    def heard(outcome: Outcome) -> None:
        with one_by_one:
            on_outcome(outcome)

    def search_with(
        one: str | Searcher | Estimator, searcher: Searcher | PatchPilotError
    ) -> Run | PatchPilotError:
        if isinstance(searcher, PatchPilotError):
            return searcher
        try:
            with threadpool_limits(1, user_api="openmp"):  # its threads are each thread's own
                return run(
                    searcher,
                    objective,
                    context,
                    keep=KEEP,
                    kind=kind,
                    stop=stopped.is_set,
                    on_outcome=heard,
                )
        except _UNABLE as error:
            if not isinstance(one, str):
                raise
            return error

    # Once more: a searcher may have brought a library of its own.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(max(1, len(using))) as threads:
        runs = [threads.submit(search_with, *pair) for pair in zip(using, searchers, strict=True)]
        interrupted = _wait(runs, stopped)
    return _gathered(using, runs, interrupted)


def _made(one: str | Searcher | Estimator, effort: Effort) -> Searcher | PatchPilotError:
    if isinstance(one, Estimator):
        return one.searcher(**effort.options("estimator"))
    if not isinstance(one, str):
        return one
    try:
        made: Searcher = registry.load("search", one)(**effort.options(one))
    except _UNABLE as error:
        return error
    return made


def _wait(runs: Sequence[Future[Run | PatchPilotError]], stopped: threading.Event) -> bool:
    """Wait for all to end; True if Ctrl-C ended them. A second Ctrl-C gets through."""
    try:
        _until_done(runs, stopped)
    except KeyboardInterrupt:
        stopped.set()
        _until_done(runs, stopped)
        return True
    return False


def _until_done(runs: Sequence[Future[Run | PatchPilotError]], stopped: threading.Event) -> None:
    """An error of one stops the others."""
    left = set(runs)
    while left:  # in short waits, for Windows hears Ctrl-C only between them
        done, left = wait(left, timeout=0.2, return_when=FIRST_EXCEPTION)
        if any(one.exception() is not None for one in done):
            stopped.set()


def _gathered(
    using: Sequence[str | Searcher | Estimator],
    runs: Sequence[Future[Run | PatchPilotError]],
    interrupted: bool,
) -> Found:
    """What was found, with a remark for each searcher that was left out."""
    found, unable, failures = Found(interrupted=interrupted), list[PatchPilotError](), set[str]()
    errors = [error for one in runs if (error := one.exception()) is not None]
    for error in errors:
        if not isinstance(error, KeyboardInterrupt):  # the reason why the others were stopped
            raise error
    for one, done in zip(using, runs, strict=True):
        if done.exception() is not None:
            continue
        made = done.result()
        if isinstance(made, Run):
            found.add(made)
            failures |= {step.error for step in made.trace if step.error}
        else:
            unable.append(made)
            found.remarks.append(f"{one} was left out: {made}")
    if found.outcomes:
        if found.interrupted:
            found.remarks.append("interrupted while searching: these are the best so far")
        return found
    if interrupted:
        raise KeyboardInterrupt
    if unable and len(unable) == len(using):
        raise unable[0]
    reasons = sorted(failures) or ["nothing was proposed", *found.remarks]
    raise EngineError(f"not one patch could be rendered: {'; '.join(reasons)}")
