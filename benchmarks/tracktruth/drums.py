"""Drum patterns: some with a kick on all beats, some with off-beat hats, alone and in music."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.modules import amp, hat, kick, ladder, saw, snare
from patchpilot.space import Note
from patchpilot.tracks import Grid
from tracktruth import band
from tracktruth.desk import audio_of, levelled

BARS = 12
FOUR = {
    "plain": (0, 4, 8, 12),
    "with a pick-up": (0, 4, 8, 12, 15),
    "with a syncope": (0, 4, 8, 11, 12),
}
"""Sixteenths with a kick."""
OTHER_KICKS = {
    "rock": (0, 8),
    "breakbeat": (0, 2, 10),
    "amen": (0, 2, 10, 11),
    "half time": (0,),
    "two step": (0, 10),
    "dembow": (0, 3, 8, 11),
    "electro": (0, 6, 10),
    "tresillo": (0, 3, 6, 8, 11, 14),
}
OFFBEAT = ("open", "open over sixteenths", "closed")
OTHER_HATS = ("eighths", "sixteenths", "quarters", "uneven sixteenths", "none", "triplets")


@dataclass(frozen=True, eq=False)
class DrumCase:
    """A beat, alone or in a mix, and what is true of it."""

    mix: Audio
    drums: Audio
    grid: Grid
    kicks: str
    hats: str
    is_four: bool
    is_offbeat: bool


def case(seed: int, kicks: str | None = None, hats: str | None = None) -> DrumCase:
    """Twelve bars drawn by a seed; the grid is up to 15 ms off.

    Args:
        seed: of all that is drawn.
        kicks: a pattern of `FOUR` or `OTHER_KICKS`; drawn where None.
        hats: of `OFFBEAT` or `OTHER_HATS`; drawn where None.
    """
    rng = np.random.default_rng([seed, 2])
    bpm = round(float(rng.uniform(120.0, 150.0)), 2)
    length_s = BARS * 240.0 / bpm
    kicks = kicks or str(rng.choice(list(FOUR) if rng.random() < 0.5 else list(OTHER_KICKS)))
    hats = hats or str(rng.choice(OFFBEAT if rng.random() < 0.5 else OTHER_HATS))
    beat = band.stroke(
        kick, _with_fills({**FOUR, **OTHER_KICKS}[kicks], bpm), length_s, bpm, **band.kick_of(rng)
    )
    clap = band.stroke(snare, band.hits((4, 12), BARS, bpm), length_s, bpm, snap=0.8, decay_ms=120.0)
    cymbals = _hats(rng, hats, bpm, length_s)
    heard = [levelled(beat, -14.0), levelled(clap, rng.uniform(-28.0, -20.0)), cymbals]
    music = [band.pad(rng, BARS, bpm, length_s), _bass(rng, bpm, length_s)]
    music.append(band.arpeggio(rng, BARS, bpm, length_s))
    off_s = float(rng.uniform(-0.015, 0.015)) % (60.0 / bpm)
    grid = Grid(bpm, off_s, off_s % (240.0 / bpm) if off_s < 0.02 else off_s + 180.0 / bpm, 4, length_s)
    return DrumCase(
        audio_of(*heard, *music), audio_of(*heard), grid, kicks, hats, kicks in FOUR, hats in OFFBEAT
    )


def _with_fills(steps: tuple[int, ...], bpm: float) -> list[Note]:
    """A pattern whose every eighth bar has no kick in its second half."""
    notes = band.hits(steps, BARS, bpm)
    bar_s = 240.0 / bpm
    return [
        n for n in notes if not (int(n.start_s / bar_s + 1e-6) % 8 == 7 and n.start_s % bar_s > 0.49 * bar_s)
    ]


def _bass(rng: np.random.Generator, bpm: float, length_s: float) -> F64:
    """Between the beats, or on all of them."""
    if rng.random() < 0.6:
        return band.rolling_bass(rng, BARS, bpm, length_s)
    from tracktruth.desk import context_of, played

    tonic = int(rng.integers(31, 43))
    notes = [Note(tonic, 0.9, n.start_s, n.hold_s) for n in band.hits((0, 4, 8, 12), BARS, bpm)]
    context = context_of(notes, length_s, bpm)
    raw = played(ladder, context, played(saw, context), cutoff=rng.uniform(300.0, 1200.0), resonance=0.2)
    return levelled(played(amp, context, raw, attack_ms=15.0, decay_ms=250.0, sustain=0.5), -20.0)


def _hats(rng: np.random.Generator, kind: str, bpm: float, length_s: float) -> F64:
    """Cymbals of one kind."""
    closed = {"decay_ms": rng.uniform(30.0, 70.0), "tone": rng.uniform(6000.0, 9000.0)}
    opened = {"decay_ms": rng.uniform(120.0, 300.0), "tone": rng.uniform(6000.0, 9000.0)}
    level = rng.uniform(-32.0, -24.0)

    def made(steps: tuple[float, ...], velocity: float, values: dict[str, float]) -> F64:
        notes = band.hits(steps, BARS, bpm, velocity)  # type: ignore[arg-type]
        return band.stroke(hat, notes, length_s, bpm, **values)

    off, every = (2.0, 6.0, 10.0, 14.0), tuple(float(k) for k in range(16))
    if kind == "none":
        return made((), 0.0, closed)
    if kind == "open over sixteenths":
        return levelled(made(off, 0.9, opened) + made(every, rng.uniform(0.2, 0.45), closed), level)
    if kind == "uneven sixteenths":
        return levelled(sum(made((k,), rng.uniform(0.55, 0.9), closed) for k in every), level)  # type: ignore[arg-type]
    steps, values = {
        "open": (off, opened),
        "closed": (off, closed),
        "eighths": (every[::2], closed),
        "sixteenths": (every, closed),
        "quarters": (every[::4], opened),
        "triplets": (tuple(4.0 * k / 3.0 for k in range(12)), closed),
    }[kind]
    return levelled(made(steps, 0.9, values), level)
