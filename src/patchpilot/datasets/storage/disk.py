"""The few things that a transaction asks of the disk, so that a test can have them fail at any moment."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

_BINARY = getattr(os, "O_BINARY", 0)


class Handle(Protocol):
    """One open file, written and read by position."""

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes."""

    def write_at(self, offset: int, data: bytes | memoryview) -> None:
        """Write all of `data`."""

    def truncate(self, size: int) -> None:
        """Cut or lengthen to `size` bytes."""

    def size(self) -> int:
        """Bytes in the file."""

    def sync(self) -> None:
        """Return when all that was written is on the disk."""

    def close(self) -> None:
        """Give it back."""


class Disk(Protocol):
    """Files by their paths. Everything raises `OSError` as the system does."""

    def open(self, path: Path, *, new: bool = False) -> Handle:
        """Open a file to read and write; `new` makes it, or empties it."""

    def exists(self, path: Path) -> bool:
        """Whether there is such a file."""

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""

    def sync_folder(self, path: Path) -> None:
        """Return when the names in a folder are on the disk."""


class _File:
    def __init__(self, path: Path, *, new: bool) -> None:
        flags = os.O_RDWR | _BINARY | (os.O_CREAT | os.O_TRUNC if new else 0)
        self._number = os.open(path, flags, 0o666)

    def read_at(self, offset: int, size: int) -> bytes:
        os.lseek(self._number, offset, os.SEEK_SET)
        parts = []
        while size > 0 and (part := os.read(self._number, size)):
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def write_at(self, offset: int, data: bytes | memoryview) -> None:
        os.lseek(self._number, offset, os.SEEK_SET)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._number, rest) :]

    def truncate(self, size: int) -> None:
        os.ftruncate(self._number, size)

    def size(self) -> int:
        return os.fstat(self._number).st_size

    def sync(self) -> None:
        os.fsync(self._number)

    def close(self) -> None:
        os.close(self._number)


class RealDisk:
    """The machine's own files."""

    def open(self, path: Path, *, new: bool = False) -> Handle:
        """Open a file to read and write; `new` makes it, or empties it."""
        return _File(path, new=new)

    def exists(self, path: Path) -> bool:
        """Whether there is such a file."""
        return path.exists()

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)

    def sync_folder(self, path: Path) -> None:
        """Return when the names in a folder are on the disk; Windows has no word for it."""
        with suppress(OSError):
            number = os.open(path, os.O_RDONLY)
            try:
                os.fsync(number)
            finally:
                os.close(number)
