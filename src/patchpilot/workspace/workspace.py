"""The `Workspace` noun: a folder, and everything that can be done with it."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import platformdirs

from patchpilot import __version__
from patchpilot.bank.bank import Bank
from patchpilot.bank.database import FILE as BANK_FILE
from patchpilot.bank.database import Database
from patchpilot.datasets.storage.lock import Lock
from patchpilot.errors import PatchPilotError
from patchpilot.files import make_folder
from patchpilot.workspace.actions import Actions
from patchpilot.workspace.errors import ConflictError, MissingError
from patchpilot.workspace.events import Events
from patchpilot.workspace.instruments import Instruments
from patchpilot.workspace.jobs.jobs import Jobs
from patchpilot.workspace.jobs.report import Report
from patchpilot.workspace.limits import Limits
from patchpilot.workspace.sounds import Sounds
from patchpilot.workspace.verbs.base import Verb, all_verbs, verb_of

if TYPE_CHECKING:
    from patchpilot.bank.entry import Entry
    from patchpilot.instruments.base import Instrument
    from patchpilot.instruments.take import Take

T = TypeVar("T")
BANK_WAIT_S = 5.0
"""How long another process may hold the bank before whoever waits for an answer gets one."""


class Workspace:
    """A folder, and everything that can be done with it; threads may share it, other processes may not.

    Args:
        path: the folder; made where it is missing, the user's own where none is named.
        bank: folder of the bank; one inside the workspace where none is named.
        instruments: names beyond the registered ones that may be used, as "rack:FILE".
        made: instruments made by hand, by name.
        instrument: name of the one that is played where nobody says another.
        profiles: files of profiles that tracks may be compared with, beside those made here.
        limits: how much it takes.

    Raises:
        BankError: the bank is damaged, or another process holds it.
        ConflictError: another process works with this folder.
        OutputError: the folder cannot be made or written to.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        bank: Path | None = None,
        instruments: Sequence[str] = (),
        made: Mapping[str, Callable[[], Instrument]] | None = None,
        instrument: str = "vital",
        profiles: Sequence[Path] = (),
        limits: Limits | None = None,
    ) -> None:
        self.path = make_folder((path or self.default_path()).absolute())
        self.version, self.instrument, self.limits = __version__, instrument, limits or Limits()
        self.profiles = tuple(profiles)
        self._lock = _locked(self.path)
        self.events = Events()
        self.instruments = Instruments((instrument, *instruments), made)
        self._parts: dict[Callable[[Workspace], Any], Any] = {}
        self._making = threading.RLock()
        try:
            self.sounds = Sounds(self.path / "sounds", self.limits)
            self.actions = Actions(self)
            self.jobs = Jobs(
                self.path / "jobs",
                self.events,
                self._run,
                lambda kind: verb_of(kind).lane,
                most_queued=self.limits.queued,
            )
            self.bank = _opened(bank or self.path / "bank")
        except BaseException:
            self._lock.release()
            raise

    @classmethod
    def default_path(cls) -> Path:
        """The user's own workspace."""
        return platformdirs.user_data_path("patchpilot") / "studio"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """What can be done, by name."""
        return all_verbs()

    def do(self, name: str, request: Any) -> dict[str, Any]:
        """Do something: at once, or as a job that is answered as it is then.

        Args:
            name: of a verb.
            request: JSON, or an instance of the verb's request.

        Raises:
            MissingError: there is no such verb, or something that it names is not here.
            ParameterError: it is no such request.
            PatchPilotError: it failed.
        """
        verb = verb_of(name)
        asked = verb.parsed(request)
        if verb.kind == "job":
            if verb.check is not None:
                verb.check(self, asked)
            return self.jobs.add(name, vars(asked))
        report = Report()
        return self._done(verb, asked, report)

    def keep(
        self, take: Take, *, scores: Mapping[str, float], experiment: str = "", tags: Iterable[str] = ()
    ) -> int:
        """Put a take into the bank and say so; gives its number. As `Bank.append`, it is safe a little later."""
        number = self.bank.append(take, scores=scores, experiment=experiment, tags=tags)
        self.events.publish(
            "take",
            {
                "number": number,
                "take_id": take.id,
                "searcher": take.origin.searcher,
                "experiment": experiment,
                "scores": scores,
            },
        )
        return number

    def entry(self, number: int) -> Entry:
        """A take of the bank without its audio; raises `MissingError`."""
        if not 0 < number < 2**63 or number not in self.bank:
            raise MissingError(f"there is no take {number} in this bank; was it cleared away?")
        return self.bank[number]

    def wait(self, job_id: str, timeout_s: float | None = None) -> dict[str, Any]:
        """A job once it has ended, or as it is after that long; raises `MissingError`."""
        return self.jobs.wait(job_id, timeout_s)

    def part(self, make: Callable[[Workspace], T]) -> T:
        """The one thing of its kind that belongs to this workspace: made on first use, closed with it.

        Args:
            make: a class whose instances are made of a workspace, and may have `close`.
        """
        with self._making:
            if make not in self._parts:
                self._parts[make] = make(self)
            found: T = self._parts[make]
            return found

    def start(self) -> None:
        """Go on with the jobs that were in the middle when an earlier process ended, and open what is played most."""
        self.jobs.resume_interrupted()
        threading.Thread(target=self._warm, name="warming up", daemon=True).start()

    def _warm(self) -> None:
        """What the first match, and the first draft that is moved by words, would wait for."""
        for module in ("patchpilot.matching.match", "patchpilot.words.move", "pyloudnorm"):
            importlib.import_module(module)
        with suppress(PatchPilotError):  # who plays it is told
            self.instruments.get(self.instrument)

    def close(self) -> bool:
        """End what runs, commit what waits, and give everything back; gives whether every job has ended."""
        self.events.close()
        for part in reversed(self._parts.values()):
            close = getattr(part, "close", None)
            if close is not None:
                with suppress(PatchPilotError):  # a full disk: the others are closed all the same
                    close()
        self.jobs.stop()
        self.instruments.close()
        ended = self.jobs.close()
        with suppress(PatchPilotError):
            self.bank.close()
        self._lock.release()
        return ended

    def _run(self, kind: str, request: dict[str, Any], report: Report) -> dict[str, Any]:
        verb = verb_of(kind)
        return self._done(verb, verb.parsed(request), report)

    def _done(self, verb: Verb, request: Any, report: Report) -> dict[str, Any]:
        try:
            answer = verb.do(self, request, report)
        except PatchPilotError as error:
            said = self.sounds.named(str(error))
            if said == str(error):
                raise
            raise type(error)(said) from error
        for text, back in report.actions:
            assert verb.undo is not None, verb.name
            self.actions.add(verb.name, text, back)
        return answer


def _locked(path: Path) -> Lock:
    from patchpilot.errors import OutputError

    busy = f"{path} is in use by another studio; use that one, or name another folder with --workspace"
    try:
        return Lock(path / "workspace", busy=busy)
    except OutputError as error:
        if str(error) == busy:
            raise ConflictError(busy) from None
        raise


def _opened(folder: Path) -> Bank:
    """A bank that does not keep those waiting who want an answer."""
    if not (folder / BANK_FILE).exists():
        Bank.open(folder).close()
    return Bank(folder, Database(folder / BANK_FILE, wait_s=BANK_WAIT_S), None)
