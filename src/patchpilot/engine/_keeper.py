"""The prepared process of one base, and the children it forks: one for each job.

The keeper calls `prepare` and from then on only forks; the last job of its life it may run itself. Every job
therefore starts from the very same memory, hidden random states and voice allocators included, and so gives the
same bytes whatever was computed before it.

Where more jobs are likely, the child of the next one is forked while the present one runs, so the fork is not
waited for.
"""

import gc
import os
import pickle
import select
import signal
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from patchpilot.engine import _linux, _wire
from patchpilot.engine.job import Failure, Program, raised, resolve

Run = Callable[[Any, Any], object]

MORE, FEW, LAST = "more", "few", "last"
"""How a job is run: in a child, the next one's being forked meanwhile; in a child; in the keeper itself, if there
is no child yet, which saves a fork and the copies of the pages that a job writes to. After the last it is gone."""


def keep(
    control: _linux.Socket,
    program: Program,
    common: tuple[object, ...],
    base: int,
    slots: Sequence[int],
    timeout_s: float,
    noise: _linux.Noise,
) -> None:
    """Prepare the base that lies in the shared memory `base`, say so, then serve one job after another.

    Messages out: None (prepared) or a Failure; then for each "slot how" that comes in, None (the result is
    in that slot) or a Failure. Returns after the last job, or when `prepare` failed.

    Raises:
        EOFError: the root hung up.
    """
    try:
        run: Run = resolve(program.run)
        state = resolve(program.prepare)(_linux.fetch(base), *common)
    except BaseException as error:  # SystemExit too: a child process never leaves by raising
        control.send(pickle.dumps(raised(error, "prepare")))
        return
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every page that holds an object
    control.send(pickle.dumps(None))
    child: Child | None = None
    while True:
        slot, how = control.receive().decode().split()
        noise.take()
        if how == LAST and child is None:
            control.send(pickle.dumps(_outcome(slots[int(slot)], run, state)))
            return
        child = child or Child(run, state, slots)
        child.link.send(slot.encode())
        following = Child(run, state, slots) if how == MORE else None
        control.send(pickle.dumps(child.outcome(timeout_s, noise)))
        child = following


class Child:
    """A forked process that waits for one slot number, runs the job in that slot and ends."""

    def __init__(self, run: Run, state: object, slots: Sequence[int]) -> None:
        self.link, other = _linux.socket_pair()
        parent = os.getpid()
        self.pid = os.fork()
        if not self.pid:
            try:
                _linux.die_with(parent)
                self.link.close()
                _serve(other, run, state, slots)
            finally:
                os._exit(0)
        other.close()

    def outcome(self, timeout_s: float, noise: _linux.Noise) -> Failure | None:
        """Wait for the job's end; the process is gone when this returns."""
        poll = select.poll()
        poll.register(self.link, select.POLLIN)
        in_time = poll.poll(timeout_s * 1000)
        answer: Failure | None = Failure(f"timed out after {timeout_s:g} s", "run")
        crashed = False
        if in_time:
            try:
                answer = pickle.loads(self.link.receive())
            except EOFError:
                crashed = True
        status = end(self.pid)
        self.link.close()
        return Failure(died(status), "run", noise.take()) if crashed else answer


def _serve(link: _linux.Socket, run: Run, state: object, slots: Sequence[int]) -> NoReturn:
    link.send(pickle.dumps(_outcome(slots[int(link.receive())], run, state)))
    os._exit(0)


def _outcome(slot: int, run: Run, state: object) -> Failure | None:
    """Run the job in a slot here, and put its result there."""
    try:
        _linux.store(slot, _wire.pack(run(state, _linux.fetch(slot))))
    except BaseException as error:
        return raised(error, "run")
    return None


def end(pid: int) -> int:
    """Kill a child, reap it, and give its wait status; if it was ending already, its own."""
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def died(status: int) -> str:
    """A wait status in words."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"crashed (exit status {code})"
    try:
        return f"crashed ({signal.Signals(-code).name})"
    except ValueError:
        return f"crashed (signal {-code})"
