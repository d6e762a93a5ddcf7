"""The parent's side where other machines compute: jobs go in tasks of half a dozen to the workers of a Dask cluster.

A render takes a tenth of a second and a task costs Dask some milliseconds, so tasks hold several jobs; those of
one base follow each other in it, and the base goes out once. Each worker thread has one task and another that
waits, so it never waits for us.

Workers may die: Dask runs their tasks again elsewhere. A task that took several workers with it is taken apart,
and its jobs are tried one by one with nothing else of ours on the cluster, so that only the one that kills fails.
"""

import logging
import os
import pickle
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from patchpilot.engine import _cluster_worker
from patchpilot.engine._backend import Event
from patchpilot.engine._dask import KilledError, Link
from patchpilot.engine.job import Failure, Job, Program, raised
from patchpilot.errors import EngineError

BATCH = 6
"""Jobs in a task: about a second of rendering, and 4 MB of audio of two seconds."""
AHEAD = 2
"""Tasks in flight for each worker thread: one runs, one waits."""

_START = 3  # jobs in a task for a thread that has nothing to do
_MARGIN = 3  # jobs that a task may be longer, so that a base is not torn in two
_BASES = 64  # pickled bases that are kept
_TICK_S = 0.2
_WARN_S = 3.0
_NOBODY_S = 60.0  # without any worker; a batch system may take longer, but then one waits for it first

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Packed:
    number: int
    key: str
    base: bytes
    delta: bytes
    pristine: bool


class Cluster:
    """See `Backend`.

    Args:
        program: what the workers run; they import it by name.
        address: of the scheduler, like "tcp://host:8786".
        timeout_s: as of `Pool`.

    Raises:
        ParameterError, PluginError, EngineError: see `Link`.
    """

    def __init__(self, program: Program, address: str, timeout_s: float) -> None:
        self._owner = os.getpid()
        self._program = program
        self._timeout_s = timeout_s
        self._link = Link(address)
        self._identity = _cluster_worker.identity(program)
        self._bases: dict[str, bytes] = {}
        self._waiting: deque[_Packed] = deque()
        self._suspects: deque[_Packed] = deque()
        self._sent: dict[int, list[_Packed]] = {}
        self._tasks = 0
        self._alone = False  # whether the task in flight is a suspect's
        self._empty_since: float | None = None
        self._warned = False

    @property
    def threads(self) -> int:
        """How many jobs the cluster computes at the same time, as seen last."""
        return self._link.threads

    def room(self) -> bool:
        """See `Backend.room`."""
        return not self._suspects and len(self._waiting) < BATCH + _MARGIN

    def submit(self, number: int, job: Job) -> list[Event]:
        """See `Backend.submit`."""
        try:
            delta = pickle.dumps(job.delta, protocol=5)
            if job.base_key not in self._bases:
                while len(self._bases) >= _BASES:
                    del self._bases[next(iter(self._bases))]
                self._bases[job.base_key] = pickle.dumps(job.base, protocol=5)
        except Exception as error:
            return [(number, raised(error, "run"))]
        base = self._bases[job.base_key]
        self._waiting.append(_Packed(number, job.base_key, base, delta, job.pristine))
        if not self._alone and len(self._waiting) > _MARGIN + (BATCH if self._idle() <= 0 else _START):
            self._dispatch(BATCH if self._idle() <= 0 else _START)
        return []

    def wait(self, *, block: bool) -> list[Event]:
        """See `Backend.wait`.

        Raises:
            EngineError: also where a worker's machine or versions are others, the scheduler is gone, or there
                has been no worker for a minute.
        """
        events: list[Event] = []
        self._flush(everything=block)
        while self._sent and not events:
            news = self._link.receive(_TICK_S if block else 0.0)
            while news is not None:
                events += self._hear(*news)
                news = self._link.receive(0.0)
            self._flush(everything=block and not events)
            self._look()
            if not block:
                break
        return events

    def abandon(self) -> None:
        """See `Backend.abandon`."""
        self._waiting.clear()
        self._suspects.clear()
        for number in self._sent:
            self._link.forget(number)
        self._sent.clear()
        self._alone = False

    def close(self) -> None:
        """See `Backend.close`."""
        if os.getpid() == self._owner:
            self._link.close()

    def _idle(self) -> int:
        return max(1, self.threads) - len(self._sent)

    def _free(self) -> int:
        return AHEAD * max(1, self.threads) - len(self._sent)

    def _flush(self, *, everything: bool) -> None:
        """Send what can be sent: whole tasks, and what is less where a thread has nothing to do or we wait."""
        if self._suspects:
            if not self._sent:
                self._alone = True
                self._send([self._suspects.popleft()])
            return
        if self._alone and self._sent:
            return
        self._alone = False
        while self._waiting and self._free() > 0:
            if len(self._waiting) < BATCH and not everything and self._idle() <= 0:
                return
            self._dispatch(min(BATCH, -(-len(self._waiting) // self._free())))

    def _dispatch(self, size: int) -> None:
        """Send `size` of the jobs that wait, and up to `_MARGIN` more if a base ends there."""
        if self._free() <= 0:
            return
        waiting = self._waiting
        for end in range(size, min(size + _MARGIN, len(waiting)) + 1):
            if end >= len(waiting) or waiting[end].key != waiting[end - 1].key:
                size = end
                break
        self._send([waiting.popleft() for _ in range(min(size, len(waiting)))])

    def _send(self, jobs: list[_Packed]) -> None:
        task = _cluster_worker.pack(
            self._program,
            self._timeout_s,
            self._link.session,
            self._identity,
            [(job.key, job.delta, job.pristine) for job in jobs],
            {job.key: job.base for job in jobs},
        )
        self._tasks += 1
        self._sent[self._tasks] = jobs
        self._link.send(self._tasks, task)

    def _hear(self, number: int, outcome: Any) -> list[Event]:
        jobs = self._sent.pop(number)
        if isinstance(outcome, KilledError):
            if self._alone:
                reason = "crashed (each worker of the cluster that ran it died)"
                return [(job.number, Failure(reason, "run")) for job in jobs]
            self._suspects.extend(jobs)
            return []
        if "broken" in outcome:
            raise EngineError(f"worker {outcome['worker']} cannot run the engine: {outcome['broken']}")
        if "identity" in outcome:
            raise self._foreign(outcome["worker"], outcome["identity"])
        boxes = outcome["results"]
        return [(job.number, _cluster_worker.unbox(box)) for job, box in zip(jobs, boxes, strict=True)]

    def _foreign(self, worker: str, identity: _cluster_worker.Identity) -> EngineError:
        differ = [name for name in self._identity if identity.get(name) != self._identity[name]]
        theirs = ", ".join(f"{name} {identity.get(name)!r}" for name in differ)
        ours = ", ".join(f"{name} {self._identity[name]!r}" for name in differ)
        return EngineError(
            f"worker {worker} would give other bytes: it has {theirs}; expected {ours} as here. Use machines "
            "of one kind with the same versions, and start the command on one of them"
        )

    def _look(self) -> None:
        """Say that we wait for workers; do not wait for ever.

        Raises:
            EngineError: there has been none for a minute.
        """
        if self.threads:
            self._empty_since, self._warned = None, False
            return
        now = time.monotonic()
        self._empty_since = self._empty_since or now
        if now - self._empty_since > _NOBODY_S:
            raise EngineError(
                f"the Dask scheduler at {self._link.address} has had no worker for {_NOBODY_S:g} s. "
                f"Start some with `dask worker {self._link.address}`"
            )
        if now - self._empty_since > _WARN_S and not self._warned:
            self._warned = True
            _log.warning("the Dask scheduler at %s has no workers; waiting for some", self._link.address)
