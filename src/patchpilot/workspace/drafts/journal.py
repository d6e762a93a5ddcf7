"""A history on the disk: a line of JSON for each thing that was done, appended and never changed.

What was written is there after a crash of the program; after one of the machine, what was there at the last rest
(`settle`). A last line that is cut off is dropped.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

from patchpilot.errors import ParameterError
from patchpilot.files import make_folder, output_error
from patchpilot.space.canonical import Json


class Journal:
    """The lines of one draft. Make one with `begin` or `resume`.

    Args:
        path: of the file.
        size: bytes of it that count; what is behind them is cut off.

    Raises:
        OutputError: it cannot be written to.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path, self._size = path, size
        self._is_whole = self._is_settled = True
        try:
            self._file = path.open("ab", buffering=0)
            self._file.truncate(size)
        except OSError as error:
            raise output_error(path, error) from error

    @classmethod
    def begin(cls, path: Path, first: Json) -> Journal:
        """A new one, with its first line; raises `OutputError`."""
        make_folder(path.parent)
        journal = cls(path, 0)
        journal.add(first)
        journal.settle()
        return journal

    @classmethod
    def resume(cls, path: Path) -> tuple[Journal, list[dict[str, Json]]]:
        """One that is there, and its lines.

        Raises:
            ParameterError: it is missing, or damaged before its last line.
            OutputError: it cannot be written to.
        """
        lines, size = read(path)
        return cls(path, size), lines

    def add(self, line: Json) -> None:
        """Append a line; raises `OutputError`, and then nothing of it is there."""
        data = json.dumps(line, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        try:
            if not self._is_whole:
                self._file.truncate(self._size)
            self._is_whole = False
            if self._file.write(data) != len(data):
                raise OSError(errno.ENOSPC, "the disk is full")
        except OSError as error:
            raise output_error(self.path, error) from error
        self._size, self._is_whole, self._is_settled = self._size + len(data), True, False

    def settle(self) -> None:
        """Have all of it on the disk; raises `OutputError`."""
        if self._is_settled:
            return
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise output_error(self.path, error) from error
        self._is_settled = True

    def close(self) -> None:
        """Settle it, and let the file go."""
        try:
            self.settle()
        finally:
            self._file.close()


def read(path: Path) -> tuple[list[dict[str, Json]], int]:
    """The lines of a journal, and how many bytes they are, without one that is cut off.

    Raises:
        ParameterError: it is missing, or damaged before its last line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ParameterError(f"cannot read {path}: {error.strerror or error}") from None
    whole = data[: data.rfind(b"\n") + 1]
    found: list[dict[str, Json]] = []
    for number, text in enumerate(whole.splitlines(), start=1):
        try:
            line = json.loads(text)
        except ValueError:
            line = None
        if not isinstance(line, dict):
            raise ParameterError(f"{path} is damaged at line {number}: was it changed by hand?")
        found.append(line)
    if not found:
        raise ParameterError(f"{path} is empty: it was cut off before its first line was written")
    return found, len(whole)
