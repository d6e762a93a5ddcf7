"""Notes as a clip in an empty slot of the session view. What is there already is never replaced.

AbletonOSC reads five attributes of a note; the others (probability, release velocity) would be lost if a clip that
somebody made were changed and set back, so none is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from patchpilot.errors import LiveError, ParameterError
from patchpilot.live.answers import Refusal
from patchpilot.live.connection import Live
from patchpilot.live.finding import find_track
from patchpilot.live.journal import Clip
from patchpilot.live.session import Session
from patchpilot.live.wire import Message, Value, get, tell
from patchpilot.space.midi import read_midi
from patchpilot.space.pattern import Pattern

_BATCH = 40
"""Notes of a message: read back, they are less than 2 KB."""
_TRIES = 5
_ALL = 128
"""Pitches; AbletonOSC's own default leaves out the highest."""


@dataclass(frozen=True)
class ClipNote:
    """A note of a clip.

    Attributes:
        pitch: MIDI note.
        start_beats: from the clip's start.
        length_beats: above 0.
        velocity: 1..127.
    """

    pitch: int
    start_beats: float
    length_beats: float
    velocity: int = 100


@dataclass(frozen=True)
class NewClip:
    """A clip to be made.

    Attributes:
        track: name of the track, as for moves.
        name: of the clip.
        notes: in order of time.
        length_beats: of the loop, above 0.
        slot: from 1, the row; the first empty one by default.
    """

    track: str
    name: str
    notes: tuple[ClipNote, ...]
    length_beats: float
    slot: int | None = None


@dataclass(frozen=True)
class Slot:
    """Where a clip will be: an empty slot of a MIDI track."""

    clip: NewClip
    track: str
    ids: tuple[int, int]


def clip_of(pattern: Pattern, track: str, name: str, slot: int | None = None) -> NewClip:
    """A pattern as a clip; what rings past its end is cut off there."""
    notes = [
        ClipNote(
            pitch,
            hit.beat,
            max(min(hit.beats, pattern.beats - hit.beat), 1.0 / 64.0),
            min(max(round(hit.velocity * 127.0), 1), 127),
        )
        for hit in pattern.hits
        for pitch in hit.pitches
    ]
    return NewClip(track, name, tuple(notes), pattern.beats, slot)


def clip_of_midi(path: Path | str, track: str, slot: int | None = None) -> NewClip:
    """A MIDI file as a clip.

    Raises:
        ParameterError: it cannot be read, or has no notes.
        PluginError: the extra "racks" is not installed.
    """
    pattern, _ = read_midi(path)
    return clip_of(pattern, track, Path(path).stem, slot)


def check(live: Live, session: Session, clip: NewClip) -> Slot:
    """Where a clip may go, before anything is made.

    Raises:
        LiveError: there is no such track or slot, it takes no MIDI, or the slot is not empty.
        ParameterError: the slot's number is below 1.
    """
    track = find_track(session, clip.track)
    if not track.takes_midi:
        raise LiveError(f"track {track.name!r} takes no MIDI: name a MIDI track for the clip")
    if clip.slot is not None and clip.slot < 1:
        raise ParameterError(f"expected a slot from 1, got {clip.slot}")
    if clip.slot is not None and clip.slot > session.n_scenes:
        raise LiveError(
            f"there are {session.n_scenes} slots on a track, got slot {clip.slot}: add scenes in Live"
        )
    rows = range(session.n_scenes) if clip.slot is None else [clip.slot - 1]
    answers = live.link.ask([get("/live/clip_slot/get/has_clip", track.index, row) for row in rows])
    for row, answer in zip(rows, answers, strict=True):
        if not isinstance(answer, Refusal) and answer and not answer[0]:
            return Slot(clip, track.name, (track.index, row))
    which = "no empty slot" if clip.slot is None else f"a clip in slot {clip.slot} already"
    raise LiveError(
        f"track {track.name!r} has {which}, and clips are not replaced: add a scene, or name another slot"
    )


def make(live: Live, slot: Slot) -> None:
    """Make a clip, and read its notes back.

    Raises:
        LiveError: Live refuses, or does not keep the notes.
    """
    link, ids, clip = live.link, slot.ids, slot.clip
    errors: list[str] = []
    for _ in range(_TRIES):
        errors = link.tell([tell("/live/clip_slot/create_clip", *ids, float(clip.length_beats))], once=True)
        (answer,) = link.ask([get("/live/clip_slot/get/has_clip", *ids)])
        if not isinstance(answer, Refusal) and answer[0]:
            break
    else:
        raise LiveError(
            f"Live makes no clip in slot {ids[1] + 1} of {slot.track!r}: {'; '.join(errors) or 'no reason'}"
        )
    link.tell([tell("/live/clip/set/name", *ids, clip.name)])
    for batch in _batches(clip.notes):
        _write(live, slot, batch)


def remove(live: Live, session: Session, clip: Clip) -> str:
    """Take a clip away that was made; returns why not, "" where it is gone.

    Raises:
        LiveError: Live does not answer.
    """
    what = f"the clip {clip.name!r} on {clip.track!r}"
    try:
        is_there = clip.ids[0] < len(session.tracks) and session.tracks[clip.ids[0]].name == clip.track
        index = clip.ids[0] if is_there else find_track(session, clip.track).index
    except LiveError as error:
        return f"{what} is not taken away: {error}"
    ids = index, clip.ids[1]
    for _ in range(_TRIES):
        has, name = live.link.ask(
            [get("/live/clip_slot/get/has_clip", *ids), get("/live/clip/get/name", *ids)]
        )
        if isinstance(has, Refusal) or not has[0]:
            return ""
        if isinstance(name, Refusal) or name[0] not in (clip.name, ""):
            return f"{what} is not taken away: another clip is in its slot now"
        live.link.tell([tell("/live/clip_slot/delete_clip", *ids)], once=True)
    return f"{what} cannot be deleted"


def _batches(notes: Sequence[ClipNote]) -> Iterator[list[ClipNote]]:
    ordered = sorted(notes, key=lambda note: (note.start_beats, note.pitch))
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]


def _write(live: Live, slot: Slot, notes: Sequence[ClipNote]) -> None:
    args: list[Value] = []
    for note in notes:
        args += [note.pitch, float(note.start_beats), float(note.length_beats), note.velocity, False]
    for _ in range(_TRIES):
        errors = live.link.tell([tell("/live/clip/add/notes", *slot.ids, *args)], once=True)
        missing = _missing(live, slot, notes)
        if not missing:
            return
        if errors:
            raise LiveError(f"Live does not take the notes of {slot.clip.name!r}: {errors[0]}")
    raise LiveError(f"{missing} notes of {slot.clip.name!r} do not arrive")


def _missing(live: Live, slot: Slot, notes: Sequence[ClipNote]) -> int:
    """How many of some notes the clip does not have."""
    low, high = notes[0].start_beats, notes[-1].start_beats
    question = Message(
        "/live/clip/get/notes", (*slot.ids, 0, _ALL, low, high - low + 1e-3), answers=True, n_ids=2
    )
    (answer,) = live.link.ask([question])
    if isinstance(answer, Refusal):
        return len(notes)
    there = {(int(answer[k]), round(float(answer[k + 1]) * 1000.0)) for k in range(0, len(answer) - 4, 5)}
    return sum(not _is_there(note, there) for note in notes)


def _is_there(note: ClipNote, there: set[tuple[int, int]]) -> bool:
    at = math.floor(note.start_beats * 1000.0)
    return any((note.pitch, at + k) in there for k in (-1, 0, 1, 2))
