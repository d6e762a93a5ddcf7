"""The pool: jobs in, results out, whatever the native code does meanwhile."""

import contextlib
import itertools
import os
import sys
import threading
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from patchpilot.engine._backend import Backend, Event
from patchpilot.engine._spawned import Spawned
from patchpilot.engine.job import Failure, Job, Program
from patchpilot.errors import EngineError, ParameterError


class Pool:
    """Worker processes that run one program's jobs.

    A result depends on nothing but the job: not on the number of workers, the order, what ran before, or whether
    there is `fork`. A job that crashes, hangs or raises gives one `Failure` and harms no other.

    One `map` or `imap` at a time; calls from other threads wait for their turn. If the pool is never closed, its
    processes end when it is garbage-collected, when the interpreter exits, or when it is killed.

    Args:
        program: what the workers run
        workers: int >= 1          processes that compute at the same time; default: the CPUs we may use
        timeout_s: float > 0       wall-clock limit in seconds, for `prepare` and for `run` each
        fork: bool                 whether to fork prepared processes (Linux); default: if the system can, unless
            the environment says `PATCHPILOT_FORK=0`
    Raises:
        ParameterError: `workers` or `timeout_s` is out of range, or `fork` is wanted where there is none.
    """

    def __init__(
        self, program: Program, *, workers: int | None = None, timeout_s: float = 20.0, fork: bool | None = None
    ) -> None:
        if workers is None:
            workers = _cpus()
        if workers < 1:
            raise ParameterError(f"expected workers >= 1, got {workers}")
        if not 0.0 < timeout_s < 1e6:
            raise ParameterError(f"expected timeout_s > 0 (seconds), got {timeout_s}")
        self.program = program
        self.workers = workers
        self.timeout_s = timeout_s
        self.fork = _choose_fork(fork)
        self._numbers = itertools.count()
        self._bad: dict[str, Failure] = {}
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
        first = {}
        for job in all_jobs:
            first.setdefault(job.base_key, len(first))
        order = sorted(range(len(all_jobs)), key=lambda i: first[all_jobs[i].base_key])
        results: list[Any] = [None] * len(all_jobs)
        for at, result in self.imap(all_jobs[i] for i in order):
            results[order[at]] = result
        return results

    def imap(self, jobs: Iterable[Job]) -> Iterator[tuple[int, Any]]:
        """Run `jobs`, which may be endless: they are drawn as workers get free, by the thread that iterates.

        While the caller works on a result, the workers go on with the next jobs.

        Yields:
            (i, result)     the outcome of the i-th job (a `Failure` if it has none), as they end
        Raises:
            EngineError: the program does not boot, the pool is closed, or this thread is still consuming another
                `imap` of this pool.
        """
        with self._my_turn():
            source = enumerate(jobs)
            flying: dict[int, tuple[int, str]] = {}  # number of a job in flight -> its index, its base
            done: deque[tuple[int, Any]] = deque()
            more = True
            while True:
                backend = self._open()
                while more and backend.room() and len(done) < 2 * self.workers:
                    job = next(source, None)
                    if job is None:
                        more = False
                    else:
                        self._submit(backend, *job, flying, done)
                if not (more or flying or done):
                    return
                self._collect(backend, flying, done)
                if done and not (more and backend.room()):
                    yield done.popleft()

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

    def _submit(
        self,
        backend: Backend,
        at: int,
        job: Job,
        flying: dict[int, tuple[int, str]],
        done: deque[tuple[int, Any]],
    ) -> None:
        if job.base_key in self._bad:
            done.append((at, self._bad[job.base_key]))
            return
        number = next(self._numbers)
        flying[number] = (at, job.base_key)
        with self._drop_if_broken():
            events = backend.submit(number, job)
        self._take(events, flying, done)

    def _collect(
        self, backend: Backend, flying: dict[int, tuple[int, str]], done: deque[tuple[int, Any]]
    ) -> None:
        with self._drop_if_broken():
            events = backend.wait(block=not done)
        self._take(events, flying, done)

    def _take(
        self, events: list[Event], flying: dict[int, tuple[int, str]], done: deque[tuple[int, Any]]
    ) -> None:
        for number, result in events:
            if number not in flying:
                continue  # from an `imap` that was abandoned
            at, key = flying.pop(number)
            if isinstance(result, Failure) and result.stage == "prepare":
                self._bad[key] = result
            done.append((at, result))

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
            if self.fork:
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
