"""Physical models: a plucked string and struck bars, bells and skins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._compiled import TINY, compiled
from patchpilot.modules.collection._signals import Floats, doubles
from patchpilot.modules.collection._sources import CENTS, SEMITONES, starts, steps
from patchpilot.modules.function import module

LEVEL = knob(0.5, 0.0, 1.0)

BODIES: Mapping[str, tuple[float, ...]] = {
    "bar": (1.0, 2.756, 5.404, 8.933, 13.344, 18.638),  # of one thickness, free at its ends
    "marimba": (1.0, 3.932, 9.538, 16.688, 24.566, 31.147),  # undercut
    "skin": (1.0, 1.594, 2.136, 2.296, 2.653, 2.918),  # a round membrane: zeros of Bessel functions
    "bell": (1.0, 2.0, 2.4, 3.0, 4.0, 5.33),  # hum, prime, tierce, quint, nominal, superquint
    "glass": (1.0, 2.32, 4.25, 6.63, 9.38, 12.22),
}
"""Frequencies of the modes, over that of the lowest."""


@module(
    random=True,
    decay_ms=knob(2500.0, 50.0, 20_000.0, "ms", octaves=True),
    release_ms=knob(150.0, 5.0, 20_000.0, "ms", octaves=True),
    brightness=knob(0.7, 0.0, 1.0),
    position=knob(0.2, 0.02, 0.5),
    semitones=SEMITONES,
    cents=CENTS,
    level=LEVEL,
)
def pluck(
    pitch: Signal,
    gate: Signal,
    velocity: Signal,
    *,
    decay_ms: float,
    release_ms: float,
    brightness: float,
    position: float,
    semitones: Any,
    cents: Any,
    level: float,
    context: Context,
) -> Floats:
    """A plucked string (Karplus and Strong, 1983), damped once the key is let go; `position` is where it is plucked."""
    step = steps(pitch, semitones, cents, context)
    period = 1.0 / np.maximum(step, 8.0 / context.sample_rate)
    soft = 0.5 - 0.49 * brightness
    turn = np.exp(-2.0j * np.pi / period)
    damping = (1.0 - soft) + soft * turn
    lag = period + np.angle(damping) * period / (2.0 * np.pi)  # the low-pass is late, too
    rate = context.sample_rate / 1000.0
    keeps = [
        np.minimum(10.0 ** (-3.0 * period / (time * rate)) / np.abs(damping), 0.99999)
        for time in (decay_ms, min(decay_ms, release_ms))
    ]
    kept = np.where(gate[0] > 0.5, *keeps)
    pushed = np.zeros(context.n_samples)
    rng = context.rng()
    for start in starts(gate):
        n = max(2, round(float(period[start])))
        burst = rng.uniform(-1.0, 1.0, n) * float(velocity[0, start])
        for at, sign in ((start, 1.0), (start + max(1, round(position * n)), -1.0)):
            room = pushed[at : at + n]
            room += sign * burst[: len(room)]
    out = np.empty(context.n_samples)
    _string(pushed, lag, kept, soft, out)
    return out * level


@module(
    body=choice(*BODIES),
    decay_ms=knob(1500.0, 20.0, 20_000.0, "ms", octaves=True),
    damping=knob(0.7, 0.0, 2.0),
    hardness=knob(0.6, 0.0, 1.0),
    semitones=SEMITONES,
    cents=CENTS,
    level=LEVEL,
)
def modal(
    pitch: Signal,
    gate: Signal,
    velocity: Signal,
    *,
    body: str,
    decay_ms: float,
    damping: float,
    hardness: float,
    semitones: Any,
    cents: Any,
    level: float,
    context: Context,
) -> Floats:
    """A struck bar, bell or skin: six modes that ring, the high ones shorter by `damping`, after a mallet's blow."""
    step = steps(pitch, semitones, cents, context)
    begun = starts(gate)
    out = np.zeros(context.n_samples)
    ends = [*begun[1:], context.n_samples] if begun else []
    states = np.zeros(2 * len(BODIES[body]))
    for start, end in zip(begun, ends, strict=True):
        ratios = np.array([r for r in BODIES[body] if r * step[start] < 0.45])
        times = decay_ms * context.sample_rate / 1000.0 * ratios**-damping
        # A soft mallet stays in touch for longer, which leaves the high modes out.
        touch = (1.0 - hardness) ** 2 * 0.01 * context.sample_rate
        gains = np.exp(-((ratios * step[start] * touch) ** 2)) / np.sqrt(len(BODIES[body]))
        _ring(
            2.0 * np.pi * ratios * step[start],
            np.asarray(10.0 ** (-3.0 / times)),
            doubles(gains * velocity[0, start]),
            states,
            out[start:end],
        )
    return out * level


@compiled("void(f8[::1], f8[::1], f8[::1], f8, f8[::1])")
def _string(pushed: Floats, lag: Floats, kept: Floats, soft: float, out: Floats) -> None:
    """A delay line in a loop, read with a cubic (Lagrange's), low-passed and kept in part.

    Args:
        pushed: what goes in, (n,).
        lag: length in samples, more than 2, (n,).
        kept: part that is left after each turn, (n,).
        soft: 0 to 0.5, of the low-pass (1 - soft) + soft z^-1.
        out: (n,).
    """
    last = 0.0
    for i in range(len(pushed)):
        at = i - lag[i]
        k = int(np.floor(at))
        t = at - k
        if k >= 1:
            a, b, c, d = out[k - 1], out[k], out[k + 1], out[min(k + 2, i - 1)]
            y = (
                b * (1.0 - t * t) * (2.0 - t) / 2.0
                + c * t * (1.0 + t) * (2.0 - t) / 2.0
                - a * t * (1.0 - t) * (2.0 - t) / 6.0
                - d * t * (1.0 - t * t) / 6.0
            )
        else:
            y = 0.0
        turned = kept[i] * ((1.0 - soft) * y + soft * last)
        last = y
        if abs(turned) < TINY:
            turned = 0.0
        out[i] = pushed[i] + turned


@compiled("void(f8[::1], f8[::1], f8[::1], f8[::1], f8[::1])")
def _ring(angles: Floats, kept: Floats, gains: Floats, states: Floats, out: Floats) -> None:
    """Modes that a blow sets off, as numbers that turn in the plane; they ring on from what they were.

    Args:
        angles: of each sample, in radians, (modes,).
        kept: factor of each sample, (modes,).
        gains: of the blow, (modes,).
        states: real and imaginary parts of all modes, one after the other; changed.
        out: (n,), added to.
    """
    for k in range(len(angles)):
        x, y = states[2 * k] + gains[k], states[2 * k + 1]
        cos, sin = kept[k] * np.cos(angles[k]), kept[k] * np.sin(angles[k])
        for i in range(len(out)):
            out[i] += y
            x, y = x * cos - y * sin, x * sin + y * cos
            if abs(x) + abs(y) < TINY:
                x, y = 0.0, 0.0
        states[2 * k], states[2 * k + 1] = x, y
