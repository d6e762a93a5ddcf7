"""Drums: each opening of the gate is a stroke, which rings to its end; soft notes are soft."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.modules.base import Context, Signal, knob
from patchpilot.modules.collection import _tables
from patchpilot.modules.collection._filters import equaliser, section
from patchpilot.modules.collection._signals import Floats
from patchpilot.modules.collection._sources import starts
from patchpilot.modules.function import module

LEVEL = knob(0.8, 0.0, 1.0)
METAL_HZ = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
"""Of the six squares of a cymbal, as in the TR-808."""
_TAIL = 1.5
"""A stroke is made for 1.5 times its decay, to -90 dB."""


@module(
    tune=knob(50.0, 25.0, 120.0, "Hz", octaves=True),
    sweep=knob(2.5, 0.0, 6.0, "octaves"),
    sweep_ms=knob(25.0, 2.0, 200.0, "ms", octaves=True),
    decay_ms=knob(500.0, 30.0, 4000.0, "ms", octaves=True),
    click=knob(0.2, 0.0, 1.0),
    level=LEVEL,
)
def kick(
    gate: Signal,
    velocity: Signal,
    *,
    tune: float,
    sweep: float,
    sweep_ms: float,
    decay_ms: float,
    click: float,
    level: float,
    context: Context,
) -> Floats:
    """A kick drum: a sine that falls by `sweep` octaves to `tune`, with a click before it."""
    times = _times(decay_ms, context)
    tau = sweep_ms / 1000.0
    above = 2.0**sweep - 1.0
    cycles = tune * (times + above * tau * -np.expm1(-times / tau))
    body = np.sin(2.0 * np.pi * cycles) * _fade(times, decay_ms)
    knock = np.sin(2.0 * np.pi * 1800.0 * times) * np.exp(-times / 0.001)
    stroke = (body + click * knock) / (1.0 + click)
    return _strokes(gate, velocity, level, context, lambda _: stroke)


@module(
    random=True,
    tune=knob(185.0, 80.0, 400.0, "Hz", octaves=True),
    decay_ms=knob(220.0, 20.0, 2000.0, "ms", octaves=True),
    snap=knob(0.5, 0.0, 1.0),
    snap_ms=knob(250.0, 20.0, 2000.0, "ms", octaves=True),
    tone=knob(1500.0, 200.0, 8000.0, "Hz", octaves=True),
    level=LEVEL,
)
def snare(
    gate: Signal,
    velocity: Signal,
    *,
    tune: float,
    decay_ms: float,
    snap: float,
    snap_ms: float,
    tone: float,
    level: float,
    context: Context,
) -> Floats:
    """A snare drum: two modes of a skin, and noise above `tone`, another at each stroke."""
    times = _times(max(decay_ms, snap_ms), context)
    skin = np.sin(2.0 * np.pi * tune * times) + 0.6 * np.sin(2.0 * np.pi * 1.593 * tune * times)
    skin *= (1.0 - snap) / 1.6 * _fade(times, decay_ms)
    rattle = snap * _fade(times, snap_ms)
    rng = context.rng()

    def stroke(_: int) -> Floats:
        noise = rng.uniform(-1.0, 1.0, len(times))
        return skin + rattle * _high(noise, tone, (0.7071,), context)

    return _strokes(gate, velocity, level, context, stroke)


@module(
    decay_ms=knob(120.0, 10.0, 3000.0, "ms", octaves=True),
    tune=knob(1.0, 0.5, 2.0, octaves=True),
    tone=knob(7000.0, 1000.0, 14_000.0, "Hz", octaves=True),
    level=LEVEL,
)
def hat(
    gate: Signal,
    velocity: Signal,
    *,
    decay_ms: float,
    tune: float,
    tone: float,
    level: float,
    context: Context,
) -> Floats:
    """A hi-hat: six squares that do not fit together, heard above `tone`; a long decay opens it."""
    times = _times(decay_ms, context)
    out = np.empty(len(times))
    metal = np.zeros(len(times))
    step = max(METAL_HZ) * tune / context.sample_rate
    waves, tops = _tables.tables(_tables.saw, step)
    for hertz in METAL_HZ:
        steps = np.full(len(times), hertz * tune / context.sample_rate)
        _tables.read_pulse(steps, 0.0, np.full(len(times), 0.5), waves, tops, out)
        metal += out
    stroke = 0.5 * _high(metal, tone, (0.5412, 1.3066), context) * _fade(times, decay_ms)
    return _strokes(gate, velocity, level, context, lambda _: stroke)


def _times(decay_ms: float, context: Context) -> Floats:
    """Seconds of a stroke's samples."""
    n = min(context.n_samples, round(_TAIL * decay_ms * context.sample_rate / 1000.0) + 1)
    return np.arange(n) / context.sample_rate


def _fade(times: Floats, decay_ms: float) -> Floats:
    """From 1 to -60 dB in the decay."""
    return np.asarray(10.0 ** (-3000.0 / decay_ms * times))


def _high(audio: Floats, hertz: float, heights: tuple[float, ...], context: Context) -> Floats:
    """What is above a frequency, through one section for each height (Q)."""
    out = audio[None].copy()
    for q in heights:
        section(out, equaliser("high pass", hertz, 0.0, q, context.sample_rate), out)
    heard: Floats = out[0]
    return heard


def _strokes(
    gate: Signal, velocity: Signal, level: float, context: Context, stroke: Any
) -> npt.NDArray[np.float64]:
    """All strokes together, (n,)."""
    out = np.zeros(context.n_samples)
    for number, start in enumerate(starts(gate)):
        room = out[start:]
        made = stroke(number)[: len(room)]
        room[: len(made)] += level * float(velocity[0, start]) * made
    return out
