"""Dynamics: a compressor, a limiter that no sample exceeds, a shaper of transients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._followers import followed
from patchpilot.modules.collection._signals import Floats, blend, decibels, doubles, gain
from patchpilot.modules.function import module

_RMS_MS = 10.0


@module(
    threshold_db=knob(-18.0, -60.0, 0.0, "dB"),
    ratio=knob(4.0, 1.0, 100.0, octaves=True),
    attack_ms=knob(10.0, 0.01, 300.0, "ms", octaves=True),
    release_ms=knob(120.0, 1.0, 3000.0, "ms", octaves=True),
    knee_db=knob(6.0, 0.0, 18.0, "dB"),
    model=choice("peak", "rms"),
    output_db=knob(0.0, -36.0, 36.0, "dB"),
    mix=knob(1.0, 0.0, 1.0),
    varying=("threshold_db", "ratio", "knee_db", "output_db", "mix"),
)
def compressor(
    audio: Signal,
    sidechain: Signal | None = None,
    *,
    threshold_db: Any,
    ratio: Any,
    attack_ms: float,
    release_ms: float,
    knee_db: Any,
    model: str,
    output_db: Any,
    mix: Any,
    context: Context,
) -> Any:
    """Makes what is louder than a threshold softer: 1 dB more comes out for `ratio` dB more that go in.

    Both sides are turned alike, by the louder one. After `attack_ms` 63 % of the reduction (in dB) is there. A
    sidechain, where there is one, is what is listened to.
    """
    dry = doubles(audio)
    level = _level(doubles(audio if sidechain is None else sidechain), model, context)
    wanted = reduction(level, threshold_db, ratio, knee_db)
    turned = followed(wanted, attack_ms, release_ms, context.sample_rate)
    return blend(dry, dry * gain(output_db - turned), mix)


def reduction(level_db: Any, threshold_db: Any, ratio: Any, knee_db: Any) -> Floats:
    """How many dB a compressor takes away at a level (Giannoulis, Massberg and Reiss, 2012)."""
    over = np.asarray(level_db, np.float64) - threshold_db
    part = 1.0 - 1.0 / np.asarray(ratio, np.float64)
    half = np.maximum(np.asarray(knee_db, np.float64) / 2.0, 1e-9)
    soft = part * np.square(np.clip(over + half, 0.0, None)) / (4.0 * half)
    return np.asarray(np.where(over > half, part * over, np.where(over > -half, soft, 0.0)))


@module(
    input_db=knob(0.0, -24.0, 36.0, "dB"),
    ceiling_db=knob(-0.3, -24.0, 0.0, "dB"),
    release_ms=knob(100.0, 1.0, 3000.0, "ms", octaves=True),
    lookahead_ms=knob(1.5, 0.1, 10.0, "ms"),
    varying=("input_db",),
)
def limiter(
    audio: Signal,
    *,
    input_db: Any,
    ceiling_db: float,
    release_ms: float,
    lookahead_ms: float,
    context: Context,
) -> Any:
    """Lets no sample be louder than a ceiling: it turns down before a peak comes, and nothing is late for it."""
    driven = doubles(audio) * gain(input_db)
    over = np.maximum(np.max(np.abs(driven), axis=0) / gain(ceiling_db), 1.0)
    ahead = max(1, math.ceil(lookahead_ms * context.sample_rate / 1000.0))
    peaks = _ahead(decibels(over), ahead)
    kept = followed(peaks, 0.0, release_ms, context.sample_rate)
    # The mean over the way to a peak of what is at least that peak's own reduction is at least it, too.
    sums = np.cumsum(np.concatenate([np.full(ahead, kept[:1].sum()), kept]))
    smooth = np.maximum((sums[ahead:] - sums[:-ahead]) / ahead, 0.0)
    limit = gain(ceiling_db)
    return np.clip(driven * gain(-smooth), -limit, limit).astype(np.float32)


@module(
    attack_db=knob(0.0, -18.0, 18.0, "dB"),
    sustain_db=knob(0.0, -18.0, 18.0, "dB"),
    length_ms=knob(30.0, 5.0, 200.0, "ms", octaves=True),
    varying=("attack_db", "sustain_db"),
)
def transients(audio: Signal, *, attack_db: Any, sustain_db: Any, length_ms: float, context: Context) -> Any:
    """Makes beginnings and what follows them louder or softer, whatever their level.

    Two followers of the level, a quick one and one of `length_ms`: where they are 12 dB apart or more, all of
    `attack_db` (while it rises) or `sustain_db` (while it falls) is given.
    """
    rate = context.sample_rate
    dry = doubles(audio)
    level = np.max(np.abs(dry), axis=0) + 1e-6
    peak = followed(level, 0.1, length_ms, rate)
    rising = decibels(peak) - decibels(followed(level, length_ms, length_ms, rate))
    falling = decibels(followed(level, 0.1, 8.0 * length_ms, rate)) - decibels(peak)
    turned = attack_db * np.clip(rising / 12.0, 0.0, 1.0) + sustain_db * np.clip(falling / 12.0, 0.0, 1.0)
    return np.asarray(dry * gain(turned), np.float32)


def _level(heard: Floats, model: str, context: Context) -> Floats:
    """dB, (n,): of the louder side, or of the power of 10 ms of it."""
    if model == "peak":
        return decibels(np.max(np.abs(heard), axis=0))
    power = followed(np.max(np.square(heard), axis=0), _RMS_MS, _RMS_MS, context.sample_rate)
    return decibels(np.sqrt(np.maximum(power, 0.0)))


def _ahead(level: Floats, n: int) -> Floats:
    """The highest level of this sample and the n - 1 that follow, (n,)."""
    from scipy.ndimage import maximum_filter1d

    found: Floats = maximum_filter1d(
        level, n, origin=-((n - 1) // 2) if n % 2 else -(n // 2 - 1), mode="constant"
    )
    return found
