"""Modulators: control signals that move what they are wired to, LFOs and followers."""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._compiled import compiled
from patchpilot.modules.collection._followers import followed
from patchpilot.modules.collection._signals import RHYTHMS, WAVES, Floats, curve, cycles, doubles, wave
from patchpilot.modules.collection._sources import fade, starts
from patchpilot.modules.function import module

RATE = knob(2.0, 0.01, 40.0, "Hz", octaves=True)
RHYTHM = choice(*RHYTHMS)
DEPTH = knob(0.2, -1.0, 1.0)
"""Of the whole range of what is moved, to either side."""


@module(
    control=True,
    varying=("rate", "depth"),
    shape=choice(*WAVES),
    rate=RATE,
    rhythm=RHYTHM,
    depth=DEPTH,
    phase=knob(0.0, 0.0, 1.0),
    restart=choice("never", "notes"),
)
def lfo(
    gate: Signal,
    *,
    shape: str,
    rate: Any,
    rhythm: str,
    depth: Any,
    phase: float,
    restart: str,
    context: Context,
) -> Floats:
    """A slow wave from -depth to depth, at a rate in Hz or a note length at the tempo."""
    at = cycles(rate, rhythm, context)
    if restart == "notes":
        at = at - _since(at, starts(gate))
    return np.asarray(wave(shape, at + phase) * curve(depth, context.n_samples))


@module(
    control=True,
    varying=("rate", "depth"),
    random=True,
    rate=knob(8.0, 0.01, 100.0, "Hz", octaves=True),
    rhythm=RHYTHM,
    glide=knob(0.0, 0.0, 1.0),
    depth=DEPTH,
)
def sample_and_hold(
    control: Signal | None = None, *, rate: Any, rhythm: str, glide: float, depth: Any, context: Context
) -> Floats:
    """Takes a value now and then and holds it: of dice, or of what goes into it; `glide` is how long it slides."""
    n = context.n_samples
    at = cycles(rate, rhythm, context)
    number = np.floor(at + 1e-9).astype(np.int64)
    if control is None:
        levels = context.rng().uniform(-1.0, 1.0, int(number[-1]) + 1)
    else:
        levels = doubles(control[0])[np.searchsorted(number, np.arange(number[-1] + 1))]
    part = at - number
    slid = np.minimum(part / glide, 1.0) if glide > 0.0 else np.ones(n)
    before = np.concatenate([levels[:1], levels])[number]
    return np.asarray((before + slid * (levels[number] - before)) * curve(depth, n))


@module(
    control=True,
    varying=("depth",),
    attack_ms=knob(5.0, 0.1, 1000.0, "ms", octaves=True),
    release_ms=knob(100.0, 1.0, 5000.0, "ms", octaves=True),
    gain_db=knob(0.0, -24.0, 48.0, "dB"),
    depth=knob(0.5, -1.0, 1.0),
)
def envelope_follower(
    audio: Signal, *, attack_ms: float, release_ms: float, gain_db: float, depth: Any, context: Context
) -> Floats:
    """How loud the louder side is, from 0 to `depth`, which a sample of full scale reaches."""
    peak = doubles(np.abs(audio).max(axis=0)) * 10.0 ** (gain_db / 20.0)
    level = followed(np.minimum(peak, 1.0), attack_ms, release_ms, context.sample_rate)
    return level * curve(depth, context.n_samples)


@module(control=True, time_ms=knob(80.0, 1.0, 5000.0, "ms", octaves=True))
def glide(pitch: Signal, *, time_ms: float, context: Context) -> Floats:
    """Slides from note to note, for the "pitch" of a source: after its time 0.1 % of the way is left."""
    octaves = np.log2(doubles(pitch[0]))
    _slide(octaves, fade(time_ms, context.sample_rate))
    return np.asarray(np.exp2(octaves))


@compiled("void(f8[::1], f8)")
def _slide(levels: Floats, kept: float) -> None:
    """A one-pole in place, from the first level on."""
    now = levels[0]
    for i in range(len(levels)):
        now = levels[i] + kept * (now - levels[i])
        levels[i] = now


def _since(at: Floats, begun: list[int]) -> Floats:
    """What a rising signal was when the last note began, 0 before the first."""
    edges = np.array([0, *begun, len(at)])
    return np.repeat([0.0, *at[begun]], np.diff(edges))
