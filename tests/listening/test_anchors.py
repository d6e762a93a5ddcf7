"""The anchors' filter is the one of ITU-R BS.1534-3."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.listening.anchors import anchor


def response_db(rate: int, cutoff_hz: float) -> tuple[np.ndarray, np.ndarray]:
    impulse = np.zeros(16384, np.float32)
    impulse[8192] = 1.0
    out = anchor(Audio(impulse, rate), cutoff_hz).samples[0]
    return np.fft.rfftfreq(16384, 1 / rate), 20 * np.log10(np.abs(np.fft.rfft(out)) + 1e-12)


@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_flat_up_to_the_cutoff_and_steep_above(rate: int) -> None:
    hz, db = response_db(rate, 3500.0)
    assert np.abs(db[hz <= 3500]).max() < 0.1
    assert db[hz >= 4000].max() < -25
    assert db[hz >= 4500].max() < -50


def test_nothing_moves_in_time() -> None:
    impulse = np.zeros((2, 4000), np.float32)
    impulse[:, 1000] = 1.0
    out = anchor(Audio(impulse, 44100), 3500.0)
    assert out.samples.shape == (2, 4000)
    assert np.argmax(out.samples, axis=1).tolist() == [1000, 1000]


def test_a_rate_that_has_no_such_highs_is_left_alone() -> None:
    sound = Audio(np.ones(100, np.float32), 8000)
    assert anchor(sound, 7000.0) is sound
