"""Noisiness follows how much noise was added, and tones have none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from patchpilot.audio import Audio
from patchpilot.audio.noisiness import noisiness_db

RATE = 44100
T = np.arange(RATE) / RATE
TONE = np.sum([np.sin(2.0 * np.pi * 220.0 * k * T) / k for k in range(1, 40)], axis=0)
NOISE = np.random.default_rng(0).standard_normal(RATE)


def noisy(wave: npt.NDArray[np.float64]) -> float:
    return noisiness_db(Audio((0.05 * wave).astype(np.float32), RATE), released_s=0.9)


def test_it_grows_with_the_noise() -> None:
    found = [noisy(TONE + level * NOISE) for level in (0.0, 0.02, 0.1, 0.5)]
    assert found == sorted(found)
    assert found[0] < -35.0
    assert np.diff(found).min() > 3.0
    assert noisy(NOISE) > -3.0


def test_beating_voices_are_no_noise() -> None:
    other = np.sum([np.sin(2.0 * np.pi * 222.0 * k * T) / k for k in range(1, 40)], axis=0)
    assert noisy(TONE + other) < noisy(TONE + 0.1 * NOISE)


def test_loudness_does_not_count() -> None:
    assert noisy(0.1 * (TONE + 0.1 * NOISE)) == pytest.approx(noisy(TONE + 0.1 * NOISE), abs=0.1)


@pytest.mark.parametrize("n", [0, 100, RATE])
def test_silence_has_none(n: int) -> None:
    assert noisiness_db(Audio(np.zeros(n, np.float32), RATE), released_s=1.0) == -40.0
