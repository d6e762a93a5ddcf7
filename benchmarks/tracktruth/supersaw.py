"""Supersaws of known detune and voices: the racks' module, saws beside one another, and real Vital's unison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.instruments.base import Instrument
from patchpilot.modules import ladder, saw, supersaw
from patchpilot.space import Note, Patch, Performance
from patchpilot.tracks import Grid
from tracktruth import band
from tracktruth.desk import RATE, audio_of, context_of, levelled, played

BARS = 6
KINDS = ("module", "saws", "one saw")
MODULE_VOICES = 7


@dataclass(frozen=True, eq=False)
class SupersawCase:
    """A lead or chords, and what they are made of.

    Attributes:
        stem: alone.
        mix: with drums and a bass.
        grid: its beats.
        detune_cents: how far the outermost voices are from the middle; 0 of a single saw.
        voices: how many.
        correlation: of left with right, of the stem above 250 Hz, -1..1.
    """

    stem: Audio
    mix: Audio
    grid: Grid
    detune_cents: float
    voices: int
    kind: str


def case(seed: int, kind: str | None = None, detune_cents: float | None = None) -> SupersawCase:
    """A line or chords of a rack, drawn by a seed.

    Args:
        seed: of all that is drawn.
        kind: one of `KINDS`; drawn where None.
        detune_cents: of the outermost voices; 5 to 50 where None.
    """
    rng = np.random.default_rng([seed, 3])
    bpm = round(float(rng.uniform(126.0, 150.0)), 2)
    length_s = BARS * 240.0 / bpm
    kind = kind or str(rng.choice(KINDS, p=(0.45, 0.4, 0.15)))
    cents = float(rng.uniform(5.0, 50.0)) if detune_cents is None else detune_cents
    notes = (
        band.pad_notes(rng, BARS, bpm, int(rng.integers(55, 72))) if rng.random() < 0.5 else _line(rng, bpm)
    )
    voices = int(rng.integers(2, 10))
    seeds = [int(x) for x in rng.integers(1 << 30, size=64)]
    sound = np.zeros((2, round(length_s * RATE)))
    for number, lane in enumerate(_lanes(notes)):
        context = context_of(lane, length_s, bpm, seeds[number])
        if kind == "module":
            sound += played(supersaw, context, detune=cents, width=rng.uniform(0.3, 1.0))
        else:
            sound += _saws(lane, length_s, bpm, voices if kind == "saws" else 1, cents, seeds)
    context = context_of(notes, length_s, bpm)
    stem = levelled(
        played(ladder, context, sound, cutoff=rng.uniform(5000.0, 15_000.0), resonance=0.1), -18.0
    )
    count = {"module": MODULE_VOICES, "saws": voices}.get(kind, 1)
    return _case(rng, stem, bpm, cents if count > 1 else 0.0, count, kind)


def vital_case(vital: Instrument, seed: int, detune: float, voices: int) -> SupersawCase:
    """A line through Vital's unison.

    Args:
        vital: the instrument.
        seed: of the line.
        detune: Vital's own value of the knob d, 0..10. Measured on partials of held notes (2, 3, 4, 5 and 7 voices,
            d of 1 to 6, detune range 2, power 1.5): the outermost voices lie 2 d² cents to either side, those
            within at (exp(1.5 t) - 1) / (exp(1.5) - 1) of that, t from 0 to 1 in equal steps from the middle.
        voices: 2 to 16.
    """
    rng = np.random.default_rng([seed, 4])
    bpm = round(float(rng.uniform(126.0, 150.0)), 2)
    length_s = BARS * 240.0 / bpm
    patch = Patch.make(
        vital.space,
        {"osc_1_unison_voices": float(voices), "osc_1_unison_detune": detune, "osc_1_wave_frame": 128.0},
    )
    notes = _line(rng, bpm)
    audio = vital.render(patch, Performance(tuple(notes), length_s, RATE, bpm, engine_seed=seed % 256))
    stem = levelled(np.asarray(audio.samples, np.float64), -18.0)
    return _case(rng, stem, bpm, detune**2 / 100.0 * 200.0, voices, "vital")


def _case(
    rng: np.random.Generator, stem: F64, bpm: float, cents: float, voices: int, kind: str
) -> SupersawCase:
    length_s = stem.shape[1] / RATE
    others = [*band.drums(rng, BARS, bpm, length_s), band.rolling_bass(rng, BARS, bpm, length_s)]
    return SupersawCase(
        audio_of(stem), audio_of(stem, *others), Grid(bpm, 0.0, 0.0, 4, length_s), cents, voices, kind
    )


def _line(rng: np.random.Generator, bpm: float) -> list[Note]:
    """A melody in eighths to halves."""
    tonic, at, notes = int(rng.integers(57, 74)), 0.0, []
    while at < 4 * BARS - 0.1:
        beats = float(rng.choice((0.5, 1.0, 2.0)))
        pitch = tonic + int(rng.choice((0, 2, 3, 5, 7, 8, 10)))
        notes.append(Note(pitch, 0.8, at * 60.0 / bpm, min(beats, 4 * BARS - at) * 60.0 / bpm * 0.98))
        at += beats
    return notes


def _lanes(notes: Sequence[Note]) -> list[list[Note]]:
    """Notes of lines that overlap with none of their own."""
    lanes: list[list[Note]] = []
    for note in sorted(notes, key=lambda n: (n.start_s, n.pitch)):
        free = next(
            (lane for lane in lanes if lane[-1].start_s + lane[-1].hold_s <= note.start_s + 1e-6), None
        )
        if free is None:
            lanes.append([note])
        else:
            free.append(note)
    return lanes


def _saws(
    notes: list[Note], length_s: float, bpm: float, voices: int, cents: float, seeds: Sequence[int]
) -> F64:
    """Single saws evenly apart, alternately to either side."""
    out = np.zeros((2, round(length_s * RATE)))
    for voice in range(voices):
        at = 2.0 * voice / (voices - 1) - 1.0 if voices > 1 else 0.0
        lead = int(seeds[voice] % 400)
        context = context_of(notes, length_s + lead / RATE, bpm)
        made = played(saw, context, cents=at * cents)[:, lead:][:, : out.shape[1]]
        turn = np.pi / 4.0 * (1.0 + 0.7 * (at if voice % 2 else -at))
        out += np.array([[np.cos(turn)], [np.sin(turn)]]) * made[:1]
    return out
