"""The pool: jobs in, results out, whatever the native code does meanwhile."""

import contextlib
import itertools
import os
import sys
import threading
import weakref
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from patchpilot.engine._backend import Backend, Event
from patchpilot.engine._spawned import Spawned
from patchpilot.engine.job import Failure, Job, Program
from patchpilot.errors import EngineError, ParameterError


@dataclass
class _Call:
    """Where one `imap` stands."""

    source: Iterator[tuple[int, Job]]
    flying: dict[int, tuple[int, str]] = field(default_factory=dict)  # number of a job -> its index, its base
    done: deque[tuple[int, Any]] = field(default_factory=deque)
    more: bool = True


class Pool:
    """Worker processes that run one program's jobs.

    A result depends on nothing but the job: not on the number of workers, the order, what ran before, or
    whether there is `fork`. A job that crashes, hangs or raises gives one `Failure` and harms no other.

    One `map` or `imap` at a time; calls from other threads wait until it is consumed, closed or collected. If
    the pool is never closed, its processes end when it is garbage-collected, when the interpreter exits, or
    when it is killed.

    Args:
        program: what the workers run
        workers: int >= 1          processes that compute at the same time; default: the CPUs we may use
        timeout_s: float > 0       wall-clock limit in seconds, for `prepare` and for `run` each
        fork: bool                 whether to fork prepared processes (Linux); default: if the system can,
            unless the environment says `PATCHPILOT_FORK=0`
        cluster: str               address of a Dask scheduler ("tcp://host:8786") whose workers compute instead
            of processes here; then neither `workers` nor `fork` can be chosen. See docs/cluster.md.

    Raises:
        ParameterError: `workers` or `timeout_s` is out of range, `fork` is wanted where there is none, `cluster`
            is no address or goes with `workers` or `fork`.
        EngineError: nobody answers at the cluster's address.
        PluginError: the extra `cluster` is not installed.
    """

    def __init__(
        self,
        program: Program,
        *,
        workers: int | None = None,
        timeout_s: float = 20.0,
        fork: bool | None = None,
        cluster: str | None = None,
    ) -> None:
        if cluster is not None and (workers is not None or fork is not None):
            raise ParameterError(
                "workers and fork are of this machine: leave them out where there is a cluster"
            )
        if workers is None:
            workers = _cpus()
        if workers < 1:
            raise ParameterError(f"expected workers >= 1, got {workers}")
        if not 0.0 < timeout_s < 1e6:
            raise ParameterError(f"expected timeout_s > 0 (seconds), got {timeout_s}")
        self.program = program
        self.workers = workers
        self._most_done = 2 * workers  # results that lie here before no more jobs are drawn
        self.timeout_s = timeout_s
        self.fork = _choose_fork(fork)
        self.cluster = cluster
        self._numbers = itertools.count()
        self._bad: dict[str, Failure] = {}
        self._suspects: set[str] = set()  # bases whose `prepare` failed once
        self._turn = threading.Lock()
        self._holder = 0
        self._closed = False
        self._backend: Backend | None = None
        self._open()

    def map(self, jobs: Iterable[Job]) -> list[Any]:
        """Run all `jobs`.

        Returns:
            list     for each job, in their order, what `run` returned, or a `Failure`
        Raises:
            EngineError: the program does not boot, or the pool is closed.
        """
        all_jobs = list(jobs)
        # Jobs of one base together: each base is then prepared once per worker, however they are mixed.
        first: dict[str, int] = {}
        for job in all_jobs:
            first.setdefault(job.base_key, len(first))
        order = sorted(range(len(all_jobs)), key=lambda i: first[all_jobs[i].base_key])
        results: list[Any] = [None] * len(all_jobs)
        for at, result in self.imap(all_jobs[i] for i in order):
            results[order[at]] = result
        return results

    def imap(self, jobs: Iterable[Job]) -> Generator[tuple[int, Any]]:
        """Run `jobs`, which may be endless: they are drawn as workers get free, by the thread that iterates.

        While the caller works on a result, the workers go on with the next jobs.

        Yields:
            (i, result)     the outcome of the i-th job (a `Failure` if it has none), as they end
        Raises:
            EngineError: the program does not boot, the pool is closed, or this thread is still consuming
                another `imap` of this pool.
        """
        with self._my_turn():
            call = _Call(enumerate(jobs))
            try:
                while True:
                    self._fill(call)
                    if not (call.more or call.flying or call.done):
                        return
                    self._collect(call)
                    self._fill(call)  # before the caller gets to work: the workers should have some too
                    if call.done:
                        yield call.done.popleft()
            finally:
                if self._backend is not None:
                    self._backend.abandon()

    def close(self) -> None:
        """End all worker processes, at once. May be called again."""
        self._closed = True
        self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _fill(self, call: _Call) -> None:
        """Draw jobs while a worker is free for them."""
        while call.more and len(call.done) < self._most_done and self._open().room():
            drawn = next(call.source, None)
            if drawn is None:
                call.more = False
                return
            at, job = drawn
            if job.base_key in self._bad:
                call.done.append((at, self._bad[job.base_key]))
                continue
            number = next(self._numbers)
            call.flying[number] = (at, job.base_key)
            with self._drop_if_broken():
                events = self._open().submit(number, job)
            self._take(call, events)

    def _collect(self, call: _Call) -> None:
        """Wait for results, or only look for more if some are left."""
        with self._drop_if_broken():
            events = self._open().wait(block=not call.done)
        self._take(call, events)

    def _take(self, call: _Call, events: list[Event]) -> None:
        for number, result in events:
            if number not in call.flying:
                continue  # from an `imap` that was abandoned
            at, key = call.flying.pop(number)
            if isinstance(result, Failure) and result.stage == "prepare":
                if key in self._suspects:
                    self._bad[key] = result
                self._suspects.add(key)
            call.done.append((at, result))

    @contextlib.contextmanager
    def _my_turn(self) -> Iterator[None]:
        me = threading.get_ident()
        if self._holder == me:
            raise EngineError("this pool is still busy with an imap: consume it, or close() that iterator")
        with self._turn:
            self._holder = me
            try:
                yield
            finally:
                self._holder = 0

    @contextlib.contextmanager
    def _drop_if_broken(self) -> Iterator[None]:
        try:
            yield
        except BaseException:  # Ctrl-C: half a message may have been read or written, so begin anew
            self._drop()
            raise

    def _open(self) -> Backend:
        if self._closed:
            raise EngineError("this pool is closed")
        if self._backend is None:
            if self.cluster is not None:
                # not above: it is Dask's
                from patchpilot.engine._cluster import BATCH, Cluster

                self._backend = cluster = Cluster(self.program, self.cluster, self.timeout_s)
                self.workers = max(1, cluster.threads)
                self._most_done = BATCH * self.workers  # for they come in tasks
            elif self.fork:
                # not above: it needs what only Linux has
                from patchpilot.engine._forked import Forked

                self._backend = Forked(self.program, self.workers, self.timeout_s)
            else:
                self._backend = Spawned(self.program, self.workers, self.timeout_s)
            # It must not refer to the pool, or the pool would never be collected.
            self._end = weakref.finalize(self, self._backend.close)
        return self._backend

    def _drop(self) -> None:
        """End the worker processes; the next call starts new ones."""
        if self._backend is not None:
            self._backend = None
            self._end()


def _cpus() -> int:
    """How many CPUs this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _choose_fork(wanted: bool | None) -> bool:
    possible = sys.platform == "linux" and hasattr(os, "memfd_create")
    if wanted and not possible:
        raise ParameterError("fork=True needs Linux; leave it out, results are the same")
    if wanted is None:
        return possible and os.environ.get("PATCHPILOT_FORK", "1") != "0"
    return wanted
