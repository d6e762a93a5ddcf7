"""Versions of what was learned: kept side by side, one of them in use, the one before a step away.

    versions = Versions(folder, place)
    number = versions.add(score, before, better=True)   # what lies in `next_path` becomes version `number`
    versions.settle()                       # what is better is copied to `place`, where everything looks for it
    versions.roll_back()                    # the one that was in use before is there again

The history is a text file, `versions.json`; nothing is ever taken away from it.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from patchpilot.errors import OutputError, ParameterError
from patchpilot.files import make_folder, output_error, write_text

FILE = "versions.json"
SHIPPED = 0
"""The number that stands for what comes with Patch Pilot."""


@dataclass(frozen=True)
class Version:
    """One version.

    Attributes:
        number: from 1.
        score: on the frozen set; lower is better.
        before: score of what was in use, on the same set; None where there was nothing.
        made_at: ISO 8601, UTC.
        source: hash of all that it was learned from, "" where nobody said.
        better: whether it was found better than what was in use.
    """

    number: int
    score: float
    before: float | None
    made_at: str
    source: str = ""
    better: bool = False


class Versions:
    """Versions of one thing.

    Args:
        folder: where they are kept.
        place: where the one in use lies: a folder that only this writes.
    """

    def __init__(self, folder: Path, place: Path) -> None:
        self.folder, self.place = folder, place

    @property
    def known(self) -> list[Version]:
        """All of them, the oldest first; raises `ParameterError` where the history is damaged."""
        return [Version(**said) for said in self._read()["versions"]]

    @property
    def in_use(self) -> int:
        """Number of the one in use, 0 for what comes with Patch Pilot."""
        history = self._read()["used"]
        return int(history[-1]) if history else SHIPPED

    def path(self, number: int) -> Path:
        """The folder of a version."""
        return self.folder / f"{number:04d}"

    def of(self, source: str) -> Version | None:
        """The newest that was learned from something, by its hash; None where nothing was."""
        return next((version for version in reversed(self.known) if version.source == source), None)

    def next_path(self) -> Path:
        """Where the next version is to be made; the same until it is added, so that its making can go on."""
        return self.path(len(self.known) + 1)

    def add(self, score: float, before: float | None, *, source: str = "", better: bool = False) -> int:
        """What lies in `next_path` becomes a version; raises `OutputError`.

        Args:
            score: of it.
            before: of what is in use.
            source: hash of all that it was learned from.
            better: whether it shall be in use; `settle` does it.
        """
        said = self._read()
        number = len(said["versions"]) + 1
        if not self.path(number).is_dir():
            raise OutputError(f"expected the new version in {self.path(number)}, which is not there")
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        said["versions"].append(asdict(Version(number, score, before, made_at, source, better)))
        if better:
            said["used"].append(number)
        self._write({**said, "settled": said["settled"] and not better})
        return number

    def promote(self, number: int) -> None:
        """Put a version into use.

        Raises:
            OutputError: it cannot be copied; what was in use stays.
            ParameterError: there is no such version.
        """
        if not self.path(number).is_dir():
            raise ParameterError(
                f"no version {number}: there are {', '.join(str(v.number) for v in self.known) or 'none'}"
            )
        said = self._read()
        self._use([*said["used"], number], said)

    def settle(self) -> None:
        """Bring what is in use to where everything looks for it, if a kill came between; raises `OutputError`."""
        said = self._read()
        if not said["settled"]:
            self._place(self.in_use)
            self._write({**said, "settled": True})

    def roll_back(self) -> int:
        """Put that into use which was so before.

        Returns:
            Its number, 0 for what comes with Patch Pilot.

        Raises:
            OutputError: it cannot be copied.
            ParameterError: nothing was ever promoted.
        """
        said = self._read()
        if not said["used"]:
            raise ParameterError(
                f"nothing was learned yet in {self.folder}, so there is nothing to roll back"
            )
        self._use(said["used"][:-1], said)
        return self.in_use

    def _use(self, used: list[int], before: dict[str, Any]) -> None:
        """The history first: a kill after it leaves what `settle` brings about."""
        self._write({**before, "used": used, "settled": False})
        try:
            self.settle()
        except OutputError:
            self._write(before)
            raise

    def _place(self, number: int) -> None:
        """Whole or not at all: copied beside it, then moved."""
        new, old = (self.place.with_name(f".{self.place.name}.{end}") for end in ("new", "old"))
        try:
            make_folder(self.place.parent)
            for path in (new, old):
                shutil.rmtree(path, ignore_errors=True)
            if number != SHIPPED:
                shutil.copytree(self.path(number), new, ignore=shutil.ignore_patterns("*.lock", "state.*"))
            if self.place.exists():
                self.place.rename(old)
            if number != SHIPPED:
                new.rename(self.place)
            shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            if old.exists() and not self.place.exists():
                old.rename(self.place)
            raise output_error(self.place, error) from None

    def _read(self) -> dict[str, Any]:
        path = self.folder / FILE
        if not path.exists():
            return {"versions": [], "used": [], "settled": True}
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(said["versions"], list) or not isinstance(said["used"], list):
                raise TypeError
        except (OSError, ValueError, KeyError, TypeError):
            raise ParameterError(
                f"{path} is damaged: restore it, or move the folder away to begin anew"
            ) from None
        return {"versions": said["versions"], "used": said["used"], "settled": said.get("settled", True)}

    def _write(self, said: dict[str, Any]) -> None:
        make_folder(self.folder)
        write_text(self.folder / FILE, json.dumps(said, indent=2) + "\n")
