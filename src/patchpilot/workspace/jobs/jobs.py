"""All jobs of a workspace: asked for, run one after another in each lane, cancelled, gone on with."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from patchpilot.errors import OutputError, PatchPilotError
from patchpilot.files import make_folder
from patchpilot.workspace.errors import BusyError, ConflictError, MissingError
from patchpilot.workspace.events import Events
from patchpilot.workspace.jobs.job import ENDED, Job, new_id, now
from patchpilot.workspace.jobs.lanes import Lanes
from patchpilot.workspace.jobs.report import Report
from patchpilot.workspace.jobs.running import run
from patchpilot.workspace.jobs.store import RESULTS, JobStore
from patchpilot.workspace.plain import plain

MOST_ATTEMPTS = 3
"""A job that was in the middle so often when the server died does not go on by itself."""


class Jobs:
    """The jobs of a workspace; threads may share it.

    Args:
        path: their folder.
        events: what is told of them.
        do: does what a job asks for: (kind, request, report) -> answer.
        lane_of: the lane of a kind.
        most_queued: that wait at the same time.

    Raises:
        OutputError: the folder cannot be made.
    """

    def __init__(
        self,
        path: Path,
        events: Events,
        do: Callable[[str, dict[str, Any], Report], dict[str, Any]],
        lane_of: Callable[[str], str],
        *,
        most_queued: int = 100,
    ) -> None:
        self.store, self.events = JobStore(path), events
        self._do, self._lane_of, self._most_queued = do, lane_of, most_queued
        self._changed = threading.Condition(threading.RLock())
        self._jobs: dict[str, Job] = {}  # their results are on the disk
        self._reports: dict[str, Report] = {}
        self._cancelled: set[str] = set()
        self._is_closing = False
        self._lanes = Lanes(self._run)
        self._load()

    # Asking

    def add(self, kind: str, request: dict[str, Any]) -> dict[str, Any]:
        """Ask for something; gives the job.

        Raises:
            BusyError: too many wait already.
            OutputError: it cannot be written down.
        """
        with self._changed:
            if self._lanes.waiting >= self._most_queued:
                raise BusyError(f"{self._most_queued} jobs wait already: cancel some, or wait")
            job = Job(new_id(), kind, plain(request))
            self.store.save(job)
            self._jobs[job.id] = job
            self._enqueue(job, self._lane_of(kind))
            return job.json()

    def get(self, job_id: str) -> dict[str, Any]:
        """A job with its result; raises `MissingError`."""
        with self._changed:
            job = self._known(job_id)
            kept = self.store.load(job_id) if job.state in ENDED and job.result is None else None
            return {**job.json(), "result": kept.result if kept is not None else job.result}

    def all(
        self, kind: str | None = None, state: str | None = None, limit: int = 200
    ) -> list[dict[str, Any]]:
        """Jobs of a kind and in a state, the newest first, without their results."""
        with self._changed:
            found = [
                {**job.json(), "result": None}
                for job in reversed(self._jobs.values())
                if kind in (None, job.kind) and state in (None, job.state)
            ]
        return found[:limit]

    def count(self, state: str) -> int:
        """How many are in a state."""
        with self._changed:
            return sum(job.state == state for job in self._jobs.values())

    def cancel(self, job_id: str) -> dict[str, Any]:
        """Have a job end: one that waits at once, one that runs as soon as it can, with the best so far.

        Raises:
            ConflictError: it has ended.
            MissingError: there is none.
        """
        with self._changed:
            job = self._known(job_id)
            if job.state in ENDED:
                raise ConflictError(f"job {job_id} is {job.state}: there is nothing to cancel")
            if self._lanes.remove(self._lane_of(job.kind), job):
                self._end(job, "cancelled")
            else:
                self._cancelled.add(job_id)
                if job_id in self._reports:
                    self._reports[job_id].stop()
            return job.json()

    def resume(self, job_id: str) -> dict[str, Any]:
        """Have a job that was interrupted, cancelled or failed go on, or begin again where it cannot.

        Raises:
            ConflictError: it waits, runs or is done.
            MissingError: there is none.
            OutputError: it cannot be written down.
        """
        with self._changed:
            job = self._known(job_id)
            if job.state not in ("interrupted", "cancelled", "failed"):
                raise ConflictError(f"job {job_id} is {job.state}: there is nothing to resume")
            job.attempts = 0
            self._begin_again(job)
            return job.json()

    def wait(self, job_id: str, timeout_s: float | None = None) -> dict[str, Any]:
        """The job once it has ended, or as it is after that long; raises `MissingError`."""
        with self._changed:
            job = self._known(job_id)
            self._changed.wait_for(lambda: job.state in ENDED, timeout_s)
        return self.get(job_id)

    def results(self, job: Job) -> Path:
        """The folder of a job's files, made where it is missing."""
        return make_folder(self.store.folder(job.id) / RESULTS)

    def resume_interrupted(self) -> None:
        """Go on with what an earlier server left in the middle; called once what verbs need is there."""
        with self._changed:
            for job in self._jobs.values():
                if job.state == "interrupted" and job.attempts < MOST_ATTEMPTS:
                    with suppress(PatchPilotError):  # a full disk, or a verb that is gone: it stays as it is
                        self._begin_again(job)

    def stop(self) -> None:
        """Begin no more, and have what runs end; it is interrupted then."""
        with self._changed:
            self._is_closing = True
            self._lanes.stop()
            for report in self._reports.values():
                report.stop()

    def close(self, timeout_s: float = 3.0) -> bool:
        """`stop`, and wait until what runs has ended; gives whether all of it did in that time."""
        self.stop()
        return self._lanes.join(timeout_s)

    # Telling

    def tell(self, job: Job) -> None:
        """Say where a job stands."""
        self.events.publish("job", job.json())

    def found(self, job: Job, candidate: dict[str, Any]) -> None:
        """Say what a job found so far."""
        with self._changed:
            job.candidates = [*job.candidates, candidate]
        self.events.publish("candidate", {"job": job.id, **candidate})
        with suppress(OutputError):  # it was told; nothing hangs on the copy
            self.store.note(job, {"at": now(), "type": "candidate", **candidate})

    # Running

    def _known(self, job_id: str) -> Job:
        if job_id not in self._jobs:
            raise MissingError(f"there is no job {job_id!r:.80}")
        return self._jobs[job_id]

    def _load(self) -> None:
        for job_id in self.store.ids():
            job = self.store.load(job_id)
            if job is None or job.id != job_id:
                continue
            job.result = None
            self._jobs[job_id] = job
            if job.state in ("queued", "running"):
                job.state = "interrupted"

    def _begin_again(self, job: Job) -> None:
        lane = self._lane_of(job.kind)
        fresh = dataclasses.replace(
            Job(job.id, job.kind, job.request), created=job.created, attempts=job.attempts
        )
        self.store.save(fresh)
        for each in dataclasses.fields(Job):
            setattr(job, each.name, getattr(fresh, each.name))
        self._enqueue(job, lane)

    def _enqueue(self, job: Job, lane: str) -> None:
        self.tell(job)
        self._lanes.put(lane, job)

    def _run(self, job: Job) -> None:
        """Run a job from its start to its end."""
        with self._changed:
            if job.id in self._cancelled:  # in the moment between its line and here
                self._cancelled.discard(job.id)
                self._end(job, "cancelled")
                return
            report = self._reports[job.id] = Report(self, job)
            if self._is_closing:
                report.stop()
            job.state, job.started, job.attempts = "running", now(), job.attempts + 1
        self._saved(job)
        self.tell(job)
        ending = run(lambda: self._do(job.kind, job.request, report))
        with self._changed:
            self._reports.pop(job.id)
            was_cancelled = job.id in self._cancelled
            self._cancelled.discard(job.id)
            if self._is_closing and not was_cancelled and report.is_stopping:
                self._end(job, "interrupted")
            elif was_cancelled:
                self._end(job, "cancelled", result=ending.result)
            else:
                self._end(job, ending.state, result=ending.result, error=ending.error)

    def _end(self, job: Job, state: Any, **what: Any) -> None:
        job.state, job.ended = state, now()
        job.result, job.error = what.get("result"), what.get("error")
        is_kept = self._saved(job)
        self.tell(job)
        if is_kept:
            job.result = None  # it is on the disk
        self._changed.notify_all()

    def _saved(self, job: Job) -> bool:
        """Keep it; where the disk is full it stays in memory, and says why it is not on the disk."""
        try:
            self.store.save(job)
        except OutputError as error:
            job.error = job.error or {"kind": "OutputError", "message": str(error)}
            return False
        return True
