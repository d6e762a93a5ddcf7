"""A file for `h5py.File(file, "r+")` whose changes appear all at once, or not at all.

What HDF5 appends goes straight behind the committed end, where no reader of the committed file looks. What it changes
before that end (its own indices: a few kilobytes) is kept in memory until `commit`, which

1. has the appended bytes on the disk,
2. writes the changes to a redo log beside the file,
3. makes them in the file, and
4. removes the log.

Stopped before 2 is done, the file is what it was, with rubbish behind its end. Stopped after, the log is applied when
the file is next opened. So at any moment `h5py.File(path)` opens a whole file, but for the microseconds of 3.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from patchpilot.datasets.storage.disk import Disk, Handle, RealDisk
from patchpilot.datasets.storage.redo import apply, apply_redo, redo_path, write_redo
from patchpilot.errors import DatasetError

_PAGE = 4096
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
SUPERBLOCK = 48
"""Bytes of the superblock that name its version (8), the sizes of numbers (9, 10), and the end of the file (28:36)."""


class TransactionFile:
    """An HDF5 file whose changes appear with `commit`.

    After the first `OSError` nothing more is written to the disk: what HDF5 still says goes to memory, so that it can
    be closed in peace, and `failure` says what happened.

    Args:
        path: of a file that `libver="v110"` made.
        disk: where it lies.

    Raises:
        DatasetError: the file is no HDF5 file of ours, or is shorter than it says.
        OSError: it cannot be opened or healed.
    """

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        self.path = path
        self.failure: OSError | None = None
        self._disk = disk if disk is not None else RealDisk()
        self._handle: Handle = self._disk.open(path)
        try:
            apply_redo(self._disk, path, self._handle)
            self.committed = committed_end(path, self._handle.read_at(0, SUPERBLOCK), self._handle.size())
            self._handle.truncate(self.committed)
        except BaseException:
            self._handle.close()
            raise
        self._end = self.committed
        self._at = 0
        self._pages: dict[int, bytearray] = {}
        self._behind: dict[int, bytes] = {}

    # What h5py asks of a file

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; returns it."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._end}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        """Where the next read or write begins."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, all that are left if negative."""
        size = max(0, self._end - self._at) if size < 0 else size
        data = self._read(self._at, size)
        self._at += len(data)
        return data

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer; zeros stand for what is behind the end."""
        data = self._read(self._at, len(buffer))
        buffer[: len(data)] = data
        buffer[len(data) :] = bytes(len(buffer) - len(data))
        self._at += len(buffer)
        return len(buffer)

    def write(self, data: memoryview) -> int:
        """Write all of `data`."""
        view, at = memoryview(data).cast("B"), self._at
        inside = max(0, min(len(view), self.committed - at))
        if inside:
            self._change(at, view[:inside])
        if inside < len(view):
            self._append(at + inside, view[inside:])
        self._at += len(view)
        self._end = max(self._end, self._at)
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        """Cut or lengthen; what is committed is only cut by `commit`."""
        self._end = self._at if size is None else size
        if self._end >= self.committed:
            self._try(lambda: self._handle.truncate(self._end))
        return self._end

    def flush(self) -> None:
        """Nothing: `commit` is what writes."""

    # What we ask of it

    def commit(self) -> None:
        """Have all changes in the file, on the disk.

        Raises:
            OSError: they could not be; the file is what it was, unless a redo log was left, which heals it.
        """
        if self.failure is not None:
            raise self.failure
        changes = {page * _PAGE: bytes(data) for page, data in sorted(self._pages.items())}
        if not changes and self._end == self.committed:
            return
        try:
            self._handle.sync()
            write_redo(self._disk, self.path, changes, self._end)
            apply(self._handle, changes, self._end)
            self._disk.remove(redo_path(self.path))
        except OSError as error:
            self.failure = error
            raise
        self.committed = self._end
        self._pages.clear()

    def close(self) -> None:
        """Give the file back; what was not committed is forgotten."""
        try:
            if not self._disk.exists(redo_path(self.path)):
                self._handle.truncate(self.committed)
        except OSError:
            pass  # the next to open it cuts it
        finally:
            self._handle.close()

    def _append(self, at: int, data: memoryview) -> None:
        if not self._try(lambda: self._handle.write_at(at, data)):
            self._behind[at] = bytes(data)

    def _try(self, what: Callable[[], None]) -> bool:
        """Whether the disk did as it was told; nothing is asked of it after it once did not."""
        if self.failure is None:
            try:
                what()
            except OSError as error:
                self.failure = error
        return self.failure is None

    def _change(self, at: int, data: memoryview) -> None:
        while data:
            number, start = divmod(at, _PAGE)
            page = self._pages.get(number)
            if page is None:
                size = min(_PAGE, self.committed - number * _PAGE)
                page = self._pages[number] = bytearray(self._handle.read_at(number * _PAGE, size))
            n = min(len(data), len(page) - start)
            page[start : start + n] = data[:n]
            at, data = at + n, data[n:]

    def _read(self, at: int, size: int) -> bytes:
        size = max(0, min(size, self._end - at))
        touched = (
            [n for n in range(at // _PAGE, (at + size - 1) // _PAGE + 1) if n in self._pages]
            if (size and at < self.committed and self._pages)
            else []
        )
        if not touched and not self._behind:
            return self._handle.read_at(at, size)
        data = bytearray(self._handle.read_at(at, size).ljust(size, b"\0"))
        for number in touched:
            _lay(data, at, number * _PAGE, self._pages[number])
        for start, piece in self._behind.items():
            _lay(data, at, start, piece)
        return bytes(data)


def _lay(data: bytearray, at: int, start: int, piece: bytes | bytearray) -> None:
    """Lay a piece that begins at `start` over data that begin at `at`."""
    first, last = max(at, start), min(at + len(data), start + len(piece))
    if first < last:
        data[first - at : last - at] = piece[first - start : last - start]


def committed_end(path: Path, head: bytes, size: int) -> int:
    """Length of a file as its superblock says.

    Args:
        path: for the message.
        head: its first bytes.
        size: its real length.

    Raises:
        DatasetError: it is no HDF5 file, not one of ours, or shorter than that.
    """
    if not head.startswith(_SIGNATURE):
        raise DatasetError(f"{path} is no HDF5 file; name the file of a dataset")
    if len(head) < SUPERBLOCK or head[8] not in (2, 3) or head[9] != 8:
        raise DatasetError(f"{path} is an HDF5 file of another program, not a dataset")
    end = int.from_bytes(head[28:36], "little")
    if size < end:
        raise DatasetError(
            f"{path} is cut off: expected {end} bytes, got {size}; copy it again, or make it again"
        )
    return end
