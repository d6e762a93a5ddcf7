"""The root of a worker: a small process, started clean, that boots the program and forks one keeper per base.

It makes what is common to all bases, once, and never prepares or runs anything itself: every keeper starts from
the same native state, which nothing has used. It hears from the parent (the process that made the `Pool`) over one
socket, and ends with all its descendants when that socket closes, however the parent ended.
"""

import gc
import json
import os
import pickle
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import NoReturn

from patchpilot.engine import _keeper, _linux
from patchpilot.engine.job import Failure, Program, make_common, raised, resolve

LOST = "lost"
"""The answer for a job whose keeper is not there (any more): send it again, with its base."""

_GRACE_S = 5.0  # the keeper times its children; the root only a keeper that does not even do that


@dataclass
class _Kept:
    pid: int
    link: _linux.Socket


class Root:
    """Serves the parent's requests, one after another."""

    def __init__(
        self, control: _linux.Socket, program: Program, slots: list[tuple[int, int]], timeout_s: float
    ) -> None:
        self.control = control
        self.program = program
        self.slots = slots
        self.timeout_s = timeout_s
        self.noise = _linux.Noise()
        self.kept: dict[str, _Kept] = {}
        self.common: tuple[object, ...] = ()

    def serve(self) -> NoReturn:
        """Answer requests `(number, slot, key, forget, has_base, how)` with `(number, None | Failure | LOST)`.

        Raises:
            EOFError: the parent is gone.
        """
        while True:
            number, slot, key, forget, has_base, how = pickle.loads(self.control.receive())
            for old in forget:
                self.drop(old)
            bad = self.prepare(key, slot) if has_base else None
            answer = bad or self.run(key, slot, how)
            self.control.send(pickle.dumps((number, answer)))
            if how == _keeper.LAST:
                self.drop(key)
            self.reap()

    def prepare(self, key: str, slot: int) -> Failure | None:
        """Fork the keeper of a base and wait until it is prepared."""
        self.drop(key)
        self.noise.take()
        ours, theirs = _linux.socket_pair()
        me = os.getpid()
        pid = os.fork()
        if not pid:
            try:
                _linux.die_with(me)
                self.control.close()
                ours.close()
                base, slots = self.slots[slot][0], [data for _, data in self.slots]
                _keeper.keep(theirs, self.program, self.common, base, slots, self.timeout_s, self.noise)
            finally:
                os._exit(0)
        theirs.close()
        self.kept[key] = _Kept(pid, ours)
        try:
            answer = self.answer(self.kept[key], self.timeout_s)
        except TimeoutError:
            answer = Failure(f"timed out after {self.timeout_s:g} s", "prepare")
        except EOFError:
            status = self.drop(key)
            answer = Failure(_keeper.died(status), "prepare", self.noise.take())
        if answer is not None:
            self.drop(key)
        return answer

    def run(self, key: str, slot: int, how: str) -> Failure | str | None:
        """Have the keeper of `key` run the job in `slot`."""
        kept = self.kept.get(key)
        if kept is None:
            return LOST
        kept.link.send(f"{slot} {how}".encode())
        is_last = how == _keeper.LAST  # then nobody but us times it, or learns how it died
        try:
            return self.answer(kept, self.timeout_s + (0.0 if is_last else _GRACE_S))
        except TimeoutError:
            self.drop(key)
            return Failure(f"timed out after {self.timeout_s:g} s", "run")
        except EOFError:
            status = self.drop(key)
            return Failure(_keeper.died(status), "run", self.noise.take()) if is_last else LOST

    def answer(self, kept: _Kept, timeout_s: float) -> Failure | None:
        """What a keeper says next.

        Raises:
            TimeoutError: nothing for `timeout_s`.
            EOFError: it died.
            SystemExit: the parent is gone.
        """
        poll = select.poll()
        poll.register(kept.link, select.POLLIN)
        poll.register(self.control, 0)  # hang-up is always reported; requests that queue up are not
        ready = dict(poll.poll(timeout_s * 1000))
        if self.control.fileno() in ready:
            raise SystemExit
        if not ready:
            raise TimeoutError
        said: Failure | None = pickle.loads(kept.link.receive())
        return said

    def drop(self, key: str) -> int:
        """End a keeper, and give its wait status (0 if there was none)."""
        kept = self.kept.pop(key, None)
        if kept is None:
            return 0
        kept.link.close()
        return _keeper.end(kept.pid)

    def reap(self) -> None:
        """Bury children of keepers that are gone: they die with their keeper and fall to us."""
        alive = {kept.pid: kept for kept in self.kept.values()}
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if found is None or found.si_pid in alive:  # a dead keeper is noticed where it is used
                return
            os.waitpid(found.si_pid, 0)

    def end(self) -> NoReturn:
        """End all descendants, then this process."""
        for key in list(self.kept):
            self.drop(key)
        until = time.monotonic() + 0.5
        try:
            while time.monotonic() < until:
                if os.waitpid(-1, os.WNOHANG) == (0, 0):
                    time.sleep(0.002)
        except ChildProcessError:
            os._exit(0)
        os.killpg(0, signal.SIGKILL)  # helpers that native code started; the group is ours alone
        os._exit(1)


def main() -> None:
    """Run a root as the whole process; what it needs is in `sys.argv[1]`, as JSON."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    config = json.loads(sys.argv[1])
    control = _linux.Socket(socket.socket(fileno=config["control"]))
    program = Program(*config["program"])
    _linux.no_core_dumps()
    _linux.adopt_orphans()
    root = Root(control, program, config["slots"], config["timeout_s"])
    try:
        resolve(program.boot)()
        root.common = make_common(program)
    except BaseException as error:
        control.send(pickle.dumps(("broken", raised(error, "prepare").reason)))
        os._exit(1)
    gc.collect()
    gc.freeze()
    control.send(pickle.dumps(("ready", None)))
    try:
        root.serve()
    finally:  # also after a fork that failed: the interpreter's own end would run what native code leaves behind
        root.end()
