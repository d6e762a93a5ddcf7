"""Envelopes: control signals from 0 to `depth` that a gate sets off.

An attack rises on a line. A decay and a release are exponential: after their time 0.1 % (-60 dB) of the way is left.
One that is set off again goes on from where it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, knob
from patchpilot.modules.collection._compiled import TINY, compiled
from patchpilot.modules.collection._signals import Floats, curve, doubles
from patchpilot.modules.collection._sources import fade
from patchpilot.modules.function import module

ATTACK_MS = knob(5.0, 0.1, 10_000.0, "ms", octaves=True)
DECAY_MS = knob(400.0, 1.0, 20_000.0, "ms", octaves=True)
SUSTAIN = knob(0.5, 0.0, 1.0)
RELEASE_MS = knob(300.0, 1.0, 20_000.0, "ms", octaves=True)
DEPTH = knob(1.0, -1.0, 1.0)
SENSITIVITY = knob(0.0, 0.0, 1.0)


@module(
    control=True,
    varying=("depth",),
    attack_ms=ATTACK_MS,
    decay_ms=DECAY_MS,
    sustain=SUSTAIN,
    release_ms=RELEASE_MS,
    depth=DEPTH,
    sensitivity=SENSITIVITY,
)
def adsr(
    gate: Signal,
    velocity: Signal,
    *,
    attack_ms: float,
    decay_ms: float,
    sustain: float,
    release_ms: float,
    depth: Any,
    sensitivity: float,
    context: Context,
) -> Floats:
    """Attack, decay to the sustain while the key is held, and release; `sensitivity` makes soft notes lower."""
    shape = shaped(gate, (attack_ms, decay_ms, sustain, release_ms), context)
    return shape * touch(velocity, sensitivity) * curve(depth, context.n_samples)


@module(
    control=True,
    varying=("depth",),
    attack_ms=ATTACK_MS,
    decay_ms=DECAY_MS,
    depth=DEPTH,
    sensitivity=SENSITIVITY,
)
def ad(
    gate: Signal,
    velocity: Signal,
    *,
    attack_ms: float,
    decay_ms: float,
    depth: Any,
    sensitivity: float,
    context: Context,
) -> Floats:
    """Attack and decay to nothing, however long the key is held."""
    opens = (np.diff(gate[0] > 0.5, prepend=False) & (gate[0] > 0.5)).astype(np.float64)
    out = np.empty(context.n_samples)
    _ad(opens, *_paces(attack_ms, decay_ms, context), out)
    return out * touch(velocity, sensitivity) * curve(depth, context.n_samples)


def shaped(gate: Signal, times: tuple[float, float, float, float], context: Context) -> Floats:
    """An ADSR envelope from 0 to 1, float64 (n,).

    Args:
        gate: control.
        times: attack and decay in ms, sustain from 0 to 1, release in ms.
        context: of the performance.
    """
    attack_ms, decay_ms, sustain, release_ms = times
    out = np.empty(context.n_samples)
    rise, fall = _paces(attack_ms, decay_ms, context)
    _adsr(doubles(gate[0]), rise, fall, sustain, fade(release_ms, context.sample_rate), out)
    return out


def touch(velocity: Signal, sensitivity: float) -> Floats:
    """How loud a velocity is: always 1 with a sensitivity of 0, itself with 1; float64 (n,)."""
    return 1.0 - sensitivity * (1.0 - doubles(velocity[0]))


def _paces(attack_ms: float, decay_ms: float, context: Context) -> tuple[float, float]:
    """How far an attack goes in a sample, and the factor of a decay."""
    samples = attack_ms * context.sample_rate / 1000.0
    return 1.0 / max(samples, 1.0), fade(decay_ms, context.sample_rate)


@compiled("void(f8[::1], f8, f8, f8, f8, f8[::1])")
def _adsr(gate: Floats, rise: float, decay: float, sustain: float, release: float, out: Floats) -> None:
    level, is_open, rises = 0.0, False, False
    for i in range(len(gate)):
        was_open, is_open = is_open, gate[i] > 0.5
        if is_open and not was_open:
            rises = True
        if not is_open:
            level *= release
        elif rises:
            level += rise
            if level >= 1.0:
                level, rises = 1.0, False
        else:
            level = sustain + (level - sustain) * decay
        if level < TINY:
            level = 0.0
        out[i] = level


@compiled("void(f8[::1], f8, f8, f8[::1])")
def _ad(opens: Floats, rise: float, decay: float, out: Floats) -> None:
    level, rises = 0.0, False
    for i in range(len(opens)):
        if opens[i] > 0.5:
            rises = True
        if rises:
            level += rise
            if level >= 1.0:
                level, rises = 1.0, False
        else:
            level *= decay
        if level < TINY:
            level = 0.0
        out[i] = level
