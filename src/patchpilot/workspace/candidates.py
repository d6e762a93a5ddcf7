"""What a match has found so far, so that it can be heard while the match still looks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from patchpilot.distance import wording
from patchpilot.errors import BankError, PatchPilotError

if TYPE_CHECKING:
    from patchpilot.instruments.take import Take
    from patchpilot.search.base import Outcome
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

EVERY_S = 0.7
"""How often a closer one is told at most; the first is told at once."""
CLOSER = 0.98
"""Part of the distance of the one before that is worth another."""
PATIENCE_S = 60.0
"""How long a bank that another process holds is waited for at the end."""
PAUSE_S = 10.0
"""How long nothing is told after the bank could not be written to."""


class Candidates:
    """Hears what a match tries: keeps the closest so far in the bank, tells of it, and ends the match when told.

    Args:
        workspace: whose bank.
        report: of the job.
        experiment: that the takes are of.
        renders: of the refinement, None where time ends it or there is none.
    """

    def __init__(self, workspace: Workspace, report: Report, *, experiment: str, renders: int | None) -> None:
        self._workspace, self._report, self._experiment = workspace, report, experiment
        self._renders = renders
        self._best = self._told = float("inf")
        self._told_s = float("-inf")
        self._done = 0

    def phase(self, name: str) -> None:
        """A phase of the match begins."""
        is_known = name == "refining" and self._renders is not None
        total = self._done + (self._renders or 0) if is_known else None
        self._report.progress(phase=name, done=self._done, total=total)

    def outcome(self, outcome: Outcome) -> None:
        """A patch was played; raises `KeyboardInterrupt` where the match is to end, which then answers its best."""
        self._done += 1
        if outcome.take is not None:
            distance = -outcome.score
            self._best = min(self._best, distance)
            is_news = distance <= CLOSER * self._told
            if is_news and time.monotonic() - self._told_s >= EVERY_S:
                self._tell(outcome.take, distance)
        self._report.progress(done=self._done, best=self._best if self._best < float("inf") else None)
        self._report.check()

    def keep(self, takes: Sequence[tuple[Take, float]]) -> list[int]:
        """Put the answers, each with its distance, into the bank; gives their numbers.

        A bank that another process holds is waited for.

        Raises:
            BankError: it is held for too long.
            OutputError: the disk is full.
        """
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                numbers = [self._kept(take, distance) for take, distance in takes]
                self._workspace.bank.flush()
                return numbers
            except BankError:
                if time.monotonic() > until or self._report.is_stopping:
                    raise
                self._report.progress(phase="waiting for the bank")
                self._report.wait(0.5)

    def _kept(self, take: Take, distance: float) -> int:
        return self._workspace.keep(take, scores={"close_to": -distance}, experiment=self._experiment)

    def _tell(self, take: Take, distance: float) -> None:
        try:
            number = self._kept(take, distance)
        except PatchPilotError:  # the answers are put in at the end, and then it is said
            self._told_s = time.monotonic() + PAUSE_S
            return
        self._told, self._told_s = distance, time.monotonic()
        self._report.candidate(rank=1, distance=round(distance, 6), verdict=wording(distance), take=number)
