"""Making room: previews that nobody asked to keep, takes that nobody will miss, files that belong to nothing.

A take that was voted on, starred, tagged, pinned or noted is never touched. A preview that is cleared away comes back
when its take is replayed; a take that is removed does not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from patchpilot.bank.audio_files import AudioFiles
from patchpilot.bank.database import Database
from patchpilot.bank.query import Query, numbers_of
from patchpilot.space import AssetStore

_KEPT = (
    "vote <> 0 OR golden OR pinned <> '[]' OR note <> '' OR number IN (SELECT number FROM tags) "
    "OR number IN (SELECT number FROM votes)"
)
_SOME = 500


@dataclass(frozen=True)
class Collected:
    """What was cleared away, or would be.

    Attributes:
        takes: how many are removed.
        audio: how many previews.
        assets: how many that no take uses.
        n_bytes: of those files.
        kept: of the takes that were meant, how many stay as they are.
        applied: whether it was done.
    """

    takes: int
    audio: int
    assets: int
    n_bytes: int
    kept: int
    applied: bool


def collect(
    database: Database,
    audio: AudioFiles,
    assets: AssetStore,
    where: Query,
    *,
    remove_takes: bool,
    keep_best: int,
    apply: bool,
) -> Collected:
    """Clear away the previews of the takes that are meant, or the takes; and files that belong to no take.

    Args:
        database: of the bank.
        audio: its previews.
        assets: of its patches.
        where: which takes are meant, of those of which nothing was said.
        remove_takes: the takes as well, but those from which one was made that stays.
        keep_best: so many of them stay, by the sum of their scores.
        apply: do it; else nothing is changed.

    Raises:
        BankError: the bank is damaged, or held by another process.
    """
    meant = numbers_of(database, where, order="best")
    with database.writing() as db:
        db.execute("SAVEPOINT before")
        free = _free(db, meant, keep_best, spare_parents=remove_takes)
        if free:
            _let_go(db, free, remove_takes)
        files = list(_unused(db, audio, assets))
        n_bytes = sum(path.stat().st_size for _, path in files)
        if not apply:
            db.execute("ROLLBACK TO before")
    if apply:  # only now: whoever is stopped in between leaves files too many, not too few
        with database.writing() as db:  # while nobody else writes, so that no file comes into use
            for _, path in _unused(db, audio, assets):
                with suppress(FileNotFoundError):
                    path.unlink()
    kinds = [kind for kind, _ in files]
    return Collected(
        takes=len(free) if remove_takes else 0,
        audio=kinds.count("audio"),
        assets=kinds.count("asset"),
        n_bytes=n_bytes,
        kept=len(meant) - len(free),
        applied=apply,
    )


def _free(db: sqlite3.Connection, meant: list[int], keep_best: int, *, spare_parents: bool) -> list[int]:
    """Those of the takes that are meant that may go."""
    said = {number for (number,) in db.execute(f"SELECT number FROM takes WHERE {_KEPT}")}
    free = [number for number in meant if number not in said][keep_best:]
    if not spare_parents:
        return free
    gone = set(free)
    needed = {number for (number,) in db.execute("SELECT number FROM takes") if number not in gone}
    new = needed
    while new:
        new = set(_parents(db, sorted(new))) - needed
        needed |= new
    return [number for number in free if number not in needed]


def _parents(db: sqlite3.Connection, numbers: list[int]) -> Iterator[int]:
    for some in _pieces(numbers):
        rows = db.execute(
            "SELECT takes.number FROM parents JOIN takes ON takes.id = parents.parent "
            f"WHERE parents.number IN ({','.join('?' * len(some))})",
            some,
        )
        yield from (number for (number,) in rows)


def _let_go(db: sqlite3.Connection, numbers: list[int], remove_takes: bool) -> None:
    for some in _pieces(numbers):
        marks = ",".join("?" * len(some))
        if remove_takes:
            db.execute(f"DELETE FROM words WHERE rowid IN ({marks})", some)
            db.execute(f"DELETE FROM takes WHERE number IN ({marks})", some)
        else:
            db.execute(f"UPDATE takes SET has_audio = 0 WHERE number IN ({marks})", some)
    if remove_takes:
        db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'cleared'")


def _unused(db: sqlite3.Connection, audio: AudioFiles, assets: AssetStore) -> Iterator[tuple[str, Path]]:
    """Files that no take needs, each with what it is."""
    heard = {digest for (digest,) in db.execute("SELECT audio_sha256 FROM takes WHERE has_audio")}
    yield from (("audio", audio.path(digest)) for digest in audio if digest not in heard)
    used = {digest for (digest,) in db.execute("SELECT DISTINCT asset FROM uses")}
    yield from (("asset", assets.path(digest)) for digest in assets if digest not in used)


def _pieces(numbers: list[int]) -> Iterable[list[int]]:
    return (numbers[start : start + _SOME] for start in range(0, len(numbers), _SOME))
