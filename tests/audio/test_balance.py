"""Ratios of parts of a spectrum that is known."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from patchpilot.audio import F64, Audio
from patchpilot.audio.balance import low_db, odd_even_db, presence_db, spectrum

RATE, F0_HZ = 44100, 220.0
T = np.arange(RATE) / RATE


def power(partials: Mapping[int, float]) -> F64:
    wave = np.sum([gain * np.sin(2.0 * np.pi * F0_HZ * k * T) for k, gain in partials.items()], axis=0)
    return spectrum(Audio((0.05 * wave).astype(np.float32), RATE))


def test_the_fundamental_against_the_others() -> None:
    assert low_db(power({1: 1.0, 2: 0.5}), F0_HZ) == pytest.approx(20.0 * math.log10(2.0), abs=0.3)
    assert low_db(power({1: 1.0, 2: 2.0}), F0_HZ) == pytest.approx(-20.0 * math.log10(2.0), abs=0.3)
    assert low_db(power({1: 1.0}), F0_HZ) == pytest.approx(40.0, abs=5.0)


def test_what_lies_between_2_and_6_khz() -> None:
    assert presence_db(power({1: 1.0, 16: 1.0})) == pytest.approx(-3.0, abs=0.3)
    assert presence_db(power({16: 1.0})) == pytest.approx(0.0, abs=0.1)


def test_odd_partials_against_even_ones() -> None:
    both = dict.fromkeys(range(1, 13), 1.0)
    assert odd_even_db(power(both), F0_HZ) == pytest.approx(20.0 * math.log10(5.0 / 6.0), abs=0.3)
    hollow = {k: 1.0 if k % 2 else 0.1 for k in range(1, 13)}
    assert odd_even_db(power(hollow), F0_HZ) == pytest.approx(20.0 * math.log10(50.0 / 6.0), abs=0.5)
    assert odd_even_db(power({1: 1.0, 3: 1.0}), F0_HZ) == 40.0


@pytest.mark.parametrize("n", [0, 100, RATE])
def test_silence_is_in_balance(n: int) -> None:
    silent = spectrum(Audio(np.zeros((2, n), np.float32), RATE))
    assert (low_db(silent, F0_HZ), presence_db(silent), odd_even_db(silent, F0_HZ)) == (0.0, 0.0, 0.0)
