"""Lines of a TB-303 whose sweep, resonance, glides and accents are known, and other basses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.modules import fm, glide, ladder, lfo, pluck, pulse, saw, sine, supersaw
from patchpilot.space import Note
from patchpilot.tracks import Grid
from tracktruth import band
from tracktruth.desk import RATE, audio_of, context_of, levelled, played

BARS = 8
OTHERS = (
    "sub",
    "rolling",
    "off-beat",
    "reese",
    "fm",
    "pluck",
    "wobble",
    "gliding sine",
    "plain saw",
    "square lead",
)


@dataclass(frozen=True)
class Acid:
    """How a line is played, each from nothing to all of it.

    Attributes:
        sweep: octaves by which the filter's envelope moves its cutoff.
        resonance: of the ladder, 0..0.95.
        glide: share of the notes that slide from the one before.
        accent: how much louder and brighter accented notes are, 0..1.
    """

    sweep: float = 3.0
    resonance: float = 0.8
    glide: float = 0.3
    accent: float = 0.7


@dataclass(frozen=True, eq=False)
class AcidCase:
    """A bass line, alone and with drums."""

    stem: Audio
    mix: Audio
    grid: Grid
    is_acid: bool
    kind: str
    acid: Acid | None


def case(
    seed: int, is_acid: bool | None = None, acid: Acid | None = None, kind: str | None = None
) -> AcidCase:
    """Eight bars drawn by a seed.

    Args:
        seed: of all that is drawn.
        is_acid: drawn where None and neither `acid` nor `kind` says it.
        acid: how the line is played; drawn where None.
        kind: one of `OTHERS`.
    """
    rng = np.random.default_rng([seed, 5])
    bpm = round(float(rng.uniform(126.0, 146.0)), 2)
    length_s = BARS * 240.0 / bpm
    chosen = acid is not None or (kind is None and (bool(rng.random() < 0.5) if is_acid is None else is_acid))
    if chosen:
        drawn = Acid(
            rng.uniform(1.5, 4.0), rng.uniform(0.6, 0.93), rng.uniform(0.15, 0.5), rng.uniform(0.4, 1.0)
        )
        acid, kind = acid or drawn, "303"
        sound = line(rng, acid, bpm, length_s)
    else:
        kind = kind or str(rng.choice(OTHERS))
        sound = _other(rng, kind, bpm, length_s)
    stem = levelled(sound, -18.0)
    mix = audio_of(stem, *band.drums(rng, BARS, bpm, length_s))
    return AcidCase(
        audio_of(stem), mix, Grid(bpm, 0.0, 0.0, 4, length_s), chosen, kind, acid if chosen else None
    )


def line(rng: np.random.Generator, acid: Acid, bpm: float, length_s: float) -> F64:
    """A pattern of sixteenths through saw or square and ladder, float64 (2, n)."""
    step_s, tonic = 15.0 / bpm, int(rng.integers(38, 48))
    pitches = tonic + rng.choice((0, 0, 0, 12, 3, 7, 10, -2), size=16)
    rests, slides, accents = rng.random(16) < 0.15, rng.random(16), rng.random(16) < 0.35
    slid = (slides < acid.glide) & ~rests
    notes, glides = [], []
    for k in range(16 * BARS):
        at = k % 16
        if rests[at]:
            continue
        ties = bool(slid[(at + 1) % 16])
        notes.append(Note(int(pitches[at]), 0.8, k * step_s, step_s * (1.0 if ties else 0.55)))
        glides.append((k * step_s, bool(slid[at]), bool(accents[at])))
    context = context_of(notes, length_s, bpm)
    hertz = _slid(context.n_samples, notes, [g for _, g, _ in glides])
    level, octaves = _envelopes(context.n_samples, glides, notes, acid)
    source = saw if rng.random() < 0.7 else pulse
    raw = played(source, context, controls={"pitch": hertz[None], "gate": np.ones((1, context.n_samples))})
    base = rng.uniform(200.0, 500.0)
    cutoff = np.minimum(base * 2.0**octaves, 15_000.0).astype(np.float32)
    made = played(
        ladder, context, np.broadcast_to(raw, (2, context.n_samples)), cutoff=cutoff, resonance=acid.resonance
    )
    return made * level


def _slid(n: int, notes: list[Note], slides: list[bool]) -> F64:
    """Hz of each sample: at once, or within 60 ms."""
    octaves = np.zeros(n)
    before = float(notes[0].pitch)
    for note, slides_here in zip(notes, slides, strict=True):
        first = round(note.start_s * RATE)
        since = np.arange(n - first) / RATE
        octaves[first:] = note.pitch + (
            (before - note.pitch) * np.exp(-since / 0.022) if slides_here else 0.0
        )
        before = float(note.pitch)
    return np.asarray(440.0 * 2.0 ** ((octaves - 69.0) / 12.0))


def _envelopes(
    n: int, marks: list[tuple[float, bool, bool]], notes: list[Note], acid: Acid
) -> tuple[F64, F64]:
    """Level, and octaves of the cutoff above its base; a slid note sets off neither."""
    level, octaves = np.zeros(n), np.zeros(n)
    for note, (start_s, slides_here, accented) in zip(notes, marks, strict=True):
        first, last = round(start_s * RATE), min(n, round((start_s + note.hold_s) * RATE))
        more = acid.accent if accented else 0.0
        since = np.arange(n - first) / RATE
        if not slides_here:
            octaves[first:] = (acid.sweep + 1.5 * more) * np.exp(-since / (0.18 - 0.1 * more))
        loud = 10.0 ** (6.0 * more / 20.0)
        level[first:last] = loud
        level[last:] = loud * np.exp(-np.arange(n - last) / RATE / 0.006)
    smooth = np.convolve(level, np.ones(100) / 100.0, mode="same")
    return np.asarray(smooth), octaves


def _other(rng: np.random.Generator, kind: str, bpm: float, length_s: float) -> F64:
    """A bass that is no acid line."""
    step_s, tonic = 15.0 / bpm, int(rng.integers(33, 46))
    if kind in ("rolling", "off-beat"):
        return band.rolling_bass(rng, BARS, bpm, length_s)
    every = {"sub": 16, "reese": 16, "wobble": 16, "gliding sine": 4, "plain saw": 2, "square lead": 2}.get(
        kind, 1
    )
    up = 24 if kind == "square lead" else 0
    notes = [
        Note(
            tonic + up + int(rng.choice((0, 0, 3, 7))),
            float(rng.uniform(0.6, 1.0)),
            k * step_s,
            every * step_s * 0.9,
        )
        for k in range(0, 16 * BARS, every)
    ]
    context = context_of(notes, length_s, bpm, int(rng.integers(1 << 30)))
    if kind in ("sub", "gliding sine"):
        slid = {"pitch": played(glide, context, time_ms=120.0)[:1]} if kind == "gliding sine" else {}
        return _wide(played(sine, context, controls=slid))
    if kind == "fm":
        return _wide(played(fm, context, ratio=1.0, index=float(rng.uniform(1.0, 4.0))))
    if kind == "pluck":
        return _wide(played(pluck, context))
    source = played(supersaw, context, detune=25.0, width=0.3) if kind == "reese" else played(saw, context)
    cutoff: float | F64 = float(rng.uniform(400.0, 2500.0))
    if kind == "wobble":
        wave = played(lfo, context, rhythm="1/8", depth=1.0)[0]
        cutoff = np.asarray(500.0 * 2.0 ** (1.3 * wave), np.float32)
    return _wide(
        played(ladder, context, _wide(source), cutoff=cutoff, resonance=float(rng.uniform(0.0, 0.35)))
    )


def _wide(sound: F64) -> F64:
    return np.asarray(np.broadcast_to(sound, (2, sound.shape[1])))
