"""Opening a dataset's file to read it, and keeping it open across processes, threads and a writer beside us."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from patchpilot.datasets.storage.lock import Lock, is_locked
from patchpilot.datasets.storage.redo import has_whole_redo
from patchpilot.datasets.storage.store import told
from patchpilot.datasets.storage.transaction import SUPERBLOCK, TransactionFile, committed_end
from patchpilot.errors import DatasetError, OutputError

_PATIENCE_S = 5.0
"""How long we wait for a writer that is just making its changes."""


class OpenFile:
    """An HDF5 file, open to read; opened again where that is due.

    Args:
        path: of the file.

    Raises:
        DatasetError: it is missing, a folder, no HDF5 file or damaged.
    """

    def __init__(self, path: Path) -> None:
        if path.is_dir():
            raise DatasetError(f"{path} is a folder; name the file of a dataset")
        if not path.exists():
            raise DatasetError(f"no file {path}; make one with `patchpilot dataset generate`")
        self.path = path
        self._h5: Any = None
        self._state: tuple[int, ...] = ()
        self.is_sealed = False
        with told(path, writing=False):
            self.is_sealed = bool(self.h5.attrs.get("sealed", False))

    @property
    def h5(self) -> Any:
        """The open `h5py.File`.

        A file that is still written is opened anew after each change, since HDF5 keeps what it once read of its
        indices; so is one that was opened before a fork.
        """
        if self._h5 is None or self._state != self._now():
            with told(self.path, writing=False):
                self._open()
        return self._h5

    def close(self) -> None:
        """Give it back; again is harmless."""
        if self._h5 is not None:
            self._h5.close()
            self._h5 = None

    def _now(self) -> tuple[int, ...]:
        if self.is_sealed:
            return (os.getpid(),)
        stat = self.path.stat()
        return os.getpid(), stat.st_size, stat.st_mtime_ns

    def _open(self) -> None:
        import h5py

        self.close()
        _heal(self.path)
        self._state = self._now()
        with self.path.open("rb") as file:
            committed_end(self.path, file.read(SUPERBLOCK), self.path.stat().st_size)
        self._h5 = h5py.File(self.path, "r", locking=False)


def _heal(path: Path) -> None:
    """Apply a redo log that a writer left; wait for one that is at work."""
    last = time.monotonic() + _PATIENCE_S
    while has_whole_redo(path):
        if is_locked(path):
            if time.monotonic() > last:
                raise DatasetError(f"{path} is being written; try again when its writer has ended")
            time.sleep(0.01)
            continue
        try:
            lock = Lock(path)
        except OutputError as error:
            raise DatasetError(
                f"{path} was stopped while it was written, and heals when it is opened where it may be written to: "
                f"{error}"
            ) from None
        try:
            TransactionFile(path).close()
        finally:
            lock.release()
