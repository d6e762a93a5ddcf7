"""Noise has the slope of its colour, and is another with each seed."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.modules.collection.noise import noise, pinking
from tests.modules.collection.spectra import heard
from tests.modules.conftest import RATE

OCTAVES = 31.25 * 2.0 ** np.arange(10)


def _levels(colour: str) -> list[float]:
    """Power of each octave in dB."""
    made = heard(noise, colour=colour, n=8 * RATE, level=1.0)[0, 4000:]
    power = np.abs(np.fft.rfft(made)) ** 2
    frequencies = np.fft.rfftfreq(len(made), 1.0 / RATE)
    return [10.0 * np.log10(power[(frequencies >= f) & (frequencies < 2 * f)].mean()) for f in OCTAVES[:-1]]


@pytest.mark.parametrize(("colour", "slope"), [("white", 0.0), ("pink", -3.01)])
def test_slope(colour: str, slope: float) -> None:
    assert np.polyfit(np.arange(9), _levels(colour), 1)[0] == pytest.approx(slope, abs=0.15)


@pytest.mark.parametrize("rate", [22050, 44100, 96000])
def test_the_pink_filter_falls_evenly_at_any_rate(rate: int) -> None:
    poles, gains, direct = pinking(rate)
    hertz = np.geomspace(25.0, 0.4 * rate, 100)
    late = np.exp(-2.0j * np.pi * hertz / rate)
    response = direct + sum(g / (1.0 - p * late) for p, g in zip(poles, gains, strict=True))
    off = 20.0 * np.log10(np.abs(response)) + 10.0 * np.log10(hertz)
    assert np.ptp(off) < 0.8


def test_seeds_are_heard() -> None:
    same = [heard(noise, seed=3), heard(noise, seed=3), heard(noise, seed=4)]
    assert np.array_equal(same[0], same[1])
    assert abs(np.corrcoef(same[0][0], same[2][0])[0, 1]) < 0.02
    assert noise.is_random


def test_sides_have_nothing_in_common() -> None:
    for colour, most in (("white", 0.02), ("pink", 0.15)):
        assert abs(np.corrcoef(*heard(noise, colour=colour))[0, 1]) < most


def test_a_longer_performance_begins_alike() -> None:
    assert np.array_equal(heard(noise, n=2 * RATE)[:, :RATE], heard(noise, n=RATE))


def test_colours_are_equally_strong() -> None:
    white, pink = (heard(noise, colour=colour, n=4 * RATE).std() for colour in ("white", "pink"))
    assert white == pytest.approx(0.4 / np.sqrt(3.0), rel=0.02)
    assert pink == pytest.approx(white, rel=0.15)
