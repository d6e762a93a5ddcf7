"""The parent's side where there is `fork`: one root process per worker, results through shared memory."""

import contextlib
import os
import pickle
import selectors
import signal
import socket
import subprocess
import time
from collections import OrderedDict
from dataclasses import dataclass

from patchpilot.engine import _linux, _start, _wire
from patchpilot.engine._backend import Event
from patchpilot.engine._keeper import LAST, MORE
from patchpilot.engine._queue import BASES, Queue
from patchpilot.engine.job import Failure, Job, Program, raised
from patchpilot.errors import EngineError

_AHEAD = 2  # jobs in flight per worker: one runs, one waits, so that the worker never waits for us
_TRIES = 2  # a job is sent again once if the worker, not the job, seems to be what died


@dataclass
class _Flight:
    job: Job
    slot: int
    tries: int


class _Root:
    """One root process and the jobs it has."""

    def __init__(self, program: Program, timeout_s: float) -> None:
        self.program = program
        self.timeout_s = timeout_s
        self.flights: OrderedDict[int, _Flight] = OrderedDict()
        self.start()

    def start(self) -> None:
        self.bases: OrderedDict[str, None] = OrderedDict()
        self.ready = False
        self.link, theirs = _linux.socket_pair()
        # Per slot: a base going out; and a delta going out, whose place the result takes on the way back.
        self.slots = [
            (os.memfd_create("base", os.MFD_CLOEXEC), os.memfd_create("data", os.MFD_CLOEXEC))
            for _ in range(_AHEAD)
        ]
        config = {"control": theirs.fileno(), "slots": self.slots, "timeout_s": self.timeout_s}
        fds = [theirs.fileno(), *(fd for slot in self.slots for fd in slot)]
        self.process = _start.start("_root", self.program, config, pipes=False, pass_fds=fds)
        theirs.close()
        self.deadline = time.monotonic() + _start.BOOT_S

    def send(self, number: int, job: Job, tries: int, how: str = MORE) -> None:
        """Put a job into a free slot and announce it."""
        slot = min(set(range(_AHEAD)) - {flight.slot for flight in self.flights.values()})
        base, data = self.slots[slot]
        new = job.base_key not in self.bases
        if new:
            _linux.store(base, _wire.pack(job.base))
        _linux.store(data, _wire.pack(job.delta))
        self.bases[job.base_key] = None
        self.bases.move_to_end(job.base_key)
        kept = BASES if how == MORE else _AHEAD  # where bases come and go, only those of jobs in flight
        forget = [self.bases.popitem(last=False)[0] for _ in range(len(self.bases) - kept)]
        if how == LAST:
            del self.bases[job.base_key]
        if self.ready and not self.flights:
            self.patience()
        self.flights[number] = _Flight(job, slot, tries)
        self.link.send(pickle.dumps((number, slot, job.base_key, forget, new, how)))

    def patience(self) -> None:
        """Set the time after which not even the root's own time limits can be working."""
        self.deadline = time.monotonic() + 2 * self.timeout_s + 10.0

    def receive(self) -> list[Event]:
        """Read one message.

        Raises:
            EOFError: the root is gone.
            EngineError: the program does not boot.
        """
        number, answer = pickle.loads(self.link.receive())
        if number == "broken":
            raise EngineError(f"the engine cannot start: {self.program.boot} {answer}")
        self.patience()
        if number == "ready":
            self.ready = True
            return []
        flight = self.flights[number]
        result = _linux.fetch(self.slots[flight.slot][1]) if answer is None else answer
        del self.flights[number]  # only now: one whose result is cut off is still to be sent again
        if answer is None:
            return [(number, result)]
        if isinstance(answer, Failure) and answer.stage == "run":
            return [(number, answer)]
        self.bases.pop(flight.job.base_key, None)
        if isinstance(answer, Failure):
            return [(number, answer)]
        if flight.tries >= _TRIES:
            return [(number, Failure("crashed (its worker process was lost)", "run"))]
        self.send(number, flight.job, flight.tries + 1)
        return []

    def restart(self) -> list[Event]:
        """After the root's death or silence: a new one, with the jobs that were not lost before."""
        if not self.ready:
            raise EngineError(f"the engine cannot start: {self.program.boot} crashed or hung")
        self.kill()
        flights = list(self.flights.items())
        self.flights.clear()
        self.start()
        events: list[Event] = []
        for number, flight in flights:
            if flight.tries >= _TRIES:
                events.append((number, Failure("crashed (its worker process was lost)", "run")))
            else:
                self.send(number, flight.job, flight.tries + 1)
        return events

    def hang_up(self) -> None:
        """Tell the root to end all."""
        # shutdown, not only close: a process that the user forked may hold a copy of this end
        with contextlib.suppress(OSError):
            self.link.end.shutdown(socket.SHUT_RDWR)
        self.link.close()
        for slot in self.slots:
            for fd in slot:
                os.close(fd)

    def bury(self) -> None:
        """Wait for the root's end, and force it after a second."""
        try:
            self.process.wait(1.0)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def kill(self) -> None:
        """End the root and its descendants."""
        self.hang_up()
        self.bury()


class Forked:
    """See `Backend`."""

    def __init__(self, program: Program, workers: int, timeout_s: float) -> None:
        self._owner = os.getpid()
        self._roots: list[_Root] = []
        self._queue = Queue(workers)
        try:
            for _ in range(workers):
                self._roots.append(_Root(program, timeout_s))
        except BaseException:
            self.close()
            raise

    def room(self) -> bool:
        """See `Backend.room`."""
        return not self._queue.full

    def submit(self, number: int, job: Job) -> list[Event]:
        """See `Backend.submit`."""
        self._queue.put(number, job)
        return self._dispatch() if self._queue.full else []  # sooner, the choice would be poor

    def _dispatch(self) -> list[Event]:
        """Give jobs that wait to workers that have room, the least busy first."""
        events: list[Event] = []
        roots = sorted(self._roots, key=lambda root: len(root.flights))
        while roots:
            root = roots.pop(0)
            if len(root.flights) >= _AHEAD:
                continue
            elsewhere = {key for other in self._roots if other is not root for key in other.bases}
            number = self._queue.choose(root.bases, elsewhere, idle=not root.flights)
            if number is None:
                continue
            job, how = self._queue.take(number)
            try:
                root.send(number, job, 1, how)
            except Exception as error:  # it does not pickle
                events.append((number, raised(error, "run")))
            roots = sorted([*roots, root], key=lambda root: len(root.flights))
        return events

    def wait(self, *, block: bool) -> list[Event]:
        """See `Backend.wait`."""
        events = self._dispatch()
        while not events:
            busy = [root for root in self._roots if root.flights]
            if not busy:
                break
            with selectors.DefaultSelector() as selector:
                for root in busy:
                    selector.register(root.link, selectors.EVENT_READ, root)
                left = min(root.deadline for root in busy) - time.monotonic()
                ready = {key.data for key, _ in selector.select(max(left, 0.0) if block else 0.0)}
            for root in busy:
                if root in ready:
                    try:
                        events += root.receive()
                    except EOFError:
                        events += root.restart()
                elif time.monotonic() > root.deadline:
                    events += root.restart()
            if not block and not ready:
                break
        return events + self._dispatch()

    def abandon(self) -> None:
        """See `Backend.abandon`."""
        self._queue.clear()

    def close(self) -> None:
        """See `Backend.close`."""
        if os.getpid() != self._owner:  # a forked copy of the parent: the workers are not its own
            return
        roots, self._roots = self._roots, []
        for root in roots:
            root.hang_up()
        for root in roots:
            root.bury()
