"""Experiments that run one after another overnight: a matrix, or one alone.

Each has a folder of its own below the queue's. What is finished stays, what was stopped goes on, and one that fails
does not stop the others. One experiment alone is run in the folder itself.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot.errors import OutputError, ParameterError, PatchPilotError
from patchpilot.experiment.experiment import Experiment
from patchpilot.experiment.folder import FILE, settled
from patchpilot.experiment.session import Made, Session
from patchpilot.experiment.snapshot import Progress
from patchpilot.files import make_folder, write_text

QUEUE = "queue.json"
FORMAT = 1


@dataclass(frozen=True, eq=False)
class Place:
    """One experiment of a queue.

    Attributes:
        experiment: what is run.
        folder: where.
        progress: where it stands; None before it began.
        failed: why it cannot be run, "" where it can.
    """

    experiment: Experiment
    folder: Path
    progress: Progress | None
    failed: str = ""

    @property
    def is_finished(self) -> bool:
        """Whether nothing of it is left to do."""
        at = self.progress
        return at is not None and (
            at.ended == "done"
            or at.n_renders >= self.experiment.budget.renders
            or at.seconds >= self.experiment.budget.seconds
        )


class Queue:
    """Experiments in a folder.

    Args:
        folder: of the queue; see `make` for a new one.

    Attributes:
        was_interrupted: whether the system asked it to end, as by Ctrl-C.

    Raises:
        ParameterError: it is neither a queue's folder nor a run's, or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._session: Session | None = None
        self._stopping = self.was_interrupted = False
        if (folder / FILE).exists():
            self._names: list[str] = []
            self._failed: dict[str, str] = {}
            return
        try:
            said = json.loads((folder / QUEUE).read_text("utf-8"))
            if said["format"] != FORMAT:
                raise ParameterError(f"{folder / QUEUE} is of format {said['format']}, from a newer version")
            self._names, self._failed = list(said["runs"]), dict(said["failed"])
        except FileNotFoundError:
            raise ParameterError(
                f"{folder} holds no experiments: make some with `patchpilot play run`"
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ParameterError(f"{folder / QUEUE} is damaged: {error}") from None

    @classmethod
    def make(cls, experiments: Sequence[Experiment], folder: Path) -> Queue:
        """A queue of experiments in a folder; those that are there already are gone on with.

        Raises:
            OutputError: the folder holds something else, or cannot be written to.
            ParameterError: two experiments have one name, or a file of them cannot be read.
        """
        twice = [name for name, n in Counter(one.name.casefold() for one in experiments).items() if n > 1]
        if twice:
            raise ParameterError(f"expected experiments of different names, got {twice[0]!r} twice")
        make_folder(folder)
        if len(experiments) == 1 and not (folder / QUEUE).exists():
            settled(experiments[0], folder)
            return cls(folder)
        if (folder / FILE).exists():
            raise OutputError(f"{folder} holds one experiment, not a matrix: name another folder with --out")
        before = cls(folder)._names if (folder / QUEUE).exists() else []
        for one in experiments:
            settled(one, make_folder(folder / one.name))
        names = list(dict.fromkeys([*before, *(one.name for one in experiments)]))
        _write(folder, names, {})
        return cls(folder)

    @property
    def places(self) -> tuple[Place, ...]:
        """All experiments, in their order, as they stand on the disk."""
        folders = [self.folder / name for name in self._names] or [self.folder]
        return tuple(
            Place(
                Experiment.load(folder / FILE),
                folder,
                Progress.read(folder),
                self._failed.get(folder.name, "") if self._names else "",
            )
            for folder in folders
        )

    def stop(self) -> None:
        """End after this batch, and begin no other; any thread may ask for it."""
        self._stopping = True
        if self._session is not None:
            self._session.stop()

    def run(
        self,
        *,
        minutes: float | None = None,
        on_session: Callable[[Session], Callable[..., None]] = lambda _: lambda _: None,
        on_end: Callable[[Place], None] = lambda _: None,
        **options: Any,
    ) -> bool:
        """Run what is left.

        Args:
            minutes: > 0, of this part, of all together.
            on_session: called with each session; gives what is called with each of its outcomes.
            on_end: called with each experiment that was run, or failed.
            options: of `Session`.

        Returns:
            Whether all are at their end; those that failed count as that.

        Raises:
            PatchPilotError: the only experiment there is fails.
        """
        until = None if minutes is None else time.monotonic() + 60.0 * minutes
        for at, place in enumerate(self.places):
            left = None if until is None else (until - time.monotonic()) / 60.0
            if place.is_finished:
                continue
            if self._stopping or (left is not None and left <= 0.0):
                return False
            try:
                made = self._run_one(place, left, on_session, options)
            except PatchPilotError as error:
                if not self._names:
                    raise
                self._failed[place.folder.name] = str(error)
                _write(self.folder, self._names, self._failed)
                on_end(self.places[at])
                continue
            if self._failed.pop(place.folder.name, ""):
                _write(self.folder, self._names, self._failed)
            on_end(self.places[at])
            if made.run.ended == "interrupted":
                return False
        return True

    def _run_one(
        self,
        place: Place,
        minutes: float | None,
        on_session: Callable[[Session], Callable[..., None]],
        options: dict[str, Any],
    ) -> Made:
        with Session(place.experiment, place.folder, **options) as session:
            self._session = session
            if self._stopping:
                session.stop()
            try:
                return session.run(minutes=minutes, on_outcome=on_session(session))
            finally:
                self._session, self.was_interrupted = None, session.was_interrupted


def _write(folder: Path, names: Sequence[str], failed: dict[str, str]) -> None:
    write_text(
        folder / QUEUE, json.dumps({"format": FORMAT, "runs": list(names), "failed": failed}, indent=1)
    )
