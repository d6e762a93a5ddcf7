"""Hearing takes anew: those without a vector, or all of them with another embedding.

The new vectors lie beside the old ones until all are there, so that the bank can be used meanwhile, and a run that is
stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from patchpilot.audio import F32
from patchpilot.bank.audio_files import AudioFiles
from patchpilot.bank.database import Database
from patchpilot.bank.entry import entries_of
from patchpilot.bank.hearing import recorded, vector_of
from patchpilot.bank.insert import add_vectors
from patchpilot.errors import BankError, PatchError
from patchpilot.retrieval.embedding import Embedding
from patchpilot.space import AssetStore

_SOME = 64


@dataclass(frozen=True)
class Heard:
    """What came of it.

    Attributes:
        heard: how many takes.
        unheard: takes that have no audio: replay them first (`patchpilot bank repair --cleared`).
    """

    heard: int
    unheard: tuple[int, ...]


def reindex(
    database: Database,
    audio: AudioFiles,
    assets: AssetStore,
    embedding: Embedding,
    *,
    on_heard: Callable[[int, int], None],
) -> Heard:
    """Hear every take that has no vector of an embedding, and make it the bank's.

    Args:
        database: of the bank.
        audio: its previews, which are what is heard.
        assets: of its patches.
        embedding: that is to be the bank's.
        on_heard: called with how many were heard, of how many.

    Raises:
        BankError: the bank is damaged, or held by another process.
        PluginError: the embedding is broken.
    """
    number = _number_of(database, embedding)
    n_heard, skipped = 0, dict[int, None]()
    while True:
        todo = [n for n in _unheard(database, number) if n not in skipped]
        if not todo and _is_switched(database, number, skipped):
            return Heard(n_heard, tuple(sorted(skipped)))
        for start in range(0, len(todo), _SOME):
            made = list(_vectors(database, audio, assets, embedding, todo[start : start + _SOME]))
            with database.writing() as db:
                add_vectors(db, [(number, take, vector) for take, vector in made])
            n_heard += sum(vector is not None for _, vector in made)
            skipped.update((take, None) for take, vector in made if vector is None)
            on_heard(start + len(made), len(todo))


def _vectors(
    database: Database, audio: AudioFiles, assets: AssetStore, embedding: Embedding, numbers: list[int]
) -> Iterator[tuple[int, F32 | None]]:
    """What is heard of takes; None of those without audio."""
    for entry in entries_of(database, numbers):
        try:
            sound = audio.get(
                entry.audio_sha256, gain=entry.gain, sample_rate=entry.sample_rate, channels=entry.channels
            )
            yield entry.number, vector_of(embedding, entry.record.take(assets, sound))
        except (BankError, PatchError):
            yield entry.number, None


def _number_of(database: Database, embedding: Embedding) -> int:
    """The id of an embedding in the bank, written down if it is new."""
    sql = "SELECT id FROM embeddings WHERE name = ? AND version = ? AND size = ?"
    names = (embedding.name, embedding.version, embedding.size)
    with database.writing() as db:
        if not db.execute(sql, names).fetchone():
            db.execute("INSERT INTO embeddings (name, version, size, is_current) VALUES (?, ?, ?, 0)", names)
        return int(db.execute(sql, names).fetchone()[0])


def _unheard(database: Database, embedding: int) -> list[int]:
    rows = database.rows(
        "SELECT number FROM takes WHERE number NOT IN (SELECT number FROM vectors WHERE embedding = ?) "
        "ORDER BY number",
        (embedding,),
    )
    return [number for (number,) in rows]


def _is_switched(database: Database, embedding: int, skipped: dict[int, None]) -> bool:
    """Make it the bank's embedding, unless takes came meanwhile; vectors of others are dropped."""
    mine = recorded(database)
    if mine is not None and mine.id == embedding:
        return True
    with database.writing() as db:
        left = db.execute(
            "SELECT number FROM takes WHERE number NOT IN (SELECT number FROM vectors WHERE embedding = ?)",
            (embedding,),
        )
        if any(number not in skipped for (number,) in left):
            return False
        db.execute("UPDATE embeddings SET is_current = (id = ?)", (embedding,))
        db.execute("DELETE FROM vectors WHERE embedding <> ?", (embedding,))
        db.execute("DELETE FROM embeddings WHERE NOT is_current")
    return True
