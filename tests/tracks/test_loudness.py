from __future__ import annotations

import numpy as np
import pytest
import soxr

from patchpilot.audio import Audio, loudness_lufs
from patchpilot.tracks.features import Listened
from patchpilot.tracks.loudness import clipped, loudness, true_peak_db
from tests.tracks.beating import RATE, beat


def test_loudness_is_that_of_single_sounds() -> None:
    sound = beat(138.0, 16, bass=0.3)
    found = loudness(Listened(sound))
    assert found.integrated_lufs == pytest.approx(loudness_lufs(sound), abs=0.05)
    assert found.plr_db == pytest.approx(found.true_peak_db - (found.integrated_lufs or 0.0))


def test_peaks_between_samples_are_those_at_a_higher_rate() -> None:
    t = np.arange(RATE) / RATE
    sine = 0.5 * np.hanning(RATE)[None].astype(np.float32) * np.sin(2 * np.pi * RATE / 4 * t + np.pi / 4)
    assert true_peak_db(sine) == pytest.approx(-6.02, abs=0.1)  # its samples reach 0.35
    noise = np.random.default_rng(0).normal(0, 0.1, (1, RATE)).astype(np.float32)
    higher = soxr.resample(noise[0], RATE, 4 * RATE, quality="VHQ")
    assert true_peak_db(noise) == pytest.approx(20 * np.log10(np.abs(higher).max()), abs=0.3)


def test_steady_noise_has_the_psr_of_noise_and_no_range() -> None:
    noise = Audio(0.1 * np.random.default_rng(0).standard_normal(10 * RATE), RATE)
    found = loudness(Listened(noise))
    assert found.range_lu < 0.5
    assert found.psr_db is not None
    assert found.loudest_lufs is not None
    assert found.psr_db == pytest.approx(
        20 * np.log10(np.abs(noise.samples).max()) - found.loudest_lufs, abs=0.7
    )


def test_what_was_cut_off_is_told_from_what_was_not() -> None:
    t = np.arange(RATE) / RATE
    loud = 1.5 * np.sin(2 * np.pi * 100 * t)[None].astype(np.float32)
    assert clipped(np.clip(loud, -0.9, 0.9)) > 0.3
    assert clipped(loud / 1.5) < 0.02
    assert clipped(0.1 * np.clip(loud, -0.9, 0.9)) == 0.0  # quiet: a square wave, not a mistake
