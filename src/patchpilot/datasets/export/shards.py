"""A folder of shards: written one after the other, each whole or not at all; an export that was stopped goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import OutputError
from patchpilot.files import make_folder, output_error, write_text
from patchpilot.space.canonical import Json

MANIFEST = "export.json"
FORMAT = 1
MOST_BYTES = 256 * 2**20
"""Of the sound in a shard; a shard is made in memory."""


@dataclass(frozen=True)
class Shard:
    """Rows that are written together.

    Attributes:
        files: names of its files in the folder, with "/" where they are below it.
        first: its first row.
        end: the row after its last.
    """

    files: tuple[str, ...]
    first: int
    end: int


def fitting(dataset: Dataset, audio: str, most: int) -> int:
    """How many rows suit a shard: at most `most`, and about `MOST_BYTES` of sound (as if it were WAV)."""
    if audio == "none":
        return most
    return max(1, min(most, MOST_BYTES // (8 * dataset.recipe.plan.n_samples)))


def split(rows: range, n: int, name: str) -> list[Shard]:
    """Shards of `n` rows, the last of what is left; `name` formats a shard's number from 0."""
    firsts = range(rows.start, rows.stop, n)
    return [
        Shard((name.format(number),), first, min(first + n, rows.stop)) for number, first in enumerate(firsts)
    ]


class Folder:
    """Where an export goes. Its manifest says what is, or will be, in it.

    Args:
        path: of the folder; made if it is not there.
        identity: what the content of the shards depends on.
        about: what else its reader should know.
        shards: all that will be there.
    """

    def __init__(
        self, path: Path, identity: dict[str, Json], about: dict[str, Json], shards: Sequence[Shard]
    ) -> None:
        self.path = path
        self._identity = identity
        self._about = about
        self._shards = tuple(shards)

    def open(self, *, force: bool) -> None:
        """Make the folder, or find in it what an earlier run of the same export left.

        Args:
            force: whether files of another export, or of this one, are thrown away.

        Raises:
            OutputError: it cannot be written, holds another export, or files that no export of ours wrote.
        """
        make_folder(self.path)
        there = self._there()
        if there is not None and (force or there["identity"] != self._identity):
            if not force:
                raise OutputError(
                    f"{self.path} holds another export ({_told(there['identity'])}): name another folder with "
                    "--out, or replace it with --force"
                )
            self._remove(there["files"])
            there = None
        if there is None:
            planned = [name for shard in self._shards for name in shard.files]
            taken = [name for name in planned if (self.path / name).exists()]
            if taken and not force:
                raise OutputError(
                    f"{self.path / taken[0]} exists and is kept: name another folder with --out, or replace it "
                    "with --force"
                )
            self._remove(taken)
            self._write(complete=False)

    def missing(self) -> list[Shard]:
        """Shards that are still to be written."""
        return [
            shard for shard in self._shards if not all((self.path / name).exists() for name in shard.files)
        ]

    def finish(self) -> None:
        """Note that all is there.

        Raises:
            OutputError: the manifest cannot be written.
        """
        self._write(complete=True)

    def _there(self) -> Json:
        """The manifest in the folder, None where there is none."""
        path = self.path / MANIFEST
        if not path.exists():
            return None
        try:
            found = json.loads(path.read_text("utf-8"))
            if found["format"] != FORMAT or not isinstance(found["identity"], dict):
                raise ValueError("it has another format")
            names = [str(name) for name in found["files"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise OutputError(
                f"{path} is not what an export of ours leaves ({error}): name another folder with --out"
            ) from None
        return {**found, "files": [name for name in names if self._is_inside(name)]}

    def _is_inside(self, name: str) -> bool:
        """A manifest may have been edited; nothing outside the folder is ever removed."""
        return (self.path / name).resolve().is_relative_to(self.path.resolve())

    def _remove(self, names: Sequence[str]) -> None:
        try:
            for name in names:
                (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise output_error(self.path, error) from error

    def _write(self, *, complete: bool) -> None:
        manifest = {
            "format": FORMAT,
            "complete": complete,
            "identity": self._identity,
            "files": [name for shard in self._shards for name in shard.files],
            **self._about,
        }
        write_text(self.path / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def _told(identity: Json) -> str:
    """An export in a few words."""
    digest = str(identity.get("dataset", ""))[:12]
    return f"{identity.get('kind')} of rows {identity.get('rows')} of the dataset {digest}…"
