"""What a verb tells while it works, and how it hears that it is to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patchpilot.workspace.jobs.job import Job

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.jobs import Jobs

EVERY_S = 0.2
"""How often progress is told at most."""


class Report:
    """What a verb is given to tell of itself; of a verb that is no job, most of it goes nowhere.

    Attributes:
        job: that it is about; None for a verb that is no job.
        actions: what can be undone: (text, what `Verb.undo` needs), in order.
    """

    def __init__(self, jobs: Jobs | None = None, job: Job | None = None) -> None:
        self._jobs, self.job = jobs, job
        self._stop = threading.Event()
        self._told_s = 0.0
        self.actions: list[tuple[str, Any]] = []

    @property
    def folder(self) -> Path:
        """Where the job's files go; made on first use. Only jobs have one; raises `OutputError`."""
        assert self._jobs is not None
        assert self.job is not None
        return self._jobs.results(self.job)

    @property
    def is_stopping(self) -> bool:
        """Whether it is to end as soon as it can: it was cancelled, or the server ends."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise `KeyboardInterrupt`, which every search here understands, where it is to end."""
        if self._stop.is_set():
            raise KeyboardInterrupt

    def stop(self) -> None:
        """Have it end."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Sleep that long or until it is to end; gives whether it is."""
        return self._stop.wait(seconds)

    def progress(self, **said: Any) -> None:
        """Tell where it stands: any of `phase` (a word), `done` and `total` (counts) and `best` (a number)."""
        if self._jobs is None or self.job is None:
            return
        is_news = "phase" in said and said["phase"] != self.job.progress["phase"]
        self.job.progress = {**self.job.progress, **said}
        if is_news or time.monotonic() - self._told_s >= EVERY_S:
            self._told_s = time.monotonic()
            self._jobs.tell(self.job)

    def candidate(self, *, rank: int, distance: float, verdict: str, take: int) -> None:
        """Tell of something that can be heard already: number `take` of the bank, and in words how close it is."""
        if self._jobs is None or self.job is None:
            return
        self._jobs.found(self.job, {"rank": rank, "distance": distance, "verdict": verdict, "take": take})

    def event(self, type: str, data: Mapping[str, Any]) -> None:  # noqa: A002 (as Events.publish)
        """Tell anything else; the job's id is added."""
        if self._jobs is not None and self.job is not None:
            self._jobs.events.publish(type, {"job": self.job.id, **data})

    def did(self, text: str, back: Any) -> None:
        """Say what was done and what undoes it: it is in the log of actions as soon as the verb has ended well."""
        self.actions.append((text, back))
