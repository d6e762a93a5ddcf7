"""Self-play as a job: one leg after another, until its renders are used up or somebody ends it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patchpilot.experiment.session import Made, Session
from patchpilot.instruments.base import Instrument
from patchpilot.search.base import Outcome
from patchpilot.selfplay.provided import Provided
from patchpilot.workspace.errors import ConflictError
from patchpilot.workspace.play.legs import Leg, Weights, following, goals, longer
from patchpilot.workspace.play.questions import Question, Questions
from patchpilot.workspace.stopping import stopped_with

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

_LOOK_S = 1.0
"""Seconds between looks for takes that were banked."""


@dataclass(frozen=True)
class Steer:
    """What somebody wants otherwise; None for as it was."""

    weights: Weights | None = None
    renders: int | None = None


class Playing:
    """Self-play that runs. Threads may share it.

    Args:
        workspace: whose bank takes go to.
        leg: to begin with.
        report: told how far it is, and asked whether to stop.

    Attributes:
        leg: that runs.
        is_paused: whether it waits.
    """

    def __init__(self, workspace: Workspace, leg: Leg, report: Report) -> None:
        self._workspace, self._report = workspace, report
        self.leg, self.is_paused = leg, False
        self._provided = Provided()
        self._questions = Questions(self._provided)
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._steer: Steer | None = None
        self._is_over = False
        self._ids: dict[str, None] = {}
        self._n, self._best = 0, float("-inf")
        self._told, self._looked_s = 0, 0.0

    def run(self) -> dict[str, Any]:
        """Play until it is over.

        Returns:
            {"experiments": ids of the legs, "renders", "best": of the last, "kept", "ended"}.

        Raises:
            PatchPilotError: a leg cannot be run.
        """
        kept = renders = 0
        while True:
            self._ids[self.leg.folder.name] = None
            made, following = self._run_leg(renders)
            if self.leg.folder != (following or self.leg).folder or following is None:
                renders, kept = renders + made.run.n_renders, kept + len(made.progress.kept)
            if following is None:
                best = max((outcome.score for outcome in made.run.best), default=None)
                ended = made.progress.ended
                return {
                    "experiments": [*self._ids],
                    "renders": renders,
                    "best": best,
                    "kept": kept,
                    "ended": ended,
                }
            self.leg = following

    def steer(self, weights: Weights | None, renders: int | None) -> dict[str, Any]:
        """Look for something else from now on, or go on longer; what is None stays.

        Raises:
            ConflictError: it is over.
            ParameterError: nothing is wanted any more.
        """
        if weights is not None:
            goals(weights)
        with self._lock:
            if self._is_over:
                raise ConflictError("this self-play has just ended: begin another one")
            waiting = self._steer or Steer()
            self._steer = Steer(weights or waiting.weights, renders or waiting.renders)
            if self._session is not None:
                self._session.stop()
            wanted = self._steer.weights or self.leg.weights
            total = self._steer.renders or self.leg.experiment.budget.renders
        return {"objective": vars(wanted), "renders": total}

    def state(self) -> dict[str, Any]:
        """{"objective", "renders", "paused", "experiments"}: as it is now, after all that was steered."""
        with self._lock:
            steer = self._steer or Steer()
            return {
                "objective": vars(steer.weights or self.leg.weights),
                "renders": steer.renders or self.leg.experiment.budget.renders,
                "paused": self.is_paused,
                "experiments": [*self._ids],
            }

    def pause(self, paused: bool) -> None:
        """Wait after this batch, or go on."""
        with self._lock:
            self.is_paused = paused
            if self._session is not None:
                self._session.pause(paused)
        self._report.progress(phase="paused" if paused else "playing")

    def next(self, *, blind: bool, after: int | None) -> Question | None:
        """What somebody is to be asked now; None while there is nothing."""
        with self._lock:
            session = self._session
        return None if session is None else self._questions.next(session, blind=blind, after=after)

    def answered(self, number: int) -> None:
        """Something was said of a take, so it is asked about no more."""
        self._questions.voted(number)

    def learn(self, number: int, vote: int) -> None:
        """Learn from a vote, +1 or -1; raises `BankError` where the take is gone."""
        self._provided.voted(self._workspace.bank.take(number), vote)

    # A leg

    def _run_leg(self, before: int) -> tuple[Made, Leg | None]:
        """Run it; gives what came of it, and what comes next."""
        bank, experiment = self._workspace.bank, self.leg.experiment
        self._told, self._best = max(bank.numbers(), default=0), float("-inf")
        total = before + experiment.budget.renders
        self._report.progress(phase="opening", total=total)
        with Session(
            experiment, self.leg.folder, bank=bank, workers=_workers(), providers=self._provided.providers
        ) as session:
            self._provided.ask_in(session)
            self._n = before + session.progress.n_renders

            def heard(outcome: Outcome) -> None:
                self._questions.heard(outcome)
                self._n, self._best = self._n + 1, max(self._best, outcome.score)
                best = None if self._best == float("-inf") else self._best
                self._report.progress(done=min(self._n, total), total=total, best=best)
                self._tell_takes()

            with self._running(session):
                made = session.run(on_outcome=heard)
            self._tell_takes(now=True)
            with self._lock:
                self._session = None
                steer, self._steer = self._steer, None
                self._is_over = steer is None or self._report.is_stopping
            if steer is None or self._is_over:
                return made, None
            return made, self._after(steer, made, session.cast.context.instrument)

    def _after(self, steer: Steer, made: Made, instrument: Instrument) -> Leg:
        leg = self.leg
        if steer.weights is None or steer.weights == leg.weights:
            return longer(leg, steer.renders or leg.experiment.budget.renders)
        left = leg.experiment.budget.renders - made.run.n_renders
        return longer(following(leg, steer.weights, made.run.best, instrument), steer.renders or left)

    @contextmanager
    def _running(self, session: Session) -> Iterator[None]:
        """While it lasts, the session is the one that is steered."""
        with self._lock:
            self._session = session
            session.pause(self.is_paused)
            if self._steer is not None:
                session.stop()
        self._report.progress(phase="paused" if self.is_paused else "playing")
        with stopped_with(session, self._report):
            yield

    def _tell_takes(self, *, now: bool = False) -> None:
        """Say which takes were banked since the last look."""
        if not now and time.monotonic() - self._looked_s < _LOOK_S:
            return
        self._looked_s = time.monotonic()
        database, name = self._workspace.bank.database, self.leg.experiment.name
        rows = database.rows(
            "SELECT number, id, searcher FROM takes WHERE experiment = ? AND number > ? ORDER BY number",
            (name, self._told),
        )
        for number, take_id, searcher in rows:
            self._told = max(self._told, number)
            said = {"number": number, "take_id": take_id, "searcher": searcher, "experiment": name}
            self._report.event("take", said)


def runs_of(workspace: Workspace) -> Path:
    """The folder of all runs."""
    return workspace.path / "runs"


def _workers() -> int:
    """One core is left for whoever turns knobs meanwhile."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)
