"""The instruments of a made-up track: one bar each, in a given key, with what rings after the bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from patchpilot.audio import F64
from patchpilot.modules import amp, hat, kick, ladder, noise, saw, snare, supersaw
from patchpilot.space import Note
from patchpilot.space.key import Key
from tracktruth import band
from tracktruth.desk import RATE, chords, context_of, levelled, played

TAIL_S = 1.0
PROGRESSIONS = {
    "minor": ((0, -4, 3, -2), (0, -4, -5, -2), (0, 0, -4, -2), (0, 3, -2, -4), (0, -5, -4, -2)),
    "major": ((0, -5, -3, 5), (0, 5, -3, -5), (0, -3, 5, -5), (0, 0, 5, -5)),
}
"""Roots of four chords in semitones from the tonic."""
BASS_STEPS = ((2, 6, 10, 14), (1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15), (2, 3, 6, 7, 10, 11, 14, 15))


@dataclass(frozen=True, eq=False)
class Parts:
    """Sounds of a track, float64 (2, n) each, to be placed anywhere.

    Attributes:
        kick: a stroke.
        clap: the same.
        hat: the same.
        ride: a quieter, closed hat.
        crash: a stroke of noise.
        bass: a bar of each chord.
        pad: the same.
        lead: the same, a melody.
        pluck: the same, in sixteenths.
    """

    kick: F64
    clap: F64
    hat: F64
    ride: F64
    crash: F64
    bass: tuple[F64, ...]
    pad: tuple[F64, ...]
    lead: tuple[F64, ...]
    pluck: tuple[F64, ...]


def parts_of(rng: np.random.Generator, bpm: float, key: Key, beats: int = 4) -> Parts:
    """Everything a track in a key at a tempo is made of, drawn at random.

    Args:
        rng: what draws.
        bpm: beats a minute.
        key: of all chords.
        beats: in a bar.
    """
    roots = PROGRESSIONS[key.scale][int(rng.integers(len(PROGRESSIONS[key.scale])))]
    steps = BASS_STEPS[int(rng.integers(len(BASS_STEPS)))]
    bar_s = beats * 60.0 / bpm
    shape = rng.permutation(12) % 3
    melody = [int(step) for step in sorted(rng.choice(4 * beats, size=5, replace=False))]
    values = {"cutoff": float(rng.uniform(2500.0, 7000.0)), "resonance": 0.15}
    wide = {"detune": float(rng.uniform(10.0, 30.0)), "width": float(rng.uniform(0.4, 0.9))}
    low = float(rng.uniform(300.0, 900.0))
    triads = [_triad(key, root) for root in roots]
    return Parts(
        _stroke(kick, **band.kick_of(rng)),
        _stroke(snare, snap=0.85, decay_ms=100.0, snap_ms=float(rng.uniform(120.0, 260.0))),
        _stroke(hat, decay_ms=float(rng.uniform(60.0, 200.0))),
        _stroke(hat, decay_ms=30.0, tune=1.3),
        _crash(),
        tuple(_bass(key.root + root, steps, bpm, bar_s, low) for root in roots),
        tuple(_pad(triad, bar_s, bpm, wide, values) for triad in triads),
        tuple(_lead(triad, melody, shape, bpm, bar_s, wide) for triad in triads),
        tuple(_pluck(triad, shape, bpm, bar_s) for triad in triads),
    )


def _triad(key: Key, root: int) -> tuple[int, int, int]:
    """The chord of the key on a root, MIDI notes about C4."""
    tones = sorted({(tone - key.root - root) % 12 for tone in key.tones})
    return tuple(60 + (key.root + root) % 12 + tones[k] for k in (0, 2, 4))  # type: ignore[return-value]


def _stroke(module: object, **values: Any) -> F64:
    sound = played(module, context_of([Note(60, 0.9, 0.0, 0.05)], 1.0, 120.0), **values)
    return np.ascontiguousarray(np.broadcast_to(sound, (2, RATE)))


def _crash() -> F64:
    context = context_of([Note(60, 0.9, 0.0, 2.0)], 3.0, 120.0, seed=5)
    fade = np.exp(-np.arange(3 * RATE) / (0.6 * RATE))
    return np.asarray(played(noise, context) * fade)


def _bass(root: int, steps: tuple[int, ...], bpm: float, bar_s: float, cutoff: float) -> F64:
    pitch = 29 + (root - 29) % 12
    inside = [step for step in steps if step * 15.0 / bpm < bar_s - 1e-6]
    notes = [Note(pitch, 0.9, n.start_s, n.hold_s) for n in band.hits(inside, 1, bpm)]
    context = context_of(notes, bar_s + TAIL_S, bpm)
    raw = played(ladder, context, played(saw, context), cutoff=cutoff, resonance=0.2)
    return levelled(played(amp, context, raw, decay_ms=150.0, sustain=0.6, release_ms=40.0), -20.0)


def _pad(
    triad: tuple[int, ...], bar_s: float, bpm: float, wide: dict[str, Any], values: dict[str, Any]
) -> F64:
    notes = [Note(pitch - 12 * (k == 0), 0.8, 0.0, bar_s) for k, pitch in enumerate(triad)]
    context = context_of(notes[:1], bar_s + TAIL_S, bpm)
    sound = chords(supersaw, notes, bar_s + TAIL_S, bpm, 3, **wide)
    shaped = played(amp, context, sound, attack_ms=20.0, sustain=1.0, release_ms=80.0)
    return levelled(played(ladder, context, shaped, **values), -20.0)


def _lead(
    triad: tuple[int, ...],
    melody: list[int],
    shape: np.ndarray,
    bpm: float,
    bar_s: float,
    wide: dict[str, Any],
) -> F64:
    step_s = 15.0 / bpm
    ends = [*melody[1:], round(bar_s / step_s)]
    notes = [
        Note(triad[int(shape[k])] + 12, 0.8, step * step_s, 0.9 * (end - step) * step_s)
        for k, (step, end) in enumerate(zip(melody, ends, strict=True))
    ]
    context = context_of(notes, bar_s + TAIL_S, bpm, seed=4)
    raw = played(supersaw, context, **wide)
    return levelled(
        played(amp, context, raw, attack_ms=3.0, decay_ms=300.0, sustain=0.5, release_ms=120.0), -20.0
    )


def _pluck(triad: tuple[int, ...], shape: np.ndarray, bpm: float, bar_s: float) -> F64:
    step_s = 15.0 / bpm
    notes = [
        Note(triad[int(shape[k % 12])] + 12, 0.8, k * step_s, 0.5 * step_s)
        for k in range(round(bar_s / step_s))
    ]
    context = context_of(notes, bar_s + TAIL_S, bpm)
    raw = played(ladder, context, played(saw, context), cutoff=4000.0, resonance=0.2)
    return levelled(played(amp, context, raw, decay_ms=150.0, sustain=0.2, release_ms=60.0), -22.0)
