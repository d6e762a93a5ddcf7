"""Pairs of sounds for the tests of `patchpilot.distance`."""

import numpy as np

from patchpilot.audio import F32, Audio, resample


def pluck(f0_hz: float, seconds: float = 1.0, sample_rate: int = 44100, db_per_s: float = 30.0) -> Audio:
    t = np.arange(round(seconds * sample_rate)) / sample_rate
    y = sum(np.sin(2 * np.pi * k * f0_hz * t) / k for k in range(1, 12) if k * f0_hz < 0.45 * sample_rate)
    return Audio(0.2 * y * 10 ** (-db_per_s * t / 20), sample_rate)


def noise(seconds: float = 1.0, seed: int = 0, gain: float = 0.1) -> Audio:
    rng = np.random.default_rng(seed)
    return Audio(gain * rng.standard_normal(round(seconds * 44100)), 44100)


def stereo(left: Audio, right: Audio) -> Audio:
    return Audio(np.concatenate([left.samples, right.samples]), left.sample_rate)


def silence(seconds: float = 1.0) -> Audio:
    return Audio(np.zeros(round(seconds * 44100)), 44100)


def mono_at(audio: Audio, sample_rate: int) -> F32:
    return resample(audio, sample_rate).mono()


PAIRS = [
    (pluck(220), pluck(233)),
    (pluck(110), noise()),
    (noise(seed=1), noise(seed=2)),
    (stereo(pluck(220), pluck(110)), stereo(noise(), pluck(220))),
]
