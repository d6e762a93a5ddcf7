"""Pumping of known depth and recovery: what a ducker does to a constant is what it does to music."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.modules import beat_ducker, ducker, kick
from patchpilot.space import Note
from patchpilot.tracks import Grid
from tracktruth import band
from tracktruth.desk import RATE, audio_of, context_of, levelled, played

BARS = 16
KINDS = ("ducker", "beat_ducker", "none")


@dataclass(frozen=True)
class PumpingTruth:
    """What was done to the sounds.

    Attributes:
        kind: one of `KINDS`.
        depth_db: from the least to the greatest gain of a beat.
        recovery_s: from where the gain falls through half of the depth until 63 % of it is back; NaN without pumping.
    """

    kind: str
    depth_db: float
    recovery_s: float


@dataclass(frozen=True, eq=False)
class PumpingCase:
    """A mix, what was ducked in it, and the truth."""

    mix: Audio
    stem: Audio
    grid: Grid
    truth: PumpingTruth


def case(
    seed: int, kind: str | None = None, depth_db: float | None = None, jitter: float = 0.0
) -> PumpingCase:
    """Eight bars and more, drawn by a seed.

    Args:
        seed: of all that is drawn.
        kind: one of `KINDS`; drawn where None.
        depth_db: of the ducker; drawn where None.
        jitter: spread of the kicks' places, in beats: pumping that is not regular.
    """
    rng = np.random.default_rng([seed, 1])
    bpm = round(float(rng.uniform(126.0, 150.0)), 2)
    length_s = BARS * 240.0 / bpm
    chosen = kind or KINDS[int(rng.choice(3, p=(0.45, 0.45, 0.1)))]
    deep = depth_db if depth_db is not None else float(rng.uniform(2.5, 18.0))
    kicks, clap, hats = band.drums(rng, BARS, bpm, length_s)
    if jitter:
        kicks = _jittered(rng, bpm, length_s, jitter)
    values = _setting(rng, chosen, deep)
    gain = _gain(chosen, values, kicks, bpm, length_s)
    ducked = gain * (band.pad(rng, BARS, bpm, length_s) + band.rolling_bass(rng, BARS, bpm, length_s))
    others = [band.arpeggio(rng, BARS, bpm, length_s) * (gain if rng.random() < 0.6 else 1.0)]
    mix = audio_of(kicks, clap, hats, ducked, *others)
    grid = Grid(bpm, 0.0, 0.0, 4, length_s)
    return PumpingCase(mix, audio_of(ducked), grid, _truth(chosen, gain, grid))


def _setting(rng: np.random.Generator, kind: str, depth_db: float) -> dict[str, float]:
    if kind == "beat_ducker":
        return {"depth_db": depth_db, "length": rng.uniform(0.4, 0.95), "bend": 2.0 ** rng.uniform(-0.7, 1.2)}
    return {
        "depth_db": depth_db,
        "threshold_db": rng.uniform(-24.0, -15.0),
        "attack_ms": rng.uniform(0.5, 5.0),
        "hold_ms": rng.uniform(10.0, 40.0),
        "release_ms": rng.uniform(30.0, 130.0),
    }


def _gain(kind: str, values: dict[str, float], kicks: F64, bpm: float, length_s: float) -> F64:
    """What a constant becomes, float64 (n,)."""
    n = kicks.shape[1]
    if kind == "none":
        return np.ones(n)
    context = context_of([Note()], length_s, bpm)
    inputs = (np.ones((2, n)), kicks) if kind == "ducker" else (np.ones((2, n)),)
    return np.asarray(played(ducker if kind == "ducker" else beat_ducker, context, *inputs, **values)[0])


def _jittered(rng: np.random.Generator, bpm: float, length_s: float, jitter: float) -> F64:
    notes = [
        Note(60, 0.9, max(0.0, n.start_s + jitter * 60.0 / bpm * float(rng.standard_normal())), 0.05)
        for n in band.hits((0, 4, 8, 12), BARS, bpm)
    ]
    return levelled(band.stroke(kick, notes, length_s, bpm, **band.kick_of(rng)), -14.0)


def _truth(kind: str, gain: F64, grid: Grid) -> PumpingTruth:
    """Of a beat in the middle, from half a beat before it, where any ducker has recovered as far as it does."""
    if kind == "none":
        return PumpingTruth(kind, 0.0, float("nan"))
    first = round((grid.beats_s[len(grid.beats_s) // 2] - 0.1 * grid.beat_s) * RATE)
    level = 20.0 * np.log10(gain[first : first + round(grid.beat_s * RATE)])
    low, top = float(level.min()), float(level.max())
    fall = int(np.argmax(level < (low + top) / 2.0))
    bottom = fall + int(np.argmin(level[fall:]))
    back = bottom + int(np.argmax(level[bottom:] >= low + 0.632 * (top - low)))
    return PumpingTruth(kind, top - low, (back - fall) / RATE)
