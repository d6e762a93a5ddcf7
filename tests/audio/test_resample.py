import numpy as np
import pytest

from patchpilot.audio import Audio, fold_to_stereo, mono_if_mono, resample
from patchpilot.errors import AudioError
from tests.audio.tones import sine


@pytest.mark.parametrize("sample_rate", [8000, 22050, 48000, 192000])
def test_a_tone_stays_the_tone(sample_rate: int) -> None:
    there = resample(sine(1000, 0.5, sample_rate), 44100)
    assert there.sample_rate == 44100
    assert abs(len(there) - 22050) <= 1
    middle = slice(4000, 18000)
    assert np.abs(there.samples[0, middle] - sine(1000).samples[0, middle]).max() < 1e-3


def test_what_is_above_half_the_new_rate_is_gone() -> None:
    low = resample(sine(15000, 0.5, 44100), 22050)
    assert np.abs(low.samples[0, 1000:-1000]).max() < 1e-4


def test_same_rate_is_the_same_sound() -> None:
    assert np.array_equal(resample(sine(440), 44100).samples, sine(440).samples)


def test_rate_must_be_positive() -> None:
    with pytest.raises(AudioError, match="expected a sample rate above 0 Hz, got 0"):
        resample(sine(440), 0)


@pytest.mark.parametrize("channels", [3, 4, 5, 6, 7, 8, 16])
def test_folding_keeps_a_sound_that_all_channels_share(channels: int) -> None:
    same = Audio(np.repeat(sine(440).samples, channels, axis=0), 44100)
    assert np.abs(fold_to_stereo(same).samples - sine(440).samples).max() < 1e-6


@pytest.mark.parametrize("channels", [3, 4, 5, 6, 7, 8, 16])
def test_folding_loses_no_channel_and_never_clips(channels: int) -> None:
    for alone in range(channels):
        samples = np.zeros((channels, 10))
        samples[alone] = 1.0
        folded = fold_to_stereo(Audio(samples, 44100))
        assert folded.channels == 2
        assert 0 < folded.samples.max() <= 1


def test_surround_keeps_its_sides() -> None:
    left = np.zeros((6, 10))
    left[[0, 4]] = 1.0
    folded = fold_to_stereo(Audio(left, 44100)).samples
    assert folded[0].min() > 0.5
    assert folded[1].max() == 0.0


def test_one_and_two_channels_are_left_alone() -> None:
    assert fold_to_stereo(sine(440)).channels == 1


def test_two_equal_channels_are_mono_and_two_different_are_not() -> None:
    tone = sine(440).samples[0]
    hiss = 1e-4 * np.random.default_rng(0).standard_normal(len(tone))
    assert mono_if_mono(Audio(np.stack([tone, tone]), 44100)).channels == 1
    assert mono_if_mono(Audio(np.stack([tone, tone + hiss]), 44100)).channels == 1
    assert mono_if_mono(Audio(np.stack([tone, 0.9 * tone]), 44100)).channels == 2
    assert mono_if_mono(Audio(np.stack([tone, -tone]), 44100)).channels == 2
    assert mono_if_mono(Audio(np.stack([tone, 0 * tone]), 44100)).channels == 2


@pytest.mark.parametrize("rate", [0, -44100, 44100.5, float("nan"), float("inf")])
def test_an_impossible_rate_is_refused(rate: float) -> None:
    with pytest.raises(AudioError, match="expected a whole sample rate above 0 Hz"):
        Audio(np.zeros(10), rate)  # type: ignore[arg-type]


def test_a_whole_rate_is_an_int_however_it_came() -> None:
    audio = Audio(np.zeros(10), 48000.0)  # type: ignore[arg-type]
    assert isinstance(audio.sample_rate, int)
