from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio, note_to_hz
from patchpilot.audio.chroma import NOTES, chroma, chromagram, estimated_key, key_of
from tests.audio.tones import SAMPLE_RATE, harmonics, noise, silence


def _chords(*chords: tuple[int, ...], cents: float = 0.0) -> Audio:
    """Each chord for half a second, of tones with five partials."""
    made = []
    for notes in chords:
        tones = [harmonics(note_to_hz(n + cents / 100.0), {k: 1.0 / k for k in range(1, 6)}) for n in notes]
        made.append(sum((tone.samples for tone in tones), np.zeros_like(tones[0].samples)))
    return Audio(np.concatenate(made, axis=1) / 4.0, SAMPLE_RATE)


A_MINOR = ((57, 60, 64), (53, 57, 60), (50, 53, 57), (52, 56, 59), (57, 60, 64), (57, 60, 64))
"""i VI iv V i i."""


def test_a_note_is_its_pitch_class_whatever_the_octave() -> None:
    for note in (45, 57, 69):
        assert NOTES[int(chroma(_chords((note,))).argmax())] == "A"


@pytest.mark.parametrize("shift", [0, 3, 8])
def test_the_key_of_chords(shift: int) -> None:
    key = estimated_key(_chords(*(tuple(n + shift for n in chord) for chord in A_MINOR)))
    assert key is not None
    assert key.name == f"{NOTES[(9 + shift) % 12]} minor"
    assert key.relative == f"{NOTES[shift % 12]} major"


def test_a_tuning_that_is_off_does_not_matter() -> None:
    key = estimated_key(_chords(*A_MINOR, cents=35.0))
    assert key is not None
    assert key.name == "A minor"


def test_major_is_told_from_minor() -> None:
    key = estimated_key(_chords((60, 64, 67), (65, 69, 72), (67, 71, 74), (60, 64, 67)))
    assert key is not None
    assert key.name == "C major"


def test_what_has_no_pitch_has_no_key() -> None:
    assert estimated_key(silence()) is None
    assert chroma(silence()).sum() == 0.0
    assert key_of(np.full(12, 1 / 12)) is None
    assert chroma(noise(1.0)).max() < 0.2


def test_over_time_each_chord_is_its_own() -> None:
    frames = chromagram(_chords((60,), (66,)))
    assert NOTES[int(frames[1:4].sum(axis=0).argmax())] == "C"
    assert NOTES[int(frames[-4:-1].sum(axis=0).argmax())] == "F#"
