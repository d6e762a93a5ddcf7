"""Notes as a clip: made in an empty slot, read back, and taken away again."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.errors import LiveError, ParameterError
from patchpilot.live.clips import ClipNote, NewClip, clip_of_midi
from patchpilot.live.transaction import apply
from patchpilot.live.undoing import undo
from patchpilot.space.midi import write_midi
from patchpilot.space.pattern import Pattern
from patchpilot.tracks.moves import SONG, Move
from tests.live.conftest import Opened
from tests.live.liveset import Clip

NOTES = tuple(ClipNote(24 + k % 100, 0.25 * k, 0.2, 1 + k % 127) for k in range(300))


@pytest.mark.parametrize("drop", [0.0, 0.05])
def test_a_long_clip_arrives_whole_and_goes_again(opened: Opened, tmp_path: Path, drop: float) -> None:
    server, live = opened(drop=drop, timeout_s=0.1)
    before = server.song.state()
    clip = NewClip("Lead", "riff", NOTES, 75.0)
    done = apply(live, [Move("", SONG, "tempo", 140.0, "BPM")], clips=[clip], place=tmp_path)
    assert done.journal.clips[0].ids == (0, 0)
    made = server.song.track("Lead").clip_slots[0].clip
    assert made is not None
    assert (made.name, made.length) == ("riff", 75.0)
    found = sorted((n.pitch, round(n.start_time, 3), n.velocity) for n in made.notes)
    assert found == sorted((n.pitch, n.start_beats, n.velocity) for n in NOTES)
    assert undo(live, place=tmp_path)[0].failed == []
    assert server.song.state() == before


def test_a_midi_file_with_the_highest_note(opened: Opened, tmp_path: Path) -> None:
    server, live = opened()
    write_midi(Pattern.steps([36, 127, None, (60, 64)]), tmp_path / "riff.mid", 138.0)
    apply(live, [], clips=[clip_of_midi(tmp_path / "riff.mid", "Pad", 3)], place=tmp_path / "undo")
    made = server.song.track("Pad").clip_slots[2].clip
    assert made is not None
    assert (made.name, made.length) == ("riff", 4.0)
    assert [(n.pitch, n.start_time) for n in made.notes] == [(36, 0.0), (127, 1.0), (60, 3.0), (64, 3.0)]


def test_what_is_there_is_never_replaced(opened: Opened, tmp_path: Path) -> None:
    server, live = opened()
    slots = server.song.track("Lead").clip_slots
    slots[0].clip = Clip(4.0, "mine")
    with pytest.raises(LiveError, match="has a clip in slot 1 already, and clips are not replaced"):
        apply(live, [], clips=[NewClip("Lead", "riff", NOTES[:4], 4.0, 1)], place=tmp_path)
    apply(live, [], clips=[NewClip("Lead", "riff", NOTES[:4], 4.0)], place=tmp_path)
    assert slots[1].clip is not None
    slots[1].clip.name = "hers"  # somebody made something of it
    assert undo(live, place=tmp_path)[0].failed == [
        "the clip 'riff' on 'Lead' is not taken away: another clip is in its slot now"
    ]
    for slot in slots:
        slot.clip = slot.clip or Clip(1.0)
    with pytest.raises(LiveError, match="has no empty slot"):
        apply(live, [], clips=[NewClip("Lead", "riff", NOTES[:4], 4.0)], place=tmp_path)


def test_clips_that_cannot_be(opened: Opened, tmp_path: Path) -> None:
    _, live = opened()
    with pytest.raises(LiveError, match="track 'Drums' takes no MIDI"):
        apply(live, [], clips=[NewClip("Drums", "riff", NOTES, 4.0)], place=tmp_path)
    with pytest.raises(LiveError, match="there are 8 slots on a track, got slot 9"):
        apply(live, [], clips=[NewClip("Lead", "riff", NOTES, 4.0, 9)], place=tmp_path)
    with pytest.raises(ParameterError, match="expected a slot from 1"):
        apply(live, [], clips=[NewClip("Lead", "riff", NOTES, 4.0, 0)], place=tmp_path)
