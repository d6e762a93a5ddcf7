"""Basses, pads, leads and drums of a bar or more, drawn by a seed: what surrounds what is to be detected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchpilot.audio import F64
from patchpilot.modules import amp, hat, kick, ladder, saw, snare, supersaw
from patchpilot.space import Note
from tracktruth.desk import RATE, chords, context_of, levelled, played

STEPS = 16
"""Of a bar of four beats."""
MINOR = ((0, 3, 7), (-4, 0, 3), (-7, -4, 0), (-2, 2, 5))
"""Triads of a minor key that follow one another, semitones from its tonic."""


def hits(
    steps: Sequence[int], bars: int, bpm: float, velocity: float = 0.9, swing: float = 0.0
) -> list[Note]:
    """A pattern in sixteenths of one bar, repeated; odd steps come late by the part `swing` of a step."""
    step_s = 15.0 / bpm
    late = [swing * (step % 2) for step in steps]
    return [
        Note(60, velocity, (bar * STEPS + step + delay) * step_s, step_s / 2.0)
        for bar in range(bars)
        for step, delay in zip(steps, late, strict=True)
    ]


def stroke(module: object, notes: Sequence[Note], length_s: float, bpm: float, **values: float) -> F64:
    """A drum, float64 (2, n); silence without notes."""
    if not notes:
        return np.zeros((2, round(length_s * RATE)))
    return np.broadcast_to(
        played(module, context_of(notes, length_s, bpm), **values), (2, round(length_s * RATE))
    )


def kick_of(rng: np.random.Generator) -> dict[str, float]:
    """A kick of dance music."""
    return {
        "tune": rng.uniform(42.0, 60.0),
        "sweep": rng.uniform(1.5, 3.5),
        "sweep_ms": rng.uniform(12.0, 40.0),
        "decay_ms": rng.uniform(180.0, 420.0),
        "click": rng.uniform(0.05, 0.5),
    }


def drums(rng: np.random.Generator, bars: int, bpm: float, length_s: float) -> tuple[F64, F64, F64]:
    """Kick on all beats, claps, hats; each float64 (2, n)."""
    kicks = stroke(kick, hits((0, 4, 8, 12), bars, bpm), length_s, bpm, **kick_of(rng))
    clap = stroke(snare, hits((4, 12), bars, bpm), length_s, bpm, snap=0.8, decay_ms=120.0)
    hats = stroke(hat, hits((2, 6, 10, 14), bars, bpm), length_s, bpm, decay_ms=rng.uniform(60.0, 200.0))
    aside = np.array([[1.0], [rng.uniform(0.3, 1.0)]])
    return levelled(kicks, -14.0), levelled(clap, -24.0), levelled(hats * aside, rng.uniform(-30.0, -24.0))


def pad_notes(rng: np.random.Generator, bars: int, bpm: float, tonic: int) -> list[Note]:
    """A triad a bar."""
    bar_s = 240.0 / bpm
    first = int(rng.integers(len(MINOR)))
    return [
        Note(tonic + tone, 0.8, bar * bar_s, bar_s * 0.999)
        for bar in range(bars)
        for tone in MINOR[(first + bar) % len(MINOR)]
    ]


def pad(rng: np.random.Generator, bars: int, bpm: float, length_s: float) -> F64:
    """Held chords of a wide supersaw, float64 (2, n)."""
    notes = pad_notes(rng, bars, bpm, int(rng.integers(55, 66)))
    sound = chords(
        supersaw, notes, length_s, bpm, int(rng.integers(1 << 30)),
        detune=rng.uniform(8.0, 30.0), width=rng.uniform(0.3, 1.0),
    )  # fmt: skip
    context = context_of(notes, length_s, bpm)
    return levelled(played(ladder, context, sound, cutoff=rng.uniform(1500.0, 9000.0), resonance=0.1), -20.0)


def rolling_bass(rng: np.random.Generator, bars: int, bpm: float, length_s: float) -> F64:
    """A bass in sixteenths or on the off-beats, mono, float64 (2, n)."""
    steps = ((1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15), (2, 6, 10, 14), (2, 3, 6, 7, 10, 11, 14, 15))
    tonic = int(rng.integers(31, 43))
    chosen = steps[int(rng.integers(len(steps)))]
    notes = [Note(tonic, 0.9, n.start_s, n.hold_s) for n in hits(chosen, bars, bpm)]
    context = context_of(notes, length_s, bpm)
    raw = played(ladder, context, played(saw, context), cutoff=rng.uniform(300.0, 1200.0), resonance=0.2)
    return levelled(played(amp, context, raw, decay_ms=150.0, sustain=0.6, release_ms=40.0), -18.0)


def arpeggio(rng: np.random.Generator, bars: int, bpm: float, length_s: float) -> F64:
    """A pluck in sixteenths over the chords, wide or not, float64 (2, n)."""
    step_s = 15.0 / bpm
    tonic = int(rng.integers(67, 78))
    shape = rng.permutation(3)
    notes = [
        Note(tonic + MINOR[(k // STEPS) % 4][int(shape[k % 3])], 0.8, k * step_s, step_s * 0.6)
        for k in range(STEPS * bars)
    ]
    context = context_of(notes, length_s, bpm)
    source = played(supersaw, context, width=rng.uniform(0.0, 1.0), detune=12.0)
    raw = played(ladder, context, source, cutoff=rng.uniform(1500.0, 6000.0), resonance=0.2)
    return levelled(played(amp, context, raw, decay_ms=200.0, sustain=0.2, release_ms=60.0), -26.0)
