"""One bank's takes into another: each once, with all that was said of it in either. Done again, it changes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from patchpilot.audio import F32
from patchpilot.bank.copies import copy_file
from patchpilot.bank.entry import Entry, entries_of
from patchpilot.bank.hearing import Recorded, record, recorded
from patchpilot.bank.insert import Row, assets_of, insert
from patchpilot.bank.marks import find_anew
from patchpilot.bank.numbers import next_numbers
from patchpilot.bank.store import Store
from patchpilot.bank.vectors import vectors_of
from patchpilot.files import output_error

_SOME = 128


@dataclass(frozen=True)
class Merged:
    """What came of it.

    Attributes:
        added: how many takes are new.
        known: how many were here already.
    """

    added: int
    known: int


def merge(mine: Store, theirs: Store, on_take: Callable[[int, int], None]) -> Merged:
    """Take all of another bank in.

    Args:
        mine: that grows.
        theirs: that stays as it is.
        on_take: called with how many of its takes are in, of how many.

    Raises:
        BankError: one of them is damaged, or held by another process.
        OutputError: the disk is full or read-only.
    """
    mine.flush()
    embedding, in_theirs = _shared_embedding(mine, theirs)
    numbers = theirs.numbers()
    added = 0
    for start in range(0, len(numbers), _SOME):
        some = numbers[start : start + _SOME]
        entries = entries_of(theirs.database, some)
        votes, vectors = _votes(theirs, some), _vectors(theirs, in_theirs, some)
        with mine.database.writing() as db:  # nobody clears files away meanwhile
            for entry in entries:
                _copy_files(mine, theirs, entry)
                number = _number_in(db, entry)
                if number is None:
                    number = next_numbers(db, 1)
                    insert(db, [_row(number, entry, vectors.get(entry.number), embedding)])
                    db.execute("UPDATE takes SET has_audio = 0 WHERE number = ?", (number,))
                    added += 1
                _add_marks(db, number, entry, votes.get(entry.number, []))
        on_take(start + len(some), len(numbers))
    return Merged(added, len(numbers) - added)


def _shared_embedding(mine: Store, theirs: Store) -> tuple[int, Recorded | None]:
    """The id of my embedding, and theirs, if both are the same; a bank that has none takes theirs over."""
    other = recorded(theirs.database)
    if other is None:
        return 0, None
    here = recorded(mine.database) or record(mine.database, other.name, other.version, other.size)
    is_same = (here.name, here.version, here.size) == (other.name, other.version, other.size)
    return (here.id, other) if is_same else (0, None)


def _votes(theirs: Store, numbers: Sequence[int]) -> dict[int, list[tuple[int, float]]]:
    sql = (
        f"SELECT number, vote, at FROM votes WHERE number IN ({','.join('?' * len(numbers))}) ORDER BY place"
    )
    found: dict[int, list[tuple[int, float]]] = {}
    for number, vote, at in theirs.database.rows(sql, numbers):
        found.setdefault(number, []).append((vote, at))
    return found


def _vectors(theirs: Store, embedding: Recorded | None, numbers: Sequence[int]) -> dict[int, F32]:
    if embedding is None:
        return {}
    there, vectors = vectors_of(theirs.database, embedding.id, embedding.size, numbers)
    return dict(zip(there.tolist(), vectors, strict=True))


def _copy_files(mine: Store, theirs: Store, entry: Entry) -> None:
    pairs = [(theirs.assets.path(name), mine.assets.path(name)) for name in assets_of(entry.json)]
    if entry.has_audio:
        pairs.append((theirs.audio.path(entry.audio_sha256), mine.audio.path(entry.audio_sha256)))
    for source, target in pairs:
        try:
            copy_file(source, target)
        except FileNotFoundError:
            continue  # lost there; `check` tells
        except OSError as error:
            raise output_error(target, error) from error


def _number_in(db: sqlite3.Connection, entry: Entry) -> int | None:
    sql = "SELECT number FROM takes WHERE id = ? AND experiment = ?"
    row = db.execute(sql, (entry.id, entry.experiment)).fetchone()
    return None if row is None else int(row[0])


def _row(number: int, entry: Entry, vector: F32 | None, embedding: int) -> Row:
    return Row(
        number=number,
        id=entry.id,
        record=entry.record,
        made_at=entry.made_at.timestamp(),
        audio_sha256=entry.audio_sha256,
        gain=entry.gain,
        sample_rate=entry.sample_rate,
        channels=entry.channels,
        experiment=entry.experiment,
        vector=vector,
        embedding=embedding,
    )


def _add_marks(db: sqlite3.Connection, number: int, entry: Entry, votes: list[tuple[int, float]]) -> None:
    """What was said of the take there, added to what was said here."""
    db.executemany(
        "INSERT OR IGNORE INTO scores VALUES (?, ?, ?)", [(number, *s) for s in entry.scores.items()]
    )
    db.executemany("INSERT OR IGNORE INTO tags VALUES (?, ?)", [(number, tag) for tag in entry.tags])
    old = set(db.execute("SELECT vote, at FROM votes WHERE number = ?", (number,)))
    db.executemany(
        "INSERT INTO votes (number, vote, at) VALUES (?, ?, ?)",
        [(number, *vote) for vote in votes if vote not in old],
    )
    last = db.execute(
        "SELECT vote FROM votes WHERE number = ? ORDER BY at DESC, place DESC", (number,)
    ).fetchone()
    pinned, note = db.execute("SELECT pinned, note FROM takes WHERE number = ?", (number,)).fetchone()
    pins = sorted({*json.loads(pinned), *entry.pinned})
    notes = note if entry.note in note else "\n".join(filter(None, [note, entry.note]))
    db.execute(
        "UPDATE takes SET vote = ?, golden = golden OR ?, pinned = ?, note = ?, has_audio = has_audio OR ? "
        "WHERE number = ?",
        (last[0] if last else 0, entry.golden, json.dumps(pins), notes, entry.has_audio, number),
    )
    find_anew(db, number)
