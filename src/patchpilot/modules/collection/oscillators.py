"""Oscillators: one voice, at the pitch of the last note; what would fold back at half the sample rate is not made."""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, knob
from patchpilot.modules.collection import _tables
from patchpilot.modules.collection._compiled import compiled
from patchpilot.modules.collection._signals import Floats, curve
from patchpilot.modules.collection._sources import CENTS, LEVEL, RELEASE_MS, SEMITONES, loudness, steps
from patchpilot.modules.function import module

SPREAD = (-1.0, -0.571, -0.177, 0.0, 0.177, 0.571, 1.0)
"""Of the seven voices of the supersaw, in parts of its detune; the outer ones lie further apart."""
_ALL = ("semitones", "cents", "level")
_HEARD_ABOVE, _PER_INDEX = 4.0, 1.25
"""Sidebands of FM that are louder than -50 dB: this many, and this many more for 1 of index."""


@module(varying=_ALL, semitones=SEMITONES, cents=CENTS, level=LEVEL, release_ms=RELEASE_MS)
def saw(
    pitch: Signal,
    gate: Signal,
    *,
    semitones: Any,
    cents: Any,
    level: Any,
    release_ms: float,
    context: Context,
) -> Floats:
    """A saw: all harmonics, bright and full."""
    wave = _wave(_tables.saw, steps(pitch, semitones, cents, context))
    return wave * loudness(level, gate, release_ms, context)


@module(varying=_ALL, semitones=SEMITONES, cents=CENTS, level=LEVEL, release_ms=RELEASE_MS)
def triangle(
    pitch: Signal,
    gate: Signal,
    *,
    semitones: Any,
    cents: Any,
    level: Any,
    release_ms: float,
    context: Context,
) -> Floats:
    """A triangle: odd harmonics that soon fade, soft and hollow."""
    wave = _wave(_tables.triangle, steps(pitch, semitones, cents, context))
    return wave * loudness(level, gate, release_ms, context)


@module(varying=_ALL, semitones=SEMITONES, cents=CENTS, level=LEVEL, release_ms=RELEASE_MS)
def sine(
    pitch: Signal,
    gate: Signal,
    *,
    semitones: Any,
    cents: Any,
    level: Any,
    release_ms: float,
    context: Context,
) -> Floats:
    """A sine: the fundamental alone, for sub basses."""
    phase = _phase(steps(pitch, semitones, cents, context))
    return np.sin(2.0 * np.pi * phase) * loudness(level, gate, release_ms, context)


@module(
    varying=(*_ALL, "width"),
    width=knob(0.5, 0.02, 0.98),
    semitones=SEMITONES,
    cents=CENTS,
    level=LEVEL,
    release_ms=RELEASE_MS,
)
def pulse(
    pitch: Signal,
    gate: Signal,
    *,
    width: Any,
    semitones: Any,
    cents: Any,
    level: Any,
    release_ms: float,
    context: Context,
) -> Floats:
    """A pulse, square at a width of 0.5; a moving width sounds like two voices."""
    step = steps(pitch, semitones, cents, context)
    waves, tops = _tables.tables(_tables.saw, float(step.max(initial=0.0)))
    out = np.empty(context.n_samples)
    _tables.read_pulse(step, 0.0, curve(width, context.n_samples), waves, tops, out)
    return out * loudness(level, gate, release_ms, context)


@module(
    varying=(*_ALL, "detune"),
    random=True,
    detune=knob(25.0, 0.0, 100.0, "cents"),
    width=knob(0.8, 0.0, 1.0),
    semitones=SEMITONES,
    cents=CENTS,
    level=LEVEL,
    release_ms=RELEASE_MS,
)
def supersaw(
    pitch: Signal,
    gate: Signal,
    *,
    detune: Any,
    width: float,
    semitones: Any,
    cents: Any,
    level: Any,
    release_ms: float,
    context: Context,
) -> Floats:
    """Seven saws beside one another, the outer ones by `detune`, spread over both sides by `width`."""
    phases = context.rng().random(len(SPREAD))
    sides = np.zeros((2, context.n_samples))
    out = np.empty(context.n_samples)
    base = steps(pitch, semitones, cents, context)
    highest = float(base.max(initial=0.0)) * float(np.exp2(np.max(detune) / 1200.0))
    waves, tops = _tables.tables(_tables.saw, highest)
    for n, (spread, phase) in enumerate(zip(SPREAD, phases, strict=True)):
        step = base * np.exp2(spread * np.asarray(detune, np.float64) / 1200.0)
        _tables.read(np.minimum(step, 0.5), phase, waves, tops, out)
        angle = np.pi / 4.0 * (1.0 + width * (spread if n % 2 else -spread))
        sides[0] += np.cos(angle) * out
        sides[1] += np.sin(angle) * out
    sides *= loudness(level, gate, release_ms, context) / np.sqrt(len(SPREAD) / 2.0)
    return sides


@module(
    varying=(*_ALL, "index"),
    ratio=knob(2.0, 0.25, 16.0, octaves=True),
    index=knob(2.0, 0.0, 12.0),
    semitones=SEMITONES,
    cents=CENTS,
    level=LEVEL,
    release_ms=RELEASE_MS,
)
def fm(
    pitch: Signal,
    gate: Signal,
    *,
    ratio: float,
    index: Any,
    semitones: Any,
    cents: Any,
    level: Any,
    release_ms: float,
    context: Context,
) -> Floats:
    """A sine whose phase another one moves, `ratio` times as fast and by up to `index` radians: bells, basses."""
    step = steps(pitch, semitones, cents, context)
    room = (0.5 - step) / np.maximum(step * ratio, 1e-9)
    index = np.clip((room - _HEARD_ABOVE) / _PER_INDEX, 0.0, curve(index, context.n_samples))
    out = np.empty(context.n_samples)
    _fm(step, ratio, index, out)
    return out * loudness(level, gate, release_ms, context)


def _wave(series: _tables.Series, step: Floats) -> Floats:
    waves, tops = _tables.tables(series, float(step.max(initial=0.0)))
    out = np.empty(len(step))
    _tables.read(step, 0.0, waves, tops, out)
    return out


def _phase(step: Floats) -> Floats:
    """Cycles that have passed, from 0, (n,)."""
    return np.concatenate([[0.0], np.cumsum(step)[:-1]])


@compiled("void(f8[::1], f8, f8[::1], f8[::1])")
def _fm(step: Floats, ratio: float, index: Floats, out: Floats) -> None:
    carrier, modulator = 0.0, 0.0
    for i in range(len(step)):
        out[i] = np.sin(2.0 * np.pi * carrier + index[i] * np.sin(2.0 * np.pi * modulator))
        carrier += step[i]
        carrier -= int(carrier)
        modulator += step[i] * ratio
        modulator -= int(modulator)
