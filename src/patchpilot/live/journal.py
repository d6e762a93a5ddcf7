"""What was before, on disk before anything is turned, so that a crash in the middle can be undone in another process.

A journal is a JSON file for each transaction, numbered. Its state is "applying" from before the first knob is turned
until all was read back, then "applied"; "undone" when all is as it was, "partly" when some of it could not be set back.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import platformdirs

from patchpilot.errors import LiveError, ParameterError
from patchpilot.files import make_folder, write_text
from patchpilot.live.spot import Spot, spot_of
from patchpilot.space.canonical import Json
from patchpilot.tracks.moves import Move, move_of

FORMAT = "patchpilot-live-1"
State = Literal["applying", "applied", "undone", "partly"]
OPEN: tuple[State, ...] = ("applying", "applied", "partly")
"""States in which there is something to undo."""
KEPT = 100
"""Of the journals before the last so many, those that are whole, applied or undone, go; others never do."""


@dataclass(frozen=True)
class Entry:
    """One value.

    Attributes:
        spot: where it lies.
        before: what Live stored.
        before_text: what its display showed, "" where it says nothing.
        after: what Live stored afterwards; None while it is being set.
        after_text: likewise.
        is_side: whether no move asked for it: it changed with another one, or may have when a crash came between.
        restored: whether it is as it was before.
    """

    spot: Spot
    before: float
    before_text: str = ""
    after: float | None = None
    after_text: str = ""
    is_side: bool = False
    restored: bool = False


@dataclass(frozen=True)
class Clip:
    """A clip that was made in an empty slot.

    Attributes:
        track: name of the track.
        ids: track and slot, from 0.
        name: of the clip.
        length_beats: its length.
        restored: whether it is gone again.
    """

    track: str
    ids: tuple[int, int]
    name: str
    length_beats: float
    restored: bool = False


@dataclass(frozen=True)
class Journal:
    """A transaction.

    Attributes:
        number: of the file, from 1.
        state: how far it got.
        created: when, in seconds since 1970.
        tracks: names of all tracks of the set then.
        moves: what was asked for.
        entries: what there was.
        clips: what was made.
    """

    number: int
    state: State
    created: float
    tracks: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    entries: tuple[Entry, ...] = ()
    clips: tuple[Clip, ...] = field(default=())


def folder(place: Path | None = None) -> Path:
    """Where journals are kept: by default in the user's data folder."""
    return place or platformdirs.user_data_path("patchpilot") / "live"


def write(journal: Journal, place: Path) -> None:
    """Have it on the disk, whole or as it was; raises `OutputError`."""
    said = {
        "format": FORMAT,
        **dataclasses.asdict(journal),
        "moves": [move.to_json() for move in journal.moves],
        "entries": [{**dataclasses.asdict(e), "spot": e.spot.to_json()} for e in journal.entries],
    }
    write_text(make_folder(place) / f"{journal.number:06d}.json", json.dumps(said, ensure_ascii=False) + "\n")


def new(place: Path, **said: object) -> Journal:
    """One with the next number, not yet written; old ones that are whole are deleted (`KEPT`)."""
    files = sorted(_files(place))
    for path in files[:-KEPT]:
        with contextlib.suppress(LiveError, OSError):  # what cannot be read may be all that is left of a set
            if read(path).state in ("applied", "undone"):
                path.unlink()
    last = int(files[-1].stem) if files else 0
    return Journal(last + 1, "applying", time.time(), **said)  # type: ignore[arg-type]


def read(path: Path) -> Journal:
    """A journal of a file.

    Raises:
        LiveError: it is damaged, or of a newer version.
    """
    try:
        data: Mapping[str, Json] = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"it is of the format {data['format']!r}")
        return Journal(
            number=int(data["number"]),
            state=data["state"],
            created=float(data["created"]),
            tracks=tuple(data["tracks"]),
            moves=_moves(data["moves"]),
            entries=tuple(Entry(**{**said, "spot": spot_of(said["spot"])}) for said in data["entries"]),
            clips=tuple(Clip(**{**said, "ids": tuple(said["ids"])}) for said in data["clips"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LiveError(
            f"the journal {path} cannot be read ({error}): what it says of values before is text: set it by hand"
        ) from None


def _moves(listed: Sequence[Json]) -> tuple[Move, ...]:
    """What was asked for is told only, so one that cannot be read keeps nothing from being undone."""
    found = []
    for said in listed:
        with contextlib.suppress(ParameterError):
            found.append(move_of(said))
    return tuple(found)


def unfinished(place: Path) -> list[Journal]:
    """Those with something to undo, the newest first; raises `LiveError`."""
    found = (read(path) for path in sorted(_files(place), reverse=True))
    return [journal for journal in found if journal.state in OPEN]


def _files(place: Path) -> list[Path]:
    try:
        return [path for path in place.iterdir() if re.fullmatch(r"\d{6}\.json", path.name)]
    except OSError:
        return []
