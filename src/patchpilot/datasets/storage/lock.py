"""One writer at a time: a lock beside the file that ends with the process that holds it, however it ends."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from patchpilot.errors import OutputError
from patchpilot.files import output_error

_TRIES, _PAUSE_S = 5, 0.02

if sys.platform == "win32":
    import msvcrt

    def _try_lock(number: int) -> bool:
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(number: int) -> bool:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def lock_path(path: Path) -> Path:
    """Where the lock of a file lies."""
    return path.with_name(path.name + ".lock")


class Lock:
    """Held from when it is made until `release`, or until the process ends.

    Args:
        path: of the file that is to be written, not of the lock.
        busy: what a user is told where another process holds it; by default that it writes that file.

    Raises:
        OutputError: another process holds it, or the lock cannot be made.
    """

    def __init__(self, path: Path, *, busy: str = "") -> None:
        self.path = lock_path(path)
        try:
            held = self._held()
            for _ in range(_TRIES):
                if held is not None:
                    break
                time.sleep(_PAUSE_S)  # a reader may be just asking whether it is held
                held = self._held()
        except OSError as error:
            raise output_error(self.path, error) from error
        if held is None:
            raise OutputError(
                busy
                or f"{path} is being written by another process; wait until that ends, or name another file"
            )
        self._number: int | None = held

    def _held(self) -> int | None:
        """The open lock file, or None if another has it."""
        while True:
            number = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                if not _try_lock(number):
                    os.close(number)
                    return None
                if self._is_there(number):
                    return number
            except BaseException:
                os.close(number)
                raise
            os.close(number)  # who had it removed it in between: once more

    def _is_there(self, number: int) -> bool:
        try:
            return os.path.samestat(os.fstat(number), self.path.stat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Give it back; again is harmless."""
        if self._number is None:
            return
        number, self._number = self._number, None
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(number)
            with suppress(OSError):
                self.path.unlink()
        else:
            with suppress(OSError):
                self.path.unlink()
            os.close(number)


def is_locked(path: Path) -> bool:
    """Whether another process writes the file."""
    try:
        number = os.open(lock_path(path), os.O_RDWR)
    except OSError:
        return False
    try:
        return not _try_lock(number)
    finally:
        os.close(number)
