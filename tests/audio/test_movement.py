"""Movement is what comes and goes: not decay, and hardly noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from patchpilot.audio import Audio
from patchpilot.audio.movement import movement_db_s

RATE = 44100
T = np.arange(RATE) / RATE
TONE = np.sum([np.sin(2.0 * np.pi * 220.0 * k * T) / k for k in range(1, 20)], axis=0)


def moving(wave: npt.NDArray[np.float64]) -> float:
    return movement_db_s(Audio((0.1 * wave).astype(np.float32), RATE), released_s=0.9)


def test_a_tremolo_moves_as_far_as_it_is_deep_and_as_often_as_it_is_quick() -> None:
    swing_db = 20.0 * np.log10(1.5 / 0.5)
    slow, quick = (moving(TONE * (1.0 + 0.5 * np.sin(2.0 * np.pi * hz * T))) for hz in (2.0, 5.0))
    assert slow == pytest.approx(2.0 * 2.0 * swing_db, rel=0.35)
    assert quick > 1.7 * slow
    assert moving(TONE * (1.0 + 0.2 * np.sin(2.0 * np.pi * 5.0 * T))) < 0.6 * quick


def test_what_is_steady_or_only_decays_does_not_move() -> None:
    assert moving(TONE) < 1.0
    assert moving(TONE * np.exp(-T / 0.3)) < 3.0


def test_noise_moves_less_than_a_tremolo() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE)
    assert moving(noise) < 0.5 * moving(TONE * (1.0 + 0.5 * np.sin(2.0 * np.pi * 5.0 * T)))


@pytest.mark.parametrize("n", [0, 100, 5000, RATE])
def test_silence_is_still(n: int) -> None:
    assert movement_db_s(Audio(np.zeros(n, np.float32), RATE), released_s=1.0) == 0.0
