"""Noise, white and pink; another engine seed is another noise."""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice
from patchpilot.modules.collection._compiled import compiled
from patchpilot.modules.collection._signals import Floats
from patchpilot.modules.collection._sources import LEVEL, RELEASE_MS, loudness
from patchpilot.modules.function import module

SLOWEST_HZ, PER_OCTAVE = 12.0, 1.0
"""Pink noise is a sum of low-passed white ones, from this frequency on, so many an octave."""


@module(
    varying=("level",),
    random=True,
    colour=choice("white", "pink"),
    level=LEVEL,
    release_ms=RELEASE_MS,
)
def noise(gate: Signal, *, colour: str, level: Any, release_ms: float, context: Context) -> Floats:
    """Noise, another one on each side: white is as strong in each Hz, pink in each octave (3 dB an octave less)."""
    # A longer performance has the same beginning: samples are drawn in order of time.
    white = context.rng().random((context.n_samples, 2), np.float32).T
    sides = np.ascontiguousarray(white, np.float64) * 2.0 - 1.0
    if colour == "pink":
        poles, gains, direct = pinking(context.sample_rate)
        _pink(sides, poles, gains, direct)
    return sides * loudness(level, gate, release_ms, context)


def pinking(sample_rate: int) -> tuple[Floats, Floats, float]:
    """One-poles whose sum falls by 3 dB an octave: poles, gains, and the part that goes by.

    Their corners lie an octave apart. A least-squares fit of the complex response to that of an ideal filter of half
    an order sets the gains; the strength is that of white noise.
    """
    corners = SLOWEST_HZ * 2.0 ** (np.arange(0.0, np.log2(0.35 * sample_rate / SLOWEST_HZ), 1.0 / PER_OCTAVE))
    poles = np.exp(-2.0 * np.pi * corners / sample_rate)
    hertz = np.geomspace(15.0, 0.45 * sample_rate, 400)
    late = np.exp(-2.0j * np.pi * hertz / sample_rate)
    phase = np.angle(1.0 / np.sqrt(1.0 - 0.9997 * late))  # of half an order, above a few Hz
    ideal = np.exp(1.0j * phase) / np.sqrt(hertz)
    columns = np.stack([*((1.0 - p) / (1.0 - p * late) for p in poles), np.ones_like(late)], axis=1)
    weighed = columns / np.abs(ideal)[:, None]
    aim = ideal / np.abs(ideal)
    found, *_ = np.linalg.lstsq(
        np.concatenate([weighed.real, weighed.imag]), np.concatenate([aim.real, aim.imag]), rcond=None
    )
    everywhere = np.exp(-2.0j * np.pi * (np.arange(4096) + 0.5) / 8192)
    response = found[-1] + sum(
        g * (1.0 - p) / (1.0 - p * everywhere) for p, g in zip(poles, found, strict=False)
    )
    found = found / np.sqrt(np.mean(np.abs(response) ** 2))
    return poles, np.ascontiguousarray(found[:-1] * (1.0 - poles)), float(found[-1])


@compiled("void(f8[:, ::1], f8[::1], f8[::1], f8)")
def _pink(sides: Floats, poles: Floats, gains: Floats, direct: float) -> None:
    for c in range(sides.shape[0]):
        states = np.zeros(len(poles))
        for i in range(sides.shape[1]):
            total = direct * sides[c, i]
            for k in range(len(poles)):
                states[k] = poles[k] * states[k] + gains[k] * sides[c, i]
                total += states[k]
            sides[c, i] = total
