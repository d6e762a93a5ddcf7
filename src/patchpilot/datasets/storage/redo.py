"""A redo log: the bytes that shall change inside a file, written down beside it before any of them does.

    NAME.redo = magic, end of the file, number of changes, (offset, length, bytes)…, sha256 of all before, magic

Whoever finds a whole log applies it, however often: the outcome is the same. A torn one was never begun to be
applied, so it is thrown away.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from pathlib import Path

from patchpilot.datasets.storage.disk import Disk, Handle

_BEGIN, _END = b"ppredo1\n", b"ppdone1\n"
_HEAD = struct.Struct("<QQ")
_FEWEST = len(_BEGIN) + _HEAD.size + 32 + len(_END)


def redo_path(path: Path) -> Path:
    """Where the log of a file lies."""
    return path.with_name(path.name + ".redo")


def write_redo(disk: Disk, path: Path, changes: Mapping[int, bytes], end: int) -> None:
    """Write the log of a file and return when it is on the disk; raises `OSError`, and then leaves none.

    Args:
        disk: where to.
        path: of the file, not of the log.
        changes: offset in the file -> new bytes.
        end: length that the file shall have.
    """
    parts = [_BEGIN, _HEAD.pack(end, len(changes))]
    for offset, data in sorted(changes.items()):
        parts += [_HEAD.pack(offset, len(data)), data]
    body = b"".join(parts)
    log = redo_path(path)
    try:
        handle = disk.open(log, new=True)
        try:
            handle.write_at(0, body + hashlib.sha256(body).digest() + _END)
            handle.sync()
        finally:
            handle.close()
        disk.sync_folder(log.parent)
    except OSError:
        disk.remove(log)
        raise


def apply_redo(disk: Disk, path: Path, handle: Handle) -> bool:
    """Apply the log of a file if there is a whole one, and remove it; whether something was applied."""
    log = redo_path(path)
    if not disk.exists(log):
        return False
    found = disk.open(log)
    try:
        read = _parsed(found.read_at(0, found.size()))
    finally:
        found.close()
    if read is not None:
        apply(handle, *read)
    disk.remove(log)
    return read is not None


def has_whole_redo(path: Path) -> bool:
    """Whether the log of a file is there and whole, so that the file is not what it shall be."""
    try:
        return _parsed(redo_path(path).read_bytes()) is not None
    except FileNotFoundError:
        return False


def apply(handle: Handle, changes: Mapping[int, bytes], end: int) -> None:
    """Have the changes in the file, on the disk."""
    for offset, data in changes.items():
        handle.write_at(offset, data)
    handle.truncate(end)
    handle.sync()


def _parsed(data: bytes) -> tuple[dict[int, bytes], int] | None:
    """Changes and end, or None where the log is torn."""
    body, digest = data[: -32 - len(_END)], data[-32 - len(_END) : -len(_END)]
    whole = len(data) >= _FEWEST and data.startswith(_BEGIN) and data.endswith(_END)
    if not whole or hashlib.sha256(body).digest() != digest:
        return None
    end, n_changes = _HEAD.unpack_from(body, len(_BEGIN))
    at, changes = len(_BEGIN) + _HEAD.size, {}
    for _ in range(n_changes):
        offset, length = _HEAD.unpack_from(body, at)
        at += _HEAD.size
        changes[offset] = body[at : at + length]
        at += length
    return changes, end
