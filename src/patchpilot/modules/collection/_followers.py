"""What follows a level: envelopes with an attack and a release."""

from __future__ import annotations

import math

import numpy as np

from patchpilot.modules.collection._compiled import TINY, compiled
from patchpilot.modules.collection._signals import Floats


@compiled("void(f8[::1], f8, f8, f8[::1])")
def follow(level: Floats, rise: float, fall: float, out: Floats) -> None:
    """A one-pole that rises and falls at paces of its own.

    Args:
        level: (n,).
        rise: coefficient while the level is above, from `pace`.
        fall: while it is below.
        out: (n,).
    """
    now = level[0] * rise
    for i in range(len(level)):
        now += (rise if level[i] > now else fall) * (level[i] - now)
        if abs(now) < TINY:
            now = 0.0
        out[i] = now


@compiled("void(f8[::1], i8, f8, f8, f8[::1])")
def held(level: Floats, hold: int, rise: float, fall: float, out: Floats) -> None:
    """As `follow`, but a level that was reached is kept for `hold` samples before it falls."""
    now, top, left = 0.0, 0.0, 0
    for i in range(len(level)):
        if level[i] >= top or left <= 0:
            if level[i] >= top:
                left = hold
            top = level[i]
        else:
            left -= 1
        now += (rise if top > now else fall) * (top - now)
        if abs(now) < TINY:
            now = 0.0
        out[i] = now


def pace(milliseconds: float, sample_rate: int) -> float:
    """The coefficient of a one-pole that goes 63 % (1 - 1/e) of a step's way in this time; 1 for no time at all."""
    samples = milliseconds * sample_rate / 1000.0
    return 1.0 - math.exp(-1.0 / samples) if samples > 1e-9 else 1.0


def followed(level: Floats, attack_ms: float, release_ms: float, sample_rate: int) -> Floats:
    """A level as an envelope, (n,)."""
    out = np.empty_like(level)
    if len(level):
        follow(level, pace(attack_ms, sample_rate), pace(release_ms, sample_rate), out)
    return out
