"""What every source needs: its pitch, and how long it sounds.

A source sounds while its key is held, then fades out by 60 dB in `release_ms`. Where an envelope after it is to have
the last word, give it a release that is as long.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, knob
from patchpilot.modules.collection._compiled import TINY, compiled
from patchpilot.modules.collection._signals import Floats, curve, doubles

SEMITONES = knob(0.0, -36.0, 36.0, "semitones")
CENTS = knob(0.0, -100.0, 100.0, "cents")
LEVEL = knob(0.4, 0.0, 1.0)
RELEASE_MS = knob(60.0, 1.0, 10_000.0, "ms", octaves=True)
HIGHEST = 0.45
"""Of the sample rate: no source is tuned higher."""
RISE_MS = 1.5
"""In which a source begins by 95 %, so that it does not click."""


def steps(pitch: Signal, semitones: Any, cents: Any, context: Context) -> Floats:
    """Cycles that pass in each sample, float64 (n,)."""
    turn = np.exp2((np.asarray(semitones, np.float64) + np.asarray(cents, np.float64) / 100.0) / 12.0)
    found = doubles(pitch[0]) * turn / context.sample_rate
    return np.minimum(found, HIGHEST)


def sounding(gate: Signal, release_ms: float, context: Context) -> Floats:
    """How loud a source is, 0..1, float64 (n,)."""
    out = np.empty(context.n_samples)
    rise = 1.0 - float(np.exp(-3000.0 / (RISE_MS * context.sample_rate)))
    _sounding(doubles(gate[0]), rise, fade(release_ms, context.sample_rate), out)
    return out


def fade(time_ms: float, sample_rate: int) -> float:
    """The factor from sample to sample of what fades by 60 dB in this time."""
    return float(10.0 ** (-3.0 / max(time_ms * sample_rate / 1000.0, 1e-3)))


def loudness(level: Any, gate: Signal, release_ms: float, context: Context) -> Floats:
    """`sounding` times the level, float64 (n,)."""
    return sounding(gate, release_ms, context) * curve(level, context.n_samples)


def starts(gate: Signal) -> list[int]:
    """Samples at which a gate opens."""
    is_open = gate[0] > 0.5
    found = np.flatnonzero(is_open[1:] & ~is_open[:-1]) + 1
    return [0, *map(int, found)] if is_open[0] else list(map(int, found))


@compiled("void(f8[::1], f8, f8, f8[::1])")
def _sounding(gate: Floats, rise: float, fall: float, out: Floats) -> None:
    level = 0.0
    for i in range(len(gate)):
        if gate[i] > 0.5:
            level += rise * (1.0 - level)
        else:
            level *= fall
        if level < TINY:
            level = 0.0
        out[i] = level
