"""The parent's side where there is no `fork`: spawned processes, started ahead of need.

Portable: pipes, and one thread per process that reads them (on Windows one cannot wait for several pipes).
"""

import contextlib
import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any, cast

from patchpilot.engine import _start, _wire
from patchpilot.engine._backend import Event
from patchpilot.engine._spawn_worker import reader
from patchpilot.engine.job import Failure, Job, Program, Stage, raised
from patchpilot.errors import EngineError

_TICK_S = 0.2  # a wait for a queue cannot be interrupted by Ctrl-C on Windows


@dataclass(frozen=True)
class _News:
    process: "_Process"
    kind: str  # ready | broken | prepared | done | failed | gone
    value: Any
    at: float = field(default_factory=time.monotonic)


class _Process:
    """A spawned worker process and the thread that talks to it."""

    def __init__(self, program: Program, timeout_s: float, tell: Callable[[_News], None]) -> None:
        self.process = _start.start("_spawn_worker", program, {"timeout_s": timeout_s}, pipes=True)
        self.jobs: queue.SimpleQueue[list[bytes | memoryview] | None] = queue.SimpleQueue()
        self.ready = False
        self.deadline = time.monotonic() + _start.BOOT_S
        self.thread = threading.Thread(target=self._talk, args=(tell,), daemon=True)

    def _talk(self, tell: Callable[[_News], None]) -> None:
        give, take = cast(IO[bytes], self.process.stdin), cast(IO[bytes], self.process.stdout)
        try:
            with give, take:
                kind, value = _wire.unpack(reader(take))
                tell(_News(self, kind, value))
                while (chunks := self.jobs.get()) is not None:
                    for chunk in chunks:
                        give.write(chunk)
                    give.flush()
                    tell(_News(self, "begun", None))
                    while kind not in ("done", "failed", "broken"):
                        kind, value = _wire.unpack(reader(take))
                        tell(_News(self, kind, value))
                    kind = ""
        except Exception:  # the pipe broke, or what came out of it is no message: either way it is lost
            tell(_News(self, "gone", None))

    def kill(self) -> None:
        self.process.kill()
        self.jobs.put(None)

    def bury(self) -> int:
        code = self.process.wait()
        if self.thread.ident is not None:  # it was started
            self.thread.join(2.0)
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                cast(IO[bytes], stream).close()
        return code


@dataclass
class _Flight:
    job: Job
    process: _Process
    stage: Stage = "prepare"
    deadline: float = float("inf")


class Spawned:
    """See `Backend`. Each of `workers` places runs one job at a time; idle processes wait booted."""

    def __init__(self, program: Program, workers: int, timeout_s: float) -> None:
        self._owner = os.getpid()
        self._program = program
        self._workers = workers
        self._timeout_s = timeout_s
        self._news: queue.Queue[_News] = queue.Queue()
        self._flights: dict[int, _Flight] = {}
        self._idle: list[_Process] = []  # nothing has run in these
        self._used: list[_Process] = []  # these may only run jobs that are not pristine
        self._all: set[_Process] = set()  # also those in none of the above for a moment; a Ctrl-C finds that
        self._spare(workers)

    def _spare(self, count: int) -> None:
        while len(self._idle) < count:
            process = _Process(self._program, self._timeout_s, self._news.put)
            self._all.add(process)
            process.thread.start()
            self._idle.append(process)

    def room(self) -> bool:
        """See `Backend.room`."""
        return len(self._flights) < self._workers

    def submit(self, number: int, job: Job) -> list[Event]:
        """See `Backend.submit`."""
        try:
            chunks = _wire.pack((job.base, job.delta, job.pristine))
        except Exception as error:
            return [(number, raised(error, "run"))]
        if self._used and not job.pristine:
            process = self._used.pop()
        else:
            self._spare(1)
            process = self._idle.pop(0)
        self._flights[number] = _Flight(job, process)
        process.jobs.put(chunks)
        if job.pristine:
            self._spare(1)  # boots while this one computes
        return []

    def wait(self, *, block: bool) -> list[Event]:
        """See `Backend.wait`."""
        events: list[Event] = []
        while self._flights and not events:
            with contextlib.suppress(queue.Empty):
                news = self._news.get(block, _TICK_S)
                while True:
                    events += self._hear(news)
                    news = self._news.get_nowait()
            events += self._expire()  # only now: what is done is not late, however long nobody looked
            if not block:
                break
        return events

    def _hear(self, news: _News) -> list[Event]:
        process = news.process
        if news.kind == "broken":
            raise EngineError(f"the engine cannot start: {self._program.boot} {news.value}")
        if news.kind == "ready":
            process.ready = True
            return []
        found = [(n, f) for n, f in self._flights.items() if f.process is process]
        if not found:
            if news.kind == "gone" and process in self._idle:
                self._idle.remove(process)
                self._discard(process)
            return []
        number, flight = found[0]
        if news.kind in ("begun", "prepared"):
            flight.stage = "prepare" if news.kind == "begun" else "run"
            flight.deadline = news.at + self._timeout_s
            return []
        del self._flights[number]
        if news.kind == "gone":
            return [(number, self._gone(flight))]
        if flight.job.pristine:
            self._discard(process)
        else:
            self._used.append(process)
        return [(number, news.value)]

    def _gone(self, flight: _Flight) -> Failure:
        code = self._discard(flight.process)
        if not flight.process.ready:
            raise EngineError(f"the engine cannot start: {self._program.boot} crashed or hung")
        return Failure(died(code), flight.stage)

    def _expire(self) -> list[Event]:
        now = time.monotonic()
        events: list[Event] = []
        for number, flight in list(self._flights.items()):
            if not flight.process.ready and now > flight.process.deadline:
                flight.process.kill()  # its thread will tell
            elif now > flight.deadline:
                del self._flights[number]
                self._discard(flight.process)
                events.append((number, Failure(f"timed out after {self._timeout_s:g} s", flight.stage)))
        return events

    def _discard(self, process: _Process) -> int:
        process.kill()
        code = process.bury()
        self._all.discard(process)
        return code

    def abandon(self) -> None:
        """See `Backend.abandon`; here all have begun."""

    def close(self) -> None:
        """See `Backend.close`."""
        if os.getpid() != self._owner:
            return
        self._idle, self._used = [], []
        self._flights.clear()
        for process in self._all:
            process.kill()
        for process in list(self._all):
            self._discard(process)


def died(code: int) -> str:
    """A process's return code in words."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"crashed ({signal.Signals(-code).name})"
    if code > 0xC0000000 - 1:
        return f"crashed (0x{code:08X})"  # a Windows exception, e.g. 0xC0000005 for an access violation
    return f"crashed (exit status {code})"
