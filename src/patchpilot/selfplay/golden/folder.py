"""The files of a golden set.

    NAME.golden/
        golden.jsonl           a line for each sound that was added or removed, in order; never rewritten
        audio/<id>.<suffix>    the files as they came, named by their content
        vectors/<embedding>/   what embeddings say of parts, to be made again whenever it is missing

A line that was cut off by a power cut is passed over; those after it count.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.audio import F32
from patchpilot.datasets.storage.lock import Lock
from patchpilot.errors import BankError, OutputError
from patchpilot.files import make_folder, output_error, write_bytes
from patchpilot.selfplay.golden.item import Item
from patchpilot.space.canonical import canonical_json

FORMAT = 1
LOG = "golden.jsonl"


class Folder:
    """Where a golden set lies; nothing is made before something is added.

    Args:
        path: of the folder.

    Raises:
        BankError: it is a file, or is from a newer version.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() and not path.is_dir():
            raise BankError(f"expected the folder of a golden set, got a file: {path}")
        self.path = path

    def items(self) -> dict[str, Item]:
        """The sounds that are there now, in the order in which they were added, by their ids.

        Raises:
            BankError: the log cannot be read, or was written by a newer version.
        """
        try:
            lines = (self.path / LOG).read_bytes().split(b"\n")
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise BankError(f"{self.path / LOG}: cannot be read: {error.strerror}") from None
        found: dict[str, Item] = {}
        for number, line in enumerate(lines, start=1):
            event = _event(line)
            if event is None:
                continue
            if event.get("format") != FORMAT:
                raise BankError(
                    f"{self.path / LOG}, line {number}: expected format {FORMAT}, got {event.get('format')!r}; was it "
                    "written by a newer version?"
                )
            if "added" in event:
                item = Item.from_json(event["added"])
                found[item.id] = item
            found.pop(event.get("removed", ""), None)
        return found

    def add(self, item: Item, data: bytes) -> None:
        """Keep a sound: its file first, then its line.

        Raises:
            OutputError: the place is read-only or full; then nothing is kept.
        """
        make_folder(self.path / "audio")
        if not self.audio(item).is_file():
            write_bytes(self.audio(item), data)
        self._write({"added": item.to_json()})

    def remove(self, item: Item, *, erase: bool) -> None:
        """Take a sound out; its file stays unless it is to be erased. Raises `OutputError`."""
        self._write({"removed": item.id})
        if erase:
            self.audio(item).unlink(missing_ok=True)

    def audio(self, item: Item) -> Path:
        """Its file."""
        return self.path / "audio" / f"{item.id}{item.suffix}"

    def lock(self) -> Lock:
        """One process at a time adds and removes. Raises `OutputError` while another does."""
        make_folder(self.path)
        return Lock(
            self.path / LOG, busy=f"{self.path} is being changed by another process; wait until that ends"
        )

    def vectors(self, embedding: str, name: str) -> F32 | None:
        """What was kept under a name for an embedding, or None."""
        try:
            found = np.load(self._vectors(embedding, name), allow_pickle=False)
        except (OSError, ValueError, EOFError):  # missing or damaged: it is made again
            return None
        return np.asarray(found, np.float32)

    def keep_vectors(self, embedding: str, name: str, vectors: F32) -> None:
        """Keep them, if the place can be written to."""
        path = self._vectors(embedding, name)
        try:
            make_folder(path.parent)
            write_bytes(path, _npy(vectors))
        except OutputError:
            return  # they cost only time

    def _vectors(self, embedding: str, name: str) -> Path:
        return self.path / "vectors" / embedding / f"{name}.npy"

    def _write(self, event: dict[str, Any]) -> None:
        """Append a line, and have it on the disk before it counts."""
        line = canonical_json({"format": FORMAT, **event}).encode() + b"\n"
        try:
            with (self.path / LOG).open("ab") as file:
                if file.tell() and not self._ends_a_line():
                    line = b"\n" + line
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise output_error(self.path / LOG, error) from error

    def _ends_a_line(self) -> bool:
        with (self.path / LOG).open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _npy(vectors: F32) -> bytes:
    import io

    stream = io.BytesIO()
    np.save(stream, vectors, allow_pickle=False)
    return stream.getvalue()
