"""Renders that came back and are not in the dataset yet, so that a kill costs none of them.

A file beside the dataset (`NAME.journal`) that only grows: a header with the recipe's digest, then records, each with
its length and a checksum. What a crash tore at its end is ignored. Audio is kept as it is, which costs less than
anything that would make it smaller.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from patchpilot.audio import Audio
from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.storage.digest import recipe_digest
from patchpilot.datasets.storage.journal_record import HEAD_BYTES, Key, packed, payload_bytes, unpacked
from patchpilot.errors import EngineError
from patchpilot.files import output_error

_MAGIC = b"ppjournal1\n"
_SYNC_S = 1.0
"""A power cut costs the renders of a second at most; any other end costs none."""
_ROOM = 64 * 2**20
"""Bytes of forgotten records that may lie there before the others are copied to a new file."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Place:
    start: int
    size: int


class Journal:
    """An open journal. Make one with `Journal.open`; who holds a dataset's `Writer` is alone with it.

    Attributes:
        path: of the journal.
    """

    def __init__(self, path: Path, header: bytes) -> None:
        self.path = path
        self._header = header
        self._number = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        self._places: dict[Key, _Place] = {}
        self._end = self._live = 0
        self._synced = time.monotonic()
        self._sync: threading.Thread | None = None

    @classmethod
    def open(cls, dataset: Path, recipe: Recipe) -> Journal:
        """The journal beside a dataset; an empty one if there is none, or one of another recipe.

        Raises:
            OutputError: it cannot be written.
        """
        path = journal_path(dataset)
        try:
            journal = cls(path, _MAGIC + recipe_digest(recipe).encode() + b"\n")
            try:
                journal._scan()
            except BaseException:
                journal.close()
                raise
        except OSError as error:
            raise output_error(path, error) from error
        return journal

    def keep(self, candidate: int, note: int, result: Audio | EngineError | str) -> None:
        """Keep what came back for a note of a candidate.

        Args:
            candidate: its place in the sampler's sequence.
            note: number of its note, from 0.
            result: audio, or how the render failed.

        Raises:
            OutputError: the disk is full or gone; what was kept before still is.
        """
        head, payload = packed((candidate, note), result)
        place = _Place(self._end, len(head) + len(payload))
        try:
            self._write_at(self._end, head, payload)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._number, self._end)
            raise output_error(self.path, error) from error
        self._end += place.size
        self._live += place.size - (old.size if (old := self._places.get((candidate, note))) else 0)
        self._places[candidate, note] = place
        self._sync_now_and_then()

    def found(self) -> dict[Key, Audio | EngineError]:
        """All that is kept, by candidate and number of the note.

        After a stop what was forgotten may be there again: `forget_before` what is in the dataset first.
        """
        try:
            return {key: result for key, _, result in self._records() if key in self._places}
        except OSError as error:
            raise output_error(self.path, error) from error

    def forget_before(self, candidate: int) -> None:
        """Forget all that is kept of candidates before this one, for they are in the dataset.

        Raises:
            OutputError: the disk is full or gone.
        """
        old = [key for key in self._places if key[0] < candidate]
        for key in old:
            self._live -= self._places.pop(key).size
        try:
            if not self._places and self._end > len(self._header):
                self._settle()
                os.ftruncate(self._number, len(self._header))
                self._end = len(self._header)
            elif self._end - len(self._header) - self._live > max(_ROOM, self._live):
                self._compact()
        except OSError as error:
            raise output_error(self.path, error) from error

    def discard(self) -> None:
        """Remove the journal: the dataset is whole."""
        self.close()
        for path in (self.path, _part_of(self.path)):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Give the file back; again is harmless."""
        self._settle()
        if self._number >= 0:
            os.close(self._number)
            self._number = -1

    def _scan(self) -> None:
        """Find the records of a journal that is there, and cut off what is torn."""
        os.lseek(self._number, 0, os.SEEK_SET)
        there = os.read(self._number, len(self._header))
        if there != self._header:
            if len(there) == len(self._header):
                _log.warning("%s is of another dataset, and begun anew", self.path)
            os.ftruncate(self._number, 0)
            self._write_at(0, self._header)
        self._end = len(self._header)
        for key, place, _ in self._records():
            self._live += place.size - (old.size if (old := self._places.get(key)) else 0)
            self._places[key] = place
            self._end = place.start + place.size
        os.ftruncate(self._number, self._end)

    def _records(self) -> Iterator[tuple[Key, _Place, Audio | EngineError]]:
        """Whole records from the beginning, up to the first that is torn."""
        at, size = len(self._header), os.fstat(self._number).st_size
        while at + HEAD_BYTES <= size:
            head = self._read_at(at, HEAD_BYTES)
            length = payload_bytes(head)
            if at + HEAD_BYTES + length > size:
                return
            found = unpacked(head, self._read_at(at + HEAD_BYTES, length))
            if found is None:
                return
            key, result = found
            yield key, _Place(at, HEAD_BYTES + length), result
            at += HEAD_BYTES + length

    def _compact(self) -> None:
        """Copy what is not forgotten to a new file, and have it take this one's place."""
        self._settle()
        part = _part_of(self.path)
        new = Journal(part, self._header)
        try:
            os.ftruncate(new._number, 0)
            new._write_at(0, self._header)
            new._end = len(self._header)
            for key, place in sorted(self._places.items(), key=lambda item: item[1].start):
                new._write_at(new._end, self._read_at(place.start, place.size))
                new._places[key] = _Place(new._end, place.size)
                new._end += place.size
            os.fsync(new._number)
            part.replace(self.path)
        except BaseException:
            new.close()
            part.unlink(missing_ok=True)
            raise
        os.close(self._number)
        self._number, self._places, self._end = new._number, new._places, new._end

    def _write_at(self, start: int, *parts: bytes | memoryview) -> None:
        os.lseek(self._number, start, os.SEEK_SET)
        for part in parts:
            rest = memoryview(part)
            while rest:
                rest = rest[os.write(self._number, rest) :]

    def _read_at(self, start: int, size: int) -> bytes:
        os.lseek(self._number, start, os.SEEK_SET)
        parts = []
        while size > 0 and (part := os.read(self._number, size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _sync_now_and_then(self) -> None:
        """Ask the disk for what was kept, beside the work."""
        now = time.monotonic()
        if now - self._synced < _SYNC_S or (self._sync is not None and self._sync.is_alive()):
            return
        self._synced = now
        self._sync = threading.Thread(target=_sync, args=(self._number,), daemon=True)
        self._sync.start()

    def _settle(self) -> None:
        """Wait until nobody uses the file but us."""
        if self._sync is not None:
            self._sync.join()
            self._sync = None


def journal_path(dataset: Path) -> Path:
    """Where the journal of a dataset lies."""
    return dataset.with_name(dataset.name + ".journal")


def _part_of(path: Path) -> Path:
    """Where a journal is written anew."""
    return path.with_name(path.name + ".part")


def _sync(number: int) -> None:
    with suppress(OSError):  # the next write says it
        os.fsync(number)
