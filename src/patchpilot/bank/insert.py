"""Rows of a bank: what is written of a take, by the writer and where two banks are merged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from patchpilot.audio import F32
from patchpilot.bank.entry import deflated
from patchpilot.instruments.record import TakeRecord
from patchpilot.space.canonical import Json


@dataclass(frozen=True, eq=False)
class Row:
    """All that a bank keeps of a new take.

    Attributes:
        number: in the bank.
        id: of the take.
        record: of the take; its assets are in the bank's store.
        made_at: seconds since 1970.
        audio_sha256: of its samples; their preview is in the bank.
        gain: of the preview.
        sample_rate: Hz.
        channels: of its audio.
        scores: by name.
        experiment: that it is of.
        tags: each once.
        vector: float32 (size,), of the embedding; None where nothing was heard.
        embedding: id of the embedding.
    """

    number: int
    id: str
    record: TakeRecord
    made_at: float
    audio_sha256: str
    gain: float
    sample_rate: int
    channels: int
    scores: Mapping[str, float] = field(default_factory=dict)
    experiment: str = ""
    tags: tuple[str, ...] = ()
    vector: F32 | None = None
    embedding: int = 0


def insert(db: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Add takes, in a transaction; vectors of an embedding that is no longer the bank's are left out."""
    db.executemany(
        "INSERT INTO takes (number, id, experiment, made_at, instrument, searcher, record, audio_sha256, gain, "
        "sample_rate, channels) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_take(row) for row in rows],
    )
    db.executemany(
        "INSERT INTO parents (number, place, parent) VALUES (?, ?, ?)",
        [(r.number, i, parent) for r in rows for i, parent in enumerate(r.record.json["origin"]["parents"])],
    )
    db.executemany(
        "INSERT INTO scores (number, name, value) VALUES (?, ?, ?)",
        [(row.number, name, float(value)) for row in rows for name, value in row.scores.items()],
    )
    db.executemany(
        "INSERT INTO uses (number, asset) VALUES (?, ?)",
        [(row.number, digest) for row in rows for digest in sorted(set(assets_of(row.record.json)))],
    )
    db.executemany(
        "INSERT INTO tags (number, tag) VALUES (?, ?)",
        [(row.number, tag) for row in rows for tag in row.tags],
    )
    db.executemany(
        "INSERT INTO words (rowid, text) VALUES (?, ?)",
        [(row.number, words_of(row.record.json, row.experiment, row.tags, "")) for row in rows],
    )
    current = {number for (number,) in db.execute("SELECT id FROM embeddings WHERE is_current")}
    add_vectors(db, [(r.embedding, r.number, r.vector) for r in rows if r.embedding in current])


def add_vectors(db: sqlite3.Connection, vectors: Iterable[tuple[int, int, F32 | None]]) -> None:
    """Add vectors, each with the ids of its embedding and its take."""
    db.executemany(
        "INSERT OR IGNORE INTO vectors (embedding, number, vector) VALUES (?, ?, ?)",
        [
            (embedding, number, np.ascontiguousarray(vector, "<f4").tobytes())
            for embedding, number, vector in vectors
            if vector is not None
        ],
    )


def assets_of(record: Json) -> list[str]:
    """sha256 of the assets that a record names: of its patch, and audio that its performance brings."""
    inputs = record["performance"].get("inputs", {})
    return [*record["patch"]["assets"].values(), *inputs.values()]


def words_of(record: Json, experiment: str, tags: Sequence[str], note: str) -> str:
    """What a take is found by: all words of its patch and its origin, and what was said of it."""
    info, origin = record["patch"].get("info", {}), record["origin"]
    said = [str(value) for value in info.values() if isinstance(value, str)]
    made_by = [record["patch"]["instrument"], origin["searcher"], origin["detail"]]
    return "\n".join([*said, *made_by, experiment, *tags, note])


def _take(row: Row) -> tuple[object, ...]:
    said = row.record.json
    names = said["patch"]["instrument"], said["origin"]["searcher"]
    kept = deflated(row.record), row.audio_sha256, row.gain, row.sample_rate, row.channels
    return (row.number, row.id, row.experiment, row.made_at, *names, *kept)
