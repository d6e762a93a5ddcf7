"""Where a sound lies: on sounds of which it is known."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import F64, Audio
from patchpilot.instruments.take import Origin, Take
from patchpilot.search.descriptors import CELLS, NAMES, describe
from patchpilot.space import Patch, Performance
from tests.toy import Toy

RATE = 44100
T = np.arange(2 * RATE) / RATE


def described(samples: F64) -> dict[str, float]:
    audio = Audio(samples.astype(np.float32), RATE)
    take = Take(Patch.make(Toy().space), Performance(), audio, "toy 1", Origin("test"))
    return dict(zip(NAMES, describe(take).tolist(), strict=True))


def sine(hz: float) -> F64:
    return 0.5 * np.sin(2 * np.pi * hz * T)


def test_an_octave_is_as_far_anywhere() -> None:
    found = [described(sine(hz))["brightness"] for hz in (250.0, 500.0, 1000.0, 2000.0, 4000.0)]
    assert np.diff(found) == pytest.approx(1.0 / 5.5, abs=0.03)


def test_noise_is_noisy_and_a_sine_is_not() -> None:
    assert described(sine(440.0))["noise"] < 0.2
    assert described(np.random.default_rng(0).normal(0.0, 0.2, len(T)))["noise"] > 0.8


def test_slow_and_long_are_more() -> None:
    fast, slow = described(sine(880.0)), described(sine(880.0) * np.minimum(T, 1.0))
    assert slow["attack"] > fast["attack"] + 0.4
    assert described(sine(440.0) * np.exp(-T / 0.03))["length"] < described(sine(440.0))["length"] - 0.4


def test_all_are_within_their_cells_and_silence_is_in_none() -> None:
    extremes = [described(sine(hz) * np.exp(-T / fall)) for hz in (30.0, 18000.0) for fall in (0.001, 100.0)]
    for one in extremes:
        assert all(0.0 <= value <= 1.0 for value in one.values())
    assert np.isnan(list(described(np.zeros(len(T))).values())).all()
    assert len(CELLS) == len(NAMES)
