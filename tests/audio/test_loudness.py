import math

import numpy as np
import pytest

from patchpilot.audio import Audio, db, loudness_lufs, peak, rms
from tests.audio.tones import joined, noise, silence, sine


def test_full_scale_sine_is_minus_three_lufs() -> None:
    assert loudness_lufs(sine(997, 5.0, 48000, gain=1.0)) == pytest.approx(-3.01, abs=0.05)


def test_both_channels_add_up() -> None:
    mono = sine(997, 2.0, gain=0.1)
    stereo = Audio(np.repeat(mono.samples, 2, axis=0), 44100)
    assert loudness_lufs(stereo) - loudness_lufs(mono) == pytest.approx(3.01, abs=0.01)


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.39, 0.4, 0.41])
def test_a_short_sound_is_as_loud_as_a_long_one(seconds: float) -> None:
    assert loudness_lufs(sine(1000, seconds)) == pytest.approx(loudness_lufs(sine(1000, 3.0)), abs=1.0)


def test_gain_is_loudness() -> None:
    quiet, loud = noise(1.0, gain=0.01), noise(1.0, gain=0.1)
    assert loudness_lufs(loud) - loudness_lufs(quiet) == pytest.approx(20, abs=0.01)


def test_silence_has_none() -> None:
    assert loudness_lufs(silence()) == -math.inf
    assert loudness_lufs(Audio(1e-6 * noise().samples, 44100)) == -math.inf
    assert loudness_lufs(sine(1000, 0.005)) == -math.inf


def test_peak_and_rms() -> None:
    assert peak(sine(1000, gain=0.5)) == pytest.approx(0.5, abs=1e-4)
    assert rms(sine(1000, gain=0.5)) == pytest.approx(0.5 / math.sqrt(2), rel=1e-4)
    assert rms(joined(sine(1000), silence())) == pytest.approx(0.25, rel=1e-3)
    nothing = Audio(np.zeros((1, 0)), 44100)
    assert (peak(nothing), rms(nothing), loudness_lufs(nothing)) == (0.0, 0.0, -math.inf)


def test_decibels() -> None:
    assert db(1.0) == 0.0
    assert db(0.1) == pytest.approx(-20)
    assert db(0.0) == -math.inf


def test_no_length_is_too_short_by_a_rounding() -> None:
    rounded_up = [n for n in range(441, 17640) if n / 44100 * 44100 > n]
    assert rounded_up
    for n in rounded_up[::100]:
        assert loudness_lufs(Audio(np.full(n, 0.1), 44100)) > -70.0
