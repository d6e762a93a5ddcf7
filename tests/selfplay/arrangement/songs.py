"""Synthetic moments: tones and noises of many kinds, each with a name of its own."""

from __future__ import annotations

from functools import partial

import numpy as np

from patchpilot.audio import Audio
from patchpilot.selfplay.arrangement.moment import Moment

RATE = 44100


def tone(pitch: int, *, seconds: float = 1.0, decay_s: float = 0.4, level: float = 0.5) -> Audio:
    """A tone that dies away."""
    t = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * k * 440.0 * 2 ** ((pitch - 69) / 12) * t) / k for k in range(1, 6))
    return Audio((level * wave * np.exp(-t / decay_s)).astype(np.float32), RATE)


def burst(seed: int, *, seconds: float = 0.2) -> Audio:
    """Noise that dies away."""
    t = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).standard_normal((2, len(t)))
    return Audio((0.3 * noise * np.exp(-t / 0.05)).astype(np.float32), RATE)


def moments(n: int, *, beds: int = 6) -> list[Moment]:
    """`n` golden ones, and some that lie under them."""
    rng = np.random.default_rng(5)
    made: list[Moment] = []
    for k in range(n + beds):
        is_golden = k < n
        name = f"{'take' if is_golden else 'bed'} {k}"
        if k % 5 == 4:
            made.append(Moment(name, burst(k), (), "drums", float(rng.normal()), is_golden))
            continue
        pitch = int(rng.integers(36, 84))
        settings = {"seconds": float(rng.uniform(0.3, 2.5)), "decay_s": float(rng.uniform(0.05, 1.5))}
        settings["level"] = float(rng.uniform(0.02, 1.8))
        sound = partial(_moved, pitch, settings)
        role = "bass" if pitch < 48 else ("pad", "lead")[k % 2]
        made.append(Moment(name, sound(0), (pitch,), role, float(rng.normal()), is_golden, sound))
    return made


def _moved(pitch: int, settings: dict[str, float], semitones: int) -> Audio:
    return tone(pitch + semitones, **settings)
