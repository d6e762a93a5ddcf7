"""Arcs on Vital: what is asked for is heard, over the bars and within a note."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.instruments.vital.arcs import note_patch, remarks
from patchpilot.instruments.vital.preset import structure_key
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Note, Patch, Performance, Routing, Space
from patchpilot.space.arc import Arc

RATE = 44100
STILL = {"osc_1_random_phase": 0.0, "env_1_attack": 0.0, "env_1_release": 0.5}
FILTERED = {**STILL, "filter_1_on": 1.0, "filter_1_resonance": 0.2}
CUTOFF = "filter_1_cutoff"
F64 = npt.NDArray[np.float64]


def played(vital: Vital, patch: Patch, performance: Performance) -> F64:
    return np.asarray(vital.render(patch, performance).samples[0], np.float64)


def centroid(samples: F64, at_s: float, width_s: float = 0.1) -> float:
    """Hz, of the magnitudes around a time."""
    start = round((at_s - width_s / 2) * RATE)
    part = samples[start : start + round(width_s * RATE)]
    size = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    return float((size * np.fft.rfftfreq(len(part), 1 / RATE)).sum() / size.sum())


def semitones(samples: F64, hz: float) -> F64:
    """How far the fundamental is from `hz`, for each sample."""
    spectrum, f = np.fft.fft(samples), np.fft.fftfreq(len(samples), 1 / RATE)
    spectrum[(f < 0.7 * hz) | (f > 1.4 * hz)] = 0
    phase = np.unwrap(np.angle(np.fft.ifft(spectrum)))
    turns = np.maximum(np.gradient(phase) * RATE / (2 * np.pi), 1.0)  # in silence it may be anything
    return np.asarray(12 * np.log2(turns / hz))


def test_a_chord_holds_its_notes(vital: Vital, space: Space) -> None:
    patch = Patch.make(
        space, {**STILL, "osc_1_wave_frame": 0.0}, assets={"wavetable_1": built_in("Basic Shapes")}
    )
    chord = Performance(tuple(Note(pitch, 0.8, 0.25, 1.5) for pitch in (57, 61, 64)), 1.75)
    samples = played(vital, patch, chord)
    part = samples[-RATE:] * np.hanning(RATE)
    size = np.abs(np.fft.rfft(part))
    peaks = [k for k in range(2, 500) if size[k] == size[k - 2 : k + 3].max() and size[k] > 0.2 * size.max()]
    assert peaks[:3] == [220, 277, 330]
    assert not samples[: RATE // 4].any()


def test_an_eight_bar_arc_opens_the_filter_over_the_bars_and_within_long_notes(
    vital: Vital, space: Space
) -> None:
    """16 s at 120: a short note on each bar's first beat, a long one for bars 5 to 7."""
    short = [Note(45, 0.8, 2.0 * bar, 0.3) for bar in (0, 1, 2, 3, 7)]
    phrase = Performance((*short, Note(45, 0.8, 8.0, 5.5)), 16.0, tempo_bpm=120.0)
    patch = Patch.make(space, {**FILTERED, CUTOFF: 40.0})
    arc = Arc(CUTOFF, ((0.0, 40.0), (8.0, 110.0)))
    moving = played(vital, patch, dataclasses.replace(phrase, arcs=(arc,)))
    still = played(vital, patch, phrase)
    times = [0.2, 2.2, 4.2, 6.2, 9.0, 10.0, 11.0, 12.0, 13.0, 14.2]
    heard = [centroid(moving, at_s) for at_s in times]
    before = [centroid(still, at_s) for at_s in times]
    assert max(before) < 1.02 * min(before)
    assert heard[0] == pytest.approx(before[0], rel=0.05)
    assert all(b > 1.1 * a for a, b in itertools.pairwise(heard[:9]))
    assert heard[-1] > 6 * before[-1]
    # And it is the cutoff that the arc says: that of a patch which has that value all the time.
    for at_s, value in zip(times, heard, strict=True):
        constant = patch.changed(space, {CUTOFF: float(arc.at(at_s / 2.0))})
        start_s = max(note.start_s for note in phrase.notes if note.start_s <= at_s)
        alone = Performance((Note(45, 0.8, 0.0, 5.5),), at_s - start_s + 0.2)
        assert value == pytest.approx(centroid(played(vital, constant, alone), at_s - start_s), rel=0.03)


TUNES = [
    Arc("osc_1_tune", ((0.0, -0.8), (0.5, 0.9))),
    Arc("osc_1_tune", ((0.0, 0.8), (0.3, -0.9), (0.7, 0.1))),
    Arc("osc_1_tune", ((0.0, 0.2), (0.3, -0.6), (0.6, 0.5)), "hold"),
    Arc("osc_1_tune", ((0.0, 0.05), (0.9, 0.95)), "exponential"),
    Arc("osc_1_tune", ((0.0, -0.5), (0.2, 0.6), (0.5, 0.1), (0.9, 0.4)), "spline"),
    Arc("osc_1_tune", ((0.0, -0.5), (0.9, 0.5)), "walk", spread=0.3, seed=2),
]


@pytest.mark.parametrize("arc", TUNES, ids=lambda arc: arc.shape)
def test_within_a_note_the_lfo_is_the_arc(vital: Vital, space: Space, arc: Arc) -> None:
    """Heard as pitch, whose curve can be read to a cent or so; a range of 2 semitones."""
    note = Note(81, 0.8, 0.25, 1.4)
    samples = played(vital, Patch.make(space, STILL), Performance((note,), 2.0, tempo_bpm=120.0, arcs=(arc,)))
    bars = np.arange(len(samples)) / RATE / 2.0
    wanted = np.clip(arc.at(bars), -1.0, 1.0)
    error = np.abs(semitones(samples, 880.0) - wanted)
    jump = np.abs(np.gradient(wanted)) > 0.01
    near = np.convolve(jump, np.ones(3000), "same") > 0
    sounding = (bars > 0.16) & (bars < 0.8) & ~near
    assert error[sounding].max() < 0.05
    assert np.sqrt(np.mean(error[sounding] ** 2)) < 0.01
    assert np.ptp(wanted[sounding]) > 0.4


def test_it_is_followed_in_the_release_too(vital: Vital, space: Space) -> None:
    patch = Patch.make(space, {**STILL, "env_1_release": 1.2})
    arc = Arc("osc_1_tune", ((0.0, -1.0), (1.0, 1.0)))
    samples = played(vital, patch, Performance((Note(81, 0.8, 0.0, 0.3),), 2.0, tempo_bpm=120.0, arcs=(arc,)))
    at_s = np.array([0.5, 0.8, 1.1])
    np.testing.assert_allclose(semitones(samples, 880.0)[(at_s * RATE).astype(int)], at_s - 1.0, atol=0.03)


def test_values_where_nothing_moves_are_those_of_a_patch_that_has_them(vital: Vital, space: Space) -> None:
    """A note each step of a staircase: the same bytes as each value by itself."""
    steps = Arc(CUTOFF, ((0.0, 50.0), (0.25, 70.0), (0.5, 90.0)), "hold")
    notes = tuple(Note(48, 0.8, 0.5 * k, 0.2) for k in range(3))
    patch = Patch.make(space, FILTERED)
    phrase = vital.render(patch, Performance(notes, 1.5, tempo_bpm=120.0, arcs=(steps,))).samples
    expected = np.zeros_like(phrase)
    for k, value in enumerate((50.0, 70.0, 90.0)):
        own = patch.changed(space, {CUTOFF: value})
        alone = Performance((Note(48, 0.8, 0.0, 0.2),), 1.5 - 0.5 * k, tempo_bpm=120.0)
        expected[:, round(0.5 * k * RATE) :] += vital.render(own, alone).samples
    np.testing.assert_array_equal(phrase, expected)


def test_an_effect_that_all_voices_share_follows_and_stays(vital: Vital, space: Space) -> None:
    values = {**STILL, "filter_fx_on": 1.0, "delay_on": 1.0, "delay_dry_wet": 0.7, "delay_feedback": 0.95}
    arc = Arc("filter_fx_cutoff", ((0.0, 40.0), (0.45, 100.0)))
    note = Performance((Note(48, 0.8, 0.0, 0.9),), 2.5, tempo_bpm=120.0)
    moving = played(vital, Patch.make(space, values), dataclasses.replace(note, arcs=(arc,)))
    high = played(vital, Patch.make(space, {**values, "filter_fx_cutoff": 100.0}), note)
    low = played(vital, Patch.make(space, {**values, "filter_fx_cutoff": 40.0}), note)
    assert centroid(moving, 0.1) < 1.3 * centroid(low, 0.1)
    for at_s in (1.2, 2.2):
        assert centroid(moving, at_s) == pytest.approx(centroid(high, at_s), rel=0.02)


def test_the_bytes_depend_on_neither_order_nor_workers(vital: Vital, space: Space) -> None:
    patch = Patch.make(space, {**FILTERED, "osc_1_random_phase": 1.0})
    notes = tuple(Note(pitch, 0.8, 0.2 * k, 0.3) for k, pitch in enumerate((48, 55, 60)))
    arcs = (Arc(CUTOFF, ((0.0, 40.0), (0.4, 100.0))), Arc("osc_1_pan", ((0.0, -1.0), (0.4, 1.0)), "spline"))
    phrase = Performance(notes, 1.0, tempo_bpm=120.0, arcs=arcs)
    plain = dataclasses.replace(phrase, arcs=())
    first = dict(vital.stream([(patch, phrase), (patch, plain)]))
    second = dict(vital.stream([(patch, plain), (patch, phrase)]))
    with Vital(workers=1, fork=False) as other:
        third = other.render(patch, phrase)
    assert isinstance(first[0], Audio)
    assert isinstance(second[1], Audio)
    assert isinstance(first[1], Audio)
    assert first[0].samples.tobytes() == second[1].samples.tobytes() == third.samples.tobytes()
    assert first[0].samples.tobytes() != first[1].samples.tobytes()


# What each note is played with: no engine needed


def turned(space: Space, patch: Patch, arcs: Sequence[Arc], note: Note | None = None) -> Patch:
    note = note or Note(48, 0.8, 0.0, 1.0)
    return note_patch(space, patch, Performance((note,), 8.0, tempo_bpm=120.0, arcs=tuple(arcs)), note)


def test_without_arcs_a_note_is_played_with_the_patch_itself(space: Space) -> None:
    patch = Patch.make(space)
    assert turned(space, patch, ()) is patch


def test_notes_of_one_straight_arc_share_what_the_engine_has_loaded(space: Space) -> None:
    arcs = [Arc(CUTOFF, ((0.0, 100.0), (4.0, 20.0))), Arc("osc_1_level", ((0.5, 0.1), (3.5, 0.9)))]
    notes = [Note(48, 0.8, start_s, hold_s) for start_s, hold_s in ((1.0, 0.3), (2.25, 1.0), (4.0, 0.7))]
    made = [turned(space, Patch.make(space), arcs, note) for note in notes]
    assert len({structure_key(patch) for patch in made}) == 1
    assert len({patch.sha256 for patch in made}) == 3


def test_the_tempo_is_the_performances_or_the_patchs_own(space: Space) -> None:
    note, arc = Note(48, 0.8, 2.0, 0.1), Arc("osc_1_wave_frame", ((0.0, 0.0), (1.0, 200.0)), "linear")
    slow = Patch.make(space, {"beats_per_minute": 1.0})
    for patch, tempo_bpm, value in (
        (slow, None, 100.0),
        (slow, 120.0, 200.0),
        (Patch.make(space), None, 200.0),
    ):
        phrase = Performance((note,), 4.0, tempo_bpm=tempo_bpm, arcs=(arc,))
        assert note_patch(space, patch, phrase, note).values["osc_1_wave_frame"] == pytest.approx(value)


def test_only_lfos_that_nothing_touches_are_taken_and_the_arc_that_moves_most_comes_first(
    space: Space,
) -> None:
    used = [Routing(f"lfo_{n}", "osc_1_pan", 0.1) for n in (1, 2, 3, 5, 8)]
    patch = Patch.make(space, routings=[*used, Routing("env_2", "lfo_7_frequency", 0.1)])
    arcs = [
        Arc(CUTOFF, ((0.0, 40.0), (4.0, 50.0))),
        Arc("osc_1_level", ((0.0, 0.0), (4.0, 1.0))),
        Arc("lfo_4_frequency", ((0.0, 0.0), (4.0, 1.0))),
    ]
    note = Note(48, 0.8, 0.0, 1.0)
    phrase = Performance((note,), 8.0, tempo_bpm=120.0, arcs=tuple(arcs))
    added = set(note_patch(space, patch, phrase, note).routings) - set(patch.routings)
    assert {(r.source, r.destination) for r in added} == {("lfo_6", "osc_1_level")}
    said = remarks(space, patch, phrase)
    assert len(said) == 2
    assert all("set at each note-on and stays so within a note: no LFO and slot" in text for text in said)


def test_where_the_matrix_is_full_values_are_taken_at_note_on(space: Space) -> None:
    full = [Routing("env_2", name, 0.1) for name in space.routing.destinations[:64]]  # type: ignore[union-attr]
    patch = Patch.make(space, routings=full)
    made = turned(space, patch, [Arc("osc_1_level", ((0.0, 0.25), (4.0, 1.0)))])
    assert made.routings == patch.routings
    assert made.values["osc_1_level"] == 0.25


def test_what_cannot_be_modulated_is_taken_at_note_on_and_that_is_said(space: Space) -> None:
    arcs = (
        Arc("env_1_release_power", ((0.0, -5.0), (4.0, 5.0))),
        Arc("osc_1_transpose", ((0.0, -12.0), (4.0, 12.0))),
    )
    late = Note(48, 0.8, 2.6, 1.0)
    made = turned(space, Patch.make(space), arcs, late)
    assert made.routings == ()
    assert made.values["osc_1_transpose"] == -4.0
    assert made.values["env_1_release_power"] == pytest.approx(-1.75)
    said = remarks(space, Patch.make(space), Performance((late,), 8.0, arcs=arcs))
    assert [text.split(": ")[1] for text in said] == ["Vital cannot modulate it", "it is a whole number"]
    assert said[0].startswith("env_1_release_power is set at each note-on and stays so within a note")
    assert (
        remarks(space, Patch.make(space), Performance((late,), 8.0, arcs=(Arc(CUTOFF, ((0, 40), (1, 50))),)))
        == ()
    )


def test_the_amount_of_a_routing_moves_too(space: Space) -> None:
    patch = Patch.make(space, routings=[Routing("env_2", CUTOFF, 0.2), Routing("lfo_1", "osc_1_pan", 0.3)])
    made = turned(space, patch, [Arc("modulation_1_amount", ((0.0, -0.5), (0.5, 0.5)))])
    aimed = next(r for r in made.routings if r.source == "lfo_8")
    assert aimed.target is not None
    moved = made.routings[aimed.target]
    assert (moved.source, moved.destination, moved.amount) == ("env_2", CUTOFF, -0.5)
    assert aimed.amount == pytest.approx(0.5)


@pytest.mark.parametrize("hold_s", [0.0, 120.0])
def test_the_shortest_and_the_longest_note_have_an_lfo_in_its_range(space: Space, hold_s: float) -> None:
    note = Note(48, 0.8, 0.0, hold_s)
    patch = Patch.make(space, {"env_1_release": 0.0})
    phrase = Performance(
        (note,), 120.0, tempo_bpm=300.0, arcs=(Arc(CUTOFF, ((0, 40), (0.001, 100), (30, 50))),)
    )
    frequency = note_patch(space, patch, phrase, note).values["lfo_8_frequency"]
    assert space["lfo_8_frequency"].minimum <= frequency <= space["lfo_8_frequency"].maximum
    assert frequency == pytest.approx(-math.log2(max(hold_s, 0.01)), abs=1e-5)


@pytest.mark.parametrize(
    ("arc", "words"),
    [
        (
            Arc("filter_1_cutof", ((0, 50),)),
            "an arc moves what is not there: .* did you mean filter_1_cutoff",
        ),
        (
            Arc(CUTOFF, ((0, 1000),)),
            r"the arc of filter_1_cutoff: expected stored values from 8 to 136 .*1000 at bar 0",
        ),
        (Arc("modulation_1_amount", ((0, 0.1),)), "but the patch has 0 routings, each with amount, power"),
        (Arc("beats_per_minute", ((0, 2),)), "no arc can move beats_per_minute: bars are counted"),
    ],
)
def test_an_arc_that_cannot_be_is_one_error_in_its_place(
    vital: Vital, space: Space, arc: Arc, words: str
) -> None:
    note, patch = Performance.one_note(48, hold_s=0.1, length_s=0.2), Patch.make(space)
    pairs = [(patch, note), (patch, dataclasses.replace(note, arcs=(arc,))), (patch, note)]
    results = vital.render_many(pairs)
    assert isinstance(results[0], Audio)
    assert isinstance(results[2], Audio)
    with pytest.raises(EngineError, match=words):
        vital.render(*pairs[1])
    assert isinstance(results[1], EngineError)
