"""Voices: who plays which note, and what they sound like together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from patchpilot.errors import RackError
from patchpilot.modules import adsr, amp, choice, faust, kick, knob, ladder, lfo, lowpass, module, poly, saw
from patchpilot.modules.base import Context, Signal
from patchpilot.modules.graph import Graph
from patchpilot.modules.kinds import module_of
from patchpilot.modules.voices import allotted
from patchpilot.modules.wiring import Wirable, node
from patchpilot.space import Note
from tests.modules.conftest import RATE, context, forked, play

C, E, G = (Note(pitch, 0.7, 0.05 * i, 0.2) for i, pitch in enumerate((48, 52, 55)))
ROUNDING = 2e-6
"""Of sums of three float32 signals below 4."""


def pitches(notes: list[Note], voices: int) -> list[list[int]]:
    return [[note.pitch for note in own] for own in allotted(notes, voices)]


# Who plays what.


def test_every_note_has_a_voice_of_its_own_while_there_are_enough() -> None:
    assert pitches([G, C, E], 8) == [[48], [52], [55]]


def test_a_voice_that_was_released_longest_ago_plays_on() -> None:
    notes = [Note(60, hold_s=0.5), Note(61, hold_s=0.2), Note(62, start_s=0.6, hold_s=0.1)]
    assert pitches(notes, 2) == [[60], [61, 62]]
    assert pitches([*notes, Note(63, start_s=0.65)], 2) == [[60, 63], [61, 62]]


def test_without_a_free_voice_the_first_note_gives_way() -> None:
    notes = [Note(60 + i, start_s=0.1 * i, hold_s=2.0) for i in range(4)]
    assert pitches(notes, 2) == [[60, 62], [61, 63]]
    assert pitches(notes, 1) == [[60, 61, 62, 63]]


# What is heard.


def test_a_chord_is_the_sum_of_its_notes() -> None:
    """In a voice without dice, whatever the filter's curve: nothing after the voices is non-linear."""
    voice = poly(saw >> node(ladder, drive=12.0) >> amp, voices=4)
    alone = [play(voice, notes=[note]) for note in (C, E, G)]
    chord = play(voice, notes=[C, E, G])
    assert np.abs(chord - np.sum(alone, axis=0)).max() < ROUNDING
    assert min(np.abs(one).max() for one in alone) > 0.05


def test_one_voice_alone_plays_as_its_modules_do_without_it() -> None:
    """Also the last note of several, which is what all modules play of two notes at once."""
    for notes in ([E], [C, E, G]):
        sound = play(poly(saw >> amp, voices=1), notes=notes)
        assert np.abs(sound - _mono(notes)).max() < 1e-5


def test_releases_ring_out_under_the_next_notes() -> None:
    envelope = node(adsr, "env", attack_ms=1.0, sustain=1.0, release_ms=2000.0)
    tone = node(_tone, "tone")
    voice = tone.part() + (envelope >> tone["level"])
    notes = [Note(48, 0.8, 0.0, 0.2), Note(60, 0.8, 0.3, 0.2)]
    both = play(poly(voice, voices=2), notes=notes)
    second = play(poly(voice, voices=2), notes=notes[1:])
    first_late = (both - second)[0, round(0.4 * RATE) : round(0.6 * RATE)]
    assert np.abs(first_late).max() > 0.1
    spectrum = np.abs(np.fft.rfft(first_late * np.hanning(len(first_late))))
    assert np.argmax(spectrum) * RATE / len(first_late) == pytest.approx(130.8, abs=5.0)
    stolen = play(poly(voice, voices=1), notes=notes)
    assert np.abs(stolen - both)[0, round(0.4 * RATE) :].max() > 0.1


def test_a_parameter_that_moves_moves_in_all_voices() -> None:
    voice = poly(saw >> lowpass >> amp, voices=2)
    sweep = np.geomspace(100.0, 8000.0, RATE).astype(np.float32)
    opened = play(voice, values={"lowpass_cutoff": sweep}, notes=[C, G])
    alone = [play(voice, values={"lowpass_cutoff": sweep}, notes=[note]) for note in (C, G)]
    assert np.abs(opened - np.sum(alone, axis=0)).max() < ROUNDING
    assert np.abs(opened - play(voice, notes=[C, G])).max() > 0.01


def test_each_voice_rolls_dice_of_its_own_and_always_the_same() -> None:
    voice = poly(_hiss, voices=3)
    sound = play(voice, notes=[C, E, G])
    assert (sound == play(voice, notes=[C, E, G])).all()
    assert np.std(sound) == pytest.approx(np.sqrt(3.0) * 0.1, rel=0.05)  # and not 3 times
    assert voice.is_random
    assert not poly(saw).is_random


def test_voices_in_faust() -> None:
    tone = faust(
        "tone", "A sine.", "os.osc(pitch) * gate * level", inputs=("pitch", "gate"), level=knob(0.5, 0.0, 1.0)
    )
    chord = play(poly(tone, voices=3), values={"tone_level": 0.3}, notes=[C, G])
    alone = [play(poly(tone, voices=3), values={"tone_level": 0.3}, notes=[note]) for note in (C, G)]
    assert np.abs(chord - np.sum(alone, axis=0)).max() < ROUNDING
    assert np.abs(alone[1]).max() == pytest.approx(0.3, abs=0.01)


# As a module.


def test_it_is_made_again_of_what_it_says() -> None:
    voice = poly(node(saw, "low", semitones=-12.0) >> ladder >> amp, voices=5, name="pad")
    again = module_of(voice.to_json())
    assert (again.name, again.parameters, again.varying) == (voice.name, voice.parameters, voice.varying)
    assert again.to_json() == voice.to_json()
    assert {p.name: p.default for p in again.parameters}["low_semitones"] == -12.0
    assert again.summary == "Up to 5 notes at once, each through low, ladder, amp."


def test_options_and_octaves_come_through() -> None:
    voice = poly(colour, voices=1)
    heard = play(voice, values={"colour_kind": "high", "colour_hz": 300.0}, notes=[C], n_samples=10)
    assert heard[0, 0] == pytest.approx(0.3 + 1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("voice", "said"),
    [
        (ladder, "ladder hears nothing: put a source before it"),
        (saw.part() + lfo.part(), "expected audio from a voice, but lfo gives control"),
    ],
)
def test_what_is_no_voice_is_refused(voice: Wirable, said: str) -> None:
    with pytest.raises(RackError, match=said):
        poly(voice)


@pytest.mark.parametrize("voices", [0, 33])
def test_too_few_and_too_many_voices_are_refused(voices: int) -> None:
    with pytest.raises(RackError, match=f"expected 1 to 32 voices, got {voices}"):
        poly(kick, voices)


def test_a_node_that_fails_is_named() -> None:
    with pytest.raises(RackError, match="poly: node bad gives NaN or infinite samples"):
        play(poly(bad), notes=[C])


def _mono(notes: list[Note]) -> Signal:
    return forked(Graph.of([saw >> amp]), context(RATE, notes=notes))


@module(level=knob(0.0, 0.0, 1.0), varying=("level",))
def _tone(pitch: Signal, *, level: Any, context: Context) -> Signal:
    """A sine."""
    return np.asarray(np.sin(2.0 * np.pi * np.cumsum(pitch[0]) / context.sample_rate) * level, np.float32)


@module(random=True)
def _hiss(*, context: Context) -> Signal:
    """Noise."""
    return np.asarray(0.1 * context.rng().standard_normal((2, context.n_samples)), np.float32)


@module(kind=choice("low", "high"), hz=knob(100.0, 20.0, 2000.0, "Hz", octaves=True))
def colour(*, kind: str, hz: float, context: Context) -> Signal:
    """A constant that says what came."""
    return np.full((2, context.n_samples), (kind == "high") + hz / 1000.0, np.float32)


@module()
def bad(*, context: Context) -> Signal:
    """Nothing good."""
    return np.full((2, context.n_samples), np.nan, np.float32)
