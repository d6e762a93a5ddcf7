"""Copies of a bank: a backup is a bank itself, taken while others go on writing."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from patchpilot.bank.audio_files import AudioFiles
from patchpilot.bank.database import FILE, Database, told
from patchpilot.errors import OutputError
from patchpilot.files import make_folder, output_error
from patchpilot.space import AssetStore

_OURS = ("audio", "assets", "index")


def backup(database: Database, audio: AudioFiles, assets: AssetStore, target: Path) -> int:
    """Copy a bank as it is now into a folder that is not there yet; the bytes that were copied.

    Raises:
        BankError: the bank is damaged.
        OutputError: the folder is there, or cannot be written.
    """
    if target.exists():
        raise OutputError(f"{target} exists and is kept: name another folder for the backup")
    make_folder(target.absolute().parent)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        part.mkdir()
        copied = _copied(database, audio, assets, part)
        part.replace(target)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise output_error(target, error) from error
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return copied


def moved_aside(path: Path) -> Path:
    """Give a bank another name beside it, so that another can take its place; raises `OutputError`."""
    aside = path.with_name(f"{path.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    try:
        path.replace(aside)
    except OSError as error:
        raise output_error(aside, error) from error
    return aside


def copy_file(source: Path, target: Path) -> int:
    """Copy a file so that it is on the disk and whole, unless it is there already; its bytes. Raises `OSError`."""
    if target.exists():
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with source.open("rb") as reader, part.open("xb") as writer:
            shutil.copyfileobj(reader, writer, 1 << 20)
            writer.flush()
            os.fsync(writer.fileno())
            size = writer.tell()
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return size


def _copied(database: Database, audio: AudioFiles, assets: AssetStore, folder: Path) -> int:
    with told(database.path), database.snapshot() as source:
        with closing(sqlite3.connect(folder / FILE)) as target:
            source.backup(target)
        files = list(_files(source, audio, assets, folder))
    n_bytes = (folder / FILE).stat().st_size
    for from_path, to_path in files:
        with suppress(FileNotFoundError):  # lost, or cleared away since; `check` tells
            n_bytes += copy_file(from_path, to_path)
    return n_bytes


def _files(
    db: sqlite3.Connection, audio: AudioFiles, assets: AssetStore, folder: Path
) -> Iterator[tuple[Path, Path]]:
    """Each file that the takes need, and what else others keep in the folder; and where it goes."""
    for (digest,) in db.execute("SELECT DISTINCT audio_sha256 FROM takes WHERE has_audio"):
        yield audio.path(digest), AudioFiles(folder / "audio").path(digest)
    for (digest,) in db.execute("SELECT DISTINCT asset FROM uses"):
        yield assets.path(digest), AssetStore(folder / "assets").path(digest)
    home = audio.folder.parent
    for path in sorted(home.rglob("*")):
        first = path.relative_to(home).parts[0]
        if path.is_file() and first not in _OURS and not first.startswith(FILE):
            yield path, folder / path.relative_to(home)
