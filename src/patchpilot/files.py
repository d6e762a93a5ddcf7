"""Writing files whole or not at all.

A file is written beside its place under another name, flushed to the disk and only then renamed, so an
interrupt, a crash or a full disk leaves the old file or none, never half a file.
"""

from __future__ import annotations

import errno
import os
import secrets
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from patchpilot.errors import OutputError

_CAUSES = {
    errno.ENOSPC: "the disk is full; make room or name another folder",
    errno.EDQUOT: "your quota is used up; make room or name another folder",
    errno.EROFS: "the place is read-only; name another folder",
    errno.EACCES: "permission denied; name a folder you may write to",
    errno.EPERM: "permission denied; name a folder you may write to",
    errno.ENOENT: "its folder does not exist; make it first",
    errno.ENOTDIR: "a part of its path is a file, not a folder; name another folder",
    errno.EISDIR: "a folder of that name is in the way; name another file",
    errno.EEXIST: "a file of that name is in the way; name another folder",
}

SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".opus")
"""How names of sound files end, in small letters, where a folder is looked through."""


def output_error(path: Path | str, error: OSError) -> OutputError:
    """What a user is told when the system refuses a write."""
    cause = _CAUSES.get(error.errno or 0, error.strerror or str(error))
    return OutputError(f"cannot write {path}: {cause}.")


def check_free(path: Path, *, force: bool) -> None:
    """Keep a file that is there.

    Raises:
        OutputError: there is one, and it is not to be replaced.
    """
    if path.exists() and not force:
        raise OutputError(
            f"{path} exists and is kept: name another file with --out, or replace it with --force"
        )


def make_folder(path: Path) -> Path:
    """Make a folder and those above it.

    Raises:
        OutputError: the place is read-only or full, or a file is in the way.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(path, error) from error
    return path


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back Ctrl-C and a request to end for the few milliseconds that files are moved into place."""
    held: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    found = {int(number): signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    handlers = {
        number: handler for number, handler in found.items() if handler is not None
    }  # None: not Python's
    for number in handlers:
        signal.signal(number, lambda number, _: held.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in held:
            signal.raise_signal(number)


def write_bytes(path: Path, data: bytes) -> None:
    """Have `data` appear at `path`, replacing what was there.

    Raises:
        OutputError: the place is missing, read-only or full; what was there before still is.
    """
    try:
        _write_and_rename(path, data)
    except OSError as error:
        raise output_error(path, error) from error


def write_text(path: Path, text: str) -> None:
    """`write_bytes` of UTF-8 text."""
    write_bytes(path, text.encode())


def _write_and_rename(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:  # Ctrl-C included
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
