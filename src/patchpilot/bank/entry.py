"""The `Entry` noun: a take of a bank, without its audio, and what became of it since."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from patchpilot.bank.database import Database
from patchpilot.errors import BankError
from patchpilot.instruments.record import TakeRecord
from patchpilot.space.canonical import Json

_COLUMNS = """number, id, record, made_at, experiment, vote, golden, pinned, note, gain, audio_sha256,
    sample_rate, channels, instrument, searcher, has_audio"""


@dataclass(frozen=True)
class Entry:
    """A take of a bank.

    Attributes:
        number: > 0, its name in this bank.
        id: hash of patch, performance and engine fingerprint.
        record: patch, performance, provenance and features, as text.
        made_at: when it was put in.
        scores: parts of the objective by name.
        experiment: that it was made in, "" for none.
        tags: sorted.
        vote: +1, -1, or 0 for none.
        golden: whether it has a star.
        pinned: names of parameters that are to stay as they are in it, sorted.
        note: in the user's words.
        gain: that its preview is to be multiplied by.
        audio_sha256: of its float32 samples.
        sample_rate: Hz.
        channels: of its audio.
        instrument: name of what played it.
        searcher: name of who proposed it.
        has_audio: whether its preview is to be there; it is not once it was cleared away.
    """

    number: int
    id: str
    record: TakeRecord = field(repr=False)
    made_at: datetime
    scores: Mapping[str, float]
    experiment: str
    tags: tuple[str, ...]
    vote: int
    golden: bool
    pinned: tuple[str, ...]
    note: str
    gain: float
    audio_sha256: str
    sample_rate: int
    channels: int
    instrument: str
    searcher: str
    has_audio: bool

    @property
    def score(self) -> float:
        """Sum of its scores; 0 without any."""
        return sum(self.scores.values())

    @property
    def name(self) -> str:
        """What the patch is called, "" where it has no name; raises `BankError`."""
        return str(self.json["patch"].get("info", {}).get("name", ""))

    @property
    def json(self) -> Json:
        """What the record says; raises `BankError` where it is damaged."""
        try:
            return self.record.json
        except Exception as error:
            raise BankError(f"take {self.number} is damaged: {error}") from None


def deflated(record: TakeRecord) -> bytes:
    """The text of a record as it is stored."""
    return zlib.compress(record.text.encode(), 6)


def inflated(number: int, data: bytes) -> TakeRecord:
    """The inverse of `deflated`; raises `BankError`."""
    try:
        return TakeRecord(zlib.decompress(data).decode())
    except (zlib.error, UnicodeDecodeError, TypeError) as error:
        raise BankError(
            f"take {number} is damaged ({error}): restore a backup with `patchpilot bank restore`"
        ) from None


def entries_of(database: Database, numbers: Sequence[int]) -> list[Entry]:
    """The takes of some numbers, in their order; those that are gone are left out. Raises `BankError`."""
    found: dict[int, Entry] = {}
    for start in range(0, len(numbers), 500):
        some = [int(number) for number in numbers[start : start + 500]]
        marks = ",".join("?" * len(some))
        scores: dict[int, dict[str, float]] = {}
        for number, name, value in database.rows(
            f"SELECT number, name, value FROM scores WHERE number IN ({marks}) ORDER BY number, name", some
        ):
            scores.setdefault(number, {})[name] = value
        tags: dict[int, list[str]] = {}
        for number, tag in database.rows(
            f"SELECT number, tag FROM tags WHERE number IN ({marks}) ORDER BY number, tag", some
        ):
            tags.setdefault(number, []).append(tag)
        for row in database.rows(f"SELECT {_COLUMNS} FROM takes WHERE number IN ({marks})", some):
            found[row[0]] = _entry(row, scores.get(row[0], {}), tags.get(row[0], []))
    return [found[int(number)] for number in numbers if int(number) in found]


def _entry(row: tuple[Any, ...], scores: Mapping[str, float], tags: Sequence[str]) -> Entry:
    number, take_id, record, made_at, experiment, vote, golden, pinned, note, gain, audio = row[:11]
    return Entry(
        number=number,
        id=take_id,
        record=inflated(number, record),
        made_at=datetime.fromtimestamp(made_at, UTC),
        scores=dict(scores),
        experiment=experiment,
        tags=tuple(tags),
        vote=vote,
        golden=bool(golden),
        pinned=tuple(json.loads(pinned)),
        note=note,
        gain=gain,
        audio_sha256=audio,
        sample_rate=row[11],
        channels=row[12],
        instrument=row[13],
        searcher=row[14],
        has_audio=bool(row[15]),
    )
