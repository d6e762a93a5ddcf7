"""Whether a bank is whole: its database, and every file that its takes need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from patchpilot.bank.audio_files import AudioFiles
from patchpilot.bank.database import Database
from patchpilot.bank.entry import inflated
from patchpilot.bank.hearing import recorded
from patchpilot.errors import BankError, PatchError
from patchpilot.space import AssetStore

Kind = Literal["database", "take", "asset", "audio", "vector"]
_SOME = 500


@dataclass(frozen=True)
class Problem:
    """Something that is not as it should be.

    Attributes:
        kind: what it is about.
        number: of the take, 0 for none.
        text: what is wrong, in plain words.
        cure: what to do.
    """

    kind: Kind
    number: int
    text: str
    cure: str


_RESTORE = "restore a backup: patchpilot bank restore"
_REPAIR = "render it again: patchpilot bank repair"
_REINDEX = "hear it: patchpilot bank reindex"


def problems(database: Database, audio: AudioFiles, assets: AssetStore, *, listen: bool) -> Iterator[Problem]:
    """What is wrong, the worst first.

    Args:
        database: of the bank.
        audio: its previews.
        assets: of its patches.
        listen: read every preview, too; else only whether it is there.
    """
    try:
        yield from _of_database(database)
        yield from _of_takes(database)
    except BankError as error:
        yield Problem("database", 0, str(error), _RESTORE)
        return
    yield from _of_assets(database, assets)
    yield from _of_audio(database, audio, listen)
    yield from _of_vectors(database)


def damaged_assets(database: Database, assets: AssetStore) -> Iterator[tuple[str, int, str]]:
    """Assets that are missing or damaged: sha256, a take that uses it, and why."""
    for digest, number in database.rows("SELECT asset, min(number) FROM uses GROUP BY asset ORDER BY 2, 1"):
        try:
            assets.get(digest)
        except (PatchError, OSError) as error:
            yield digest, number, str(error)


def lost_audio(
    database: Database, audio: AudioFiles, *, listen: bool, cleared: bool = False
) -> Iterator[tuple[int, str]]:
    """Takes whose preview is missing or damaged, and why.

    Args:
        database: of the bank.
        audio: its previews.
        listen: read every preview.
        cleared: count those that were cleared away on purpose.
    """
    rows = database.rows(
        "SELECT number, audio_sha256, gain, sample_rate, channels FROM takes WHERE has_audio OR ? "
        "ORDER BY number",
        (cleared,),
    )
    for number, digest, gain, sample_rate, channels in rows:
        if not audio.has(digest):
            yield number, f"the audio {audio.path(digest)} is gone"
        elif listen:
            try:
                audio.get(digest, gain=gain, sample_rate=sample_rate, channels=channels)
            except BankError as error:
                yield number, str(error)


def _of_database(database: Database) -> Iterator[Problem]:
    for (said,) in database.rows("PRAGMA integrity_check(20)"):
        if said != "ok":
            yield Problem("database", 0, str(said), _RESTORE)
    for table, row, *_ in database.rows("PRAGMA foreign_key_check"):
        yield Problem("database", 0, f"row {row} of {table} belongs to no take", _RESTORE)


def _of_takes(database: Database) -> Iterator[Problem]:
    last = 0
    while rows := database.rows(
        "SELECT number, record FROM takes WHERE number > ? ORDER BY number LIMIT ?", (last, _SOME)
    ):
        for number, record in rows:
            try:
                _ = inflated(number, record).json
            except (BankError, PatchError) as error:
                yield Problem("take", number, str(error), _RESTORE)
        last = rows[-1][0]


def _of_assets(database: Database, assets: AssetStore) -> Iterator[Problem]:
    for _, number, why in damaged_assets(database, assets):
        yield Problem("asset", number, why, f"{_REPAIR}, or {_RESTORE}")


def _of_audio(database: Database, audio: AudioFiles, listen: bool) -> Iterator[Problem]:
    for number, why in lost_audio(database, audio, listen=listen):
        yield Problem("audio", number, why, _REPAIR)


def _of_vectors(database: Database) -> Iterator[Problem]:
    mine = recorded(database)
    for number, size in database.rows(
        "SELECT takes.number, length(vectors.vector) FROM takes LEFT JOIN vectors "
        "ON vectors.number = takes.number AND vectors.embedding = ? "
        "WHERE vectors.vector IS NULL OR length(vectors.vector) <> ? ORDER BY takes.number",
        (0, 0) if mine is None else (mine.id, 4 * mine.size),
    ):
        what = "was not heard yet" if size is None else "has a damaged vector"
        yield Problem("vector", number, f"take {number} {what}", _REINDEX)
