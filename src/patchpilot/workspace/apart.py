"""Long work in a process of its own: it ends at once when its job is to, and whoever asks is answered meanwhile."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patchpilot.engine import Failure, Job, Pool, Program
from patchpilot.engine.job import resolve
from patchpilot.errors import EngineError, PatchPilotError
from patchpilot.files import write_text

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

Told = Callable[..., None]
"""What work tells of itself: as `Report.progress`."""
PROGRAM = Program(f"{__name__}:boot", f"{__name__}:prepare", f"{__name__}:run")
LONGEST_S = 12 * 3600.0
IDLE_S = 30.0
"""A process that has nothing to do for so long ends."""
_LOOK_S = 0.2


class Apart:
    """The process, made when there is something to do; one thing at a time, others wait.

    Args:
        workspace: whose.
    """

    def __init__(self, workspace: Workspace) -> None:  # noqa: ARG002 (as every part has it)
        self._turn = threading.Lock()
        self._pool: Pool | None = None
        self._idle: threading.Timer | None = None
        self._is_closed = False

    def do(self, report: Report, name: str, *arguments: Any) -> Any:
        """Call a function in the process.

        Args:
            report: told what the function tells, and asked whether to stop.
            name: "package.module:function"; it is called with a `Told` and the arguments.
            arguments: of the function; as what it returns, anything that pickles.

        Raises:
            EngineError: the process died.
            KeyboardInterrupt: the job is to end; the process has.
            PatchPilotError: whatever the function raised.
        """
        with self._turn, tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "progress.json"
            pool = self._opened()
            try:
                with _watched(pool, report, place):
                    (came,) = pool.map([Job(None, "", (name, arguments, str(place)), pristine=False)])
                report.check()
            except BaseException as error:
                self._end()
                if isinstance(error, EngineError):
                    report.check()
                raise
            self._rest()
        if isinstance(came, Failure):
            raise EngineError(f"expected an answer of {name}, but it {came}")
        if isinstance(came, PatchPilotError):
            raise came
        return came

    def close(self) -> None:
        """End the process; one that works is ended with its job."""
        self._is_closed = True
        if self._turn.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._turn.release()

    def _opened(self) -> Pool:
        if self._idle is not None:
            self._idle.cancel()
        if self._pool is None:
            self._pool = Pool(PROGRAM, workers=1, timeout_s=LONGEST_S, fork=False)
        return self._pool

    def _rest(self) -> None:
        if self._is_closed:
            self._end()
            return
        self._idle = threading.Timer(IDLE_S, self._bored)
        self._idle.daemon = True
        self._idle.start()

    def _bored(self) -> None:
        if self._turn.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._turn.release()

    def _end(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        if self._pool is not None:
            self._pool.close()
        self._pool = None


@contextmanager
def _watched(pool: Pool, report: Report, place: Path) -> Iterator[None]:
    """While it lasts, what is written to a file is told, and the pool ends once the job is to end."""
    over = threading.Event()

    def watch() -> None:
        said = ""
        while not over.is_set():
            if report.wait(_LOOK_S):
                pool.close()
                return
            with suppress(OSError, ValueError):
                now = place.read_text("utf-8")
                if now != said:
                    report.progress(**json.loads(now))
                    said = now

    watcher = threading.Thread(target=watch, name="watches work apart", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


# What the process runs


def boot() -> None:
    """Nothing that is not imported with what is called."""


def prepare(base: None) -> None:
    """Nothing."""


def run(state: None, asked: tuple[str, tuple[Any, ...], str]) -> Any:  # noqa: ARG001 (as `Program` has it)
    """What a function returns, or the `PatchPilotError` that it raises."""
    name, arguments, place = asked
    all_said: dict[str, Any] = {}

    def told(**said: Any) -> None:
        all_said.update(said)
        with suppress(PatchPilotError):  # a full disk: then nobody hears how far it is
            write_text(Path(place), json.dumps(all_said))

    try:
        return resolve(name)(told, *arguments)
    except PatchPilotError as error:
        return error
