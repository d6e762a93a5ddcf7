"""The prepared process of one base, and the children it forks: one for each job.

The keeper calls `prepare` and from then on only forks. Every child therefore starts from the very same
memory, hidden random states and voice allocators included, and so gives the same bytes whatever was computed
before it.

The child of the next job is forked while the present one runs, so the fork is not waited for.
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


def keep(
    control: _linux.Socket,
    program: Program,
    base: int,
    slots: Sequence[int],
    timeout_s: float,
    noise: _linux.Noise,
) -> None:
    """Prepare the base that lies in the shared memory `base`, say so, then serve one job after another.

    Messages out: None (prepared) or a Failure; then for each slot number that comes in, None (the result is
    in that slot) or a Failure. Returns when the root hangs up, or when `prepare` failed.
    """
    try:
        run: Run = resolve(program.run)
        state = resolve(program.prepare)(_linux.fetch(base))
    except BaseException as error:  # SystemExit too: a child process never leaves by raising
        control.send(pickle.dumps(raised(error, "prepare")))
        return
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every page that holds an object
    control.send(pickle.dumps(None))
    child = Child(run, state, slots)
    while True:
        slot = control.receive()
        noise.take()
        child.link.send(slot)
        following = Child(run, state, slots)
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
    slot = slots[int(link.receive())]
    answer: Failure | None = None
    try:
        _linux.store(slot, _wire.pack(run(state, _linux.fetch(slot))))
    except BaseException as error:
        answer = raised(error, "run")
    link.send(pickle.dumps(answer))
    os._exit(0)


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
