"""A disk in memory that remembers what a crash would leave at each moment, and that can be full."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

Change = Callable[[bytearray], None]


@dataclass
class Inode:
    live: bytearray
    durable: bytes = b""
    pending: list[Change] = field(default_factory=list)
    """What was done since the last sync: a power cut leaves any of it, each wholly, half or not."""


@dataclass(frozen=True)
class Moment:
    """What is there after one operation."""

    live: dict[str, bytes]
    durable: dict[str, bytes]
    pending: dict[str, tuple[Change, ...]]

    def after_kill(self) -> dict[str, bytes]:
        """Files after the process was killed: the system still writes what it was told."""
        return self.live

    def after_power_cut(self, rng: np.random.Generator) -> dict[str, bytes]:
        """Files after the power went: of what was not synced, some."""
        files = {}
        for name in sorted({*self.live, *self.durable}):
            is_there = (name in self.live, name in self.durable)
            if not is_there[int(rng.integers(2))]:
                continue
            content = bytearray(self.durable.get(name, b""))
            for change in self.pending.get(name, ()):
                if rng.random() < 0.5:
                    change(content)
            files[name] = bytes(content)
        return files


class FaultyDisk:
    """A disk of the files of a folder.

    Args:
        folder: real one, whose files are there at first.
        fails_at: number (from 0) of the operation at which the disk is full, and from then on.
    """

    def __init__(self, folder: Path, *, fails_at: int | None = None) -> None:
        self._files = {
            path.name: Inode(bytearray(path.read_bytes()), path.read_bytes()) for path in folder.iterdir()
        }
        self._names = dict(self._files)
        """As they are on the disk."""
        self._fails_at = fails_at
        self.moments: list[Moment] = []
        self.operations = 0

    def open(self, path: Path, *, new: bool = False) -> Handle:
        if new:
            self.about_to()
            self._files[path.name] = Inode(bytearray())
            self.done()
        if path.name not in self._files:
            raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
        return Handle(self, self._files[path.name])

    def exists(self, path: Path) -> bool:
        return path.name in self._files

    def remove(self, path: Path) -> None:
        self._files.pop(path.name, None)
        self.done()

    def sync_folder(self, path: Path) -> None:  # noqa: ARG002
        self.about_to()
        self._names = dict(self._files)
        self.done()

    def about_to(self) -> None:
        """An operation that needs room begins."""
        if self._fails_at is not None and self.operations >= self._fails_at:
            raise OSError(errno.ENOSPC, "no space left on device")
        self.operations += 1

    def done(self) -> None:
        """Remember what is there."""
        if self._fails_at is not None:
            return
        inodes = {**self._names, **self._files}
        self.moments.append(
            Moment(
                live={name: bytes(inode.live) for name, inode in self._files.items()},
                durable={name: inode.durable for name, inode in self._names.items()},
                pending={name: tuple(inode.pending) for name, inode in inodes.items()},
            )
        )

    def save(self, folder: Path) -> None:
        """What is there now, as real files."""
        save({name: bytes(inode.live) for name, inode in self._files.items()}, folder)


class Handle:
    def __init__(self, disk: FaultyDisk, inode: Inode) -> None:
        self._disk, self._inode = disk, inode

    def read_at(self, offset: int, size: int) -> bytes:
        return bytes(self._inode.live[offset : offset + size])

    def write_at(self, offset: int, data: bytes | memoryview) -> None:
        """In two halves, so that there is a moment between."""
        content = bytes(data)
        half = len(content) // 2
        for start, part in ((offset, content[:half]), (offset + half, content[half:])):
            self._disk.about_to()
            self._do(lambda live, start=start, part=part: _written(live, start, part))  # type: ignore[misc]

    def truncate(self, size: int) -> None:
        if size != len(self._inode.live):
            self._do(lambda live: _truncated(live, size))

    def size(self) -> int:
        return len(self._inode.live)

    def sync(self) -> None:
        self._disk.about_to()
        self._inode.durable, self._inode.pending = bytes(self._inode.live), []
        self._disk.done()

    def close(self) -> None: ...

    def _do(self, change: Change) -> None:
        change(self._inode.live)
        self._inode.pending.append(change)
        self._disk.done()


def save(files: dict[str, bytes], folder: Path) -> None:
    """Have exactly these files in a folder."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _written(content: bytearray, start: int, data: bytes) -> None:
    content.extend(bytes(max(0, start - len(content))))
    content[start : start + len(data)] = data


def _truncated(content: bytearray, size: int) -> None:
    content.extend(bytes(max(0, size - len(content))))
    del content[size:]
