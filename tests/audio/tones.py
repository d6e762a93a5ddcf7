"""Sounds whose truth is known, for the tests of `patchpilot.audio`."""

from pathlib import Path

import numpy as np

from patchpilot.audio import Audio

SAMPLE_RATE = 44100
DATA = Path(__file__).parents[1] / "data"


def sine(f0_hz: float, seconds: float = 0.5, sample_rate: int = SAMPLE_RATE, gain: float = 0.5) -> Audio:
    t = np.arange(round(seconds * sample_rate)) / sample_rate
    return Audio(gain * np.sin(2 * np.pi * f0_hz * t), sample_rate)


def harmonics(
    f0_hz: float, amplitudes: dict[int, float], seconds: float = 0.5, *, stretch: float = 0.0
) -> Audio:
    """Partials k at f0 * k * sqrt(1 + stretch * k²) (a stiff string), with random phases."""
    rng = np.random.default_rng(round(f0_hz))
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    y = np.zeros_like(t)
    for k, amplitude in amplitudes.items():
        f_hz = f0_hz * k * np.sqrt(1 + stretch * k * k)
        if f_hz < 20000:
            y += amplitude * np.sin(2 * np.pi * (f_hz * t + rng.random()))
    return Audio(0.5 * y / np.abs(y).max(), SAMPLE_RATE)


def noise(seconds: float = 0.5, seed: int = 0, gain: float = 0.1) -> Audio:
    rng = np.random.default_rng(seed)
    return Audio(gain * rng.standard_normal(round(seconds * SAMPLE_RATE)), SAMPLE_RATE)


def silence(seconds: float = 0.5) -> Audio:
    return Audio(np.zeros(round(seconds * SAMPLE_RATE)), SAMPLE_RATE)


def joined(*parts: Audio) -> Audio:
    return Audio(np.concatenate([part.samples for part in parts], axis=1), parts[0].sample_rate)


def shaped(audio: Audio, points: dict[float, float]) -> Audio:
    """Times its gain over time: straight lines between {second: gain}."""
    t = np.arange(len(audio)) / audio.sample_rate
    return Audio(audio.samples * np.interp(t, list(points), list(points.values())), audio.sample_rate)


def dying(audio: Audio, db_per_s: float) -> Audio:
    t = np.arange(len(audio)) / audio.sample_rate
    return Audio(audio.samples * 10 ** (-db_per_s * t / 20), audio.sample_rate)
