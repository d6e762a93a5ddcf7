"""A worker process where there is no `fork`: jobs come in on stdin, outcomes go out on stdout.

Portable: nothing here is particular to a system.

Messages out are packed tuples: `("ready", None)` or `("broken", reason)`, then for each job
`("prepared", None)` and `("done", result)` or `("failed", Failure)`.
"""

import faulthandler
import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import IO, Any

from patchpilot.engine import _wire
from patchpilot.engine.job import Program, make_common, raised, resolve


def main() -> None:
    """Serve jobs as the whole process; what it needs is in `sys.argv[1]`, as JSON."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    config = json.loads(sys.argv[1])
    program = Program(*config["program"])
    take, give = _claim_streams()
    try:
        resolve(program.boot)()
    except BaseException as error:
        _say(give, ("broken", raised(error, "prepare").reason))
        os._exit(1)
    _say(give, ("ready", None))
    jobs: queue.SimpleQueue[tuple[object, object, bool]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(take, jobs), daemon=True).start()
    while True:
        base, delta, pristine = jobs.get()
        if pristine:
            _work(give, program, base, delta, config["timeout_s"])
            continue
        # Engines leave marks on the calling thread (Vital: flush-to-zero), so each job gets one of its own.
        thread = threading.Thread(target=_work, args=(give, program, base, delta, config["timeout_s"]))
        thread.start()
        thread.join()


def _claim_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Keep stdin and stdout for us, and point their numbers to nowhere for everybody else in the process."""
    take = os.fdopen(os.dup(0), "rb")
    give = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - open as long as the process
    return take, give


def _listen(take: IO[bytes], jobs: "queue.SimpleQueue[tuple[object, object, bool]]") -> None:
    """Pass jobs on; when the parent is gone, end the process whatever it is doing."""
    try:
        while True:
            jobs.put(_wire.unpack(reader(take)))
    except BaseException:
        os._exit(1)


def _work(give: IO[bytes], program: Program, base: object, delta: object, timeout_s: float) -> None:
    # The parent keeps the time. This alarm is for when it was killed while native code hangs here holding the
    # interpreter's lock, so that no other thread can run: it needs no lock.
    faulthandler.dump_traceback_later(3 * timeout_s + 10.0, exit=True, file=sys.__stderr__ or 2)
    try:
        state = resolve(program.prepare)(base, *make_common(program))
    except BaseException as error:
        answer: tuple[str, Any] = ("failed", raised(error, "prepare"))
    else:
        _say(give, ("prepared", None))
        try:
            answer = ("done", resolve(program.run)(state, delta))
            _wire.pack(answer)
        except BaseException as error:
            answer = ("failed", raised(error, "run"))
    _say(give, answer)
    faulthandler.cancel_dump_traceback_later()


def _say(give: IO[bytes], message: tuple[str, Any]) -> None:
    for chunk in _wire.pack(message):
        give.write(chunk)
    give.flush()


def reader(stream: IO[bytes]) -> _wire.Read:
    """Exact reads from a pipe."""

    def read(n: int) -> bytearray:
        data = bytearray(n)
        view = memoryview(data)
        while view:
            got = stream.readinto(view)  # type: ignore[attr-defined]
            if not got:
                raise EOFError("the other process is gone")
            view = view[got:]
        return data

    return read
