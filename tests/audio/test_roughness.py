"""Roughness is fast beating inside a band, most at 70 Hz."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from patchpilot.audio import Audio
from patchpilot.audio.roughness import roughness

RATE = 44100
T = np.arange(RATE) / RATE


def rough(wave: npt.NDArray[np.float64]) -> float:
    return roughness(Audio((0.1 * wave).astype(np.float32), RATE), released_s=0.9)


def modulated(hz: float, depth: float = 1.0) -> npt.NDArray[np.float64]:
    return np.asarray(np.sin(2.0 * np.pi * 1000.0 * T) * (1.0 + depth * np.sin(2.0 * np.pi * hz * T)))


def test_it_is_most_at_70_hz() -> None:
    found = {hz: rough(modulated(hz)) for hz in (0.0, 10.0, 30.0, 70.0, 160.0, 400.0)}
    assert max(found, key=lambda hz: found[hz]) == 70.0
    assert found[0.0] < 0.05
    assert found[10.0] < 0.2 * found[70.0]
    assert found[400.0] < 0.3 * found[70.0]


def test_it_grows_with_the_depth() -> None:
    depths = [rough(modulated(70.0, depth)) for depth in (0.1, 0.3, 0.6, 1.0)]
    assert depths == sorted(depths)
    assert depths[0] < 0.5 * depths[-1]


def test_two_tones_beat_only_near_each_other() -> None:
    near, far = (rough(np.sin(2e3 * np.pi * T) + np.sin(2.0 * np.pi * hz * T)) for hz in (1050.0, 1900.0))
    assert near > 4.0 * far


def test_loudness_does_not_count() -> None:
    assert rough(0.01 * modulated(70.0)) == pytest.approx(rough(modulated(70.0)), rel=1e-3)


@pytest.mark.parametrize("n", [0, 100, RATE])
def test_silence_is_smooth(n: int) -> None:
    assert roughness(Audio(np.zeros(n, np.float32), RATE), released_s=1.0) == 0.0
