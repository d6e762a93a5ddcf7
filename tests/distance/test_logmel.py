import time
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio, load
from patchpilot.distance import LogMel, logmel, wording
from tests.distance.pairs import PAIRS, noise, pluck, silence, stereo

DATA = Path(__file__).parents[1] / "data"


def later(audio: Audio, samples: int) -> Audio:
    return Audio(np.pad(audio.samples, ((0, 0), (samples, 0))), audio.sample_rate)


def test_white_noises_are_the_scales_anchor() -> None:
    values = [logmel(noise(2.0, seed), noise(2.0, seed + 100)) for seed in range(4)]
    assert np.mean(values) == pytest.approx(0.29, abs=0.02)


def test_definition() -> None:
    """The same number from librosa's filters and a plain transcription of the definition."""
    import librosa

    target, other = pluck(220), pluck(330)

    def mel(audio: Audio) -> np.ndarray:
        y = np.pad(audio.samples[0], (0, 8820)).astype(float)
        y *= 0.1 / np.sqrt(np.mean(y**2))
        magnitude = np.abs(librosa.stft(y, n_fft=2048, hop_length=882))
        return np.asarray(librosa.filters.mel(sr=44100, n_fft=2048, n_mels=96, fmin=30) @ magnitude)

    ours, theirs = mel(target), mel(other)
    active = (ours > 3e-3) | (theirs > 3e-3)
    truth = np.abs(np.log(ours + 1e-3) - np.log(theirs + 1e-3))[active].mean()
    assert logmel(target, other) == pytest.approx(truth, rel=0.03)
    assert logmel(target, other) <= truth * 1.005


@pytest.mark.parametrize("gain", [1e-3, 0.1, 7.0])
def test_gain_changes_nothing(gain: float) -> None:
    for target, other in PAIRS:
        louder = Audio(gain * other.samples, 44100)
        assert logmel(target, louder) == pytest.approx(logmel(target, other), abs=1e-3)
        assert logmel(target, Audio(gain * target.samples, 44100)) == pytest.approx(0, abs=1e-4)


def test_padding_and_what_follows_change_nothing() -> None:
    target, other = pluck(220), pluck(330, 1.2)
    longer = Audio(np.pad(other.samples, ((0, 0), (0, 44100))), 44100)
    followed = Audio(np.concatenate([other.samples, noise(1.0).samples], axis=1), 44100)
    assert logmel(target, longer) == logmel(target, other)
    assert logmel(target, followed) == logmel(target, other)


@pytest.mark.parametrize("shift", [20, 44, 60, 88])
def test_two_milliseconds_late_is_forgiven(shift: int) -> None:
    for sound in (pluck(220), load(DATA / "bd_haus.flac"), load(DATA / "elec_ping.flac")):
        assert logmel(sound, later(sound, shift)) < 0.06
        assert logmel(later(sound, shift), sound) < 0.06


def test_ten_milliseconds_late_is_not() -> None:
    kick = load(DATA / "bd_haus.flac")
    assert logmel(kick, later(kick, 441)) > 0.1


def test_order_of_what_one_hears() -> None:
    target = pluck(220)
    duller = pluck(220, db_per_s=33)
    ladder = [target, duller, pluck(233), noise(), silence()]
    distances = [logmel(target, other) for other in ladder]
    assert distances == sorted(distances)
    assert distances[0] == 0.0
    assert distances[1] < 0.2
    assert distances[-1] > 2.5


def test_silence_is_a_number() -> None:
    assert logmel(silence(), silence()) == 0.0
    assert np.isfinite(logmel(silence(), noise()))
    assert np.isfinite(logmel(noise(), silence()))
    assert np.isfinite(logmel(noise(), Audio(np.zeros((2, 0)), 44100)))


def test_rates_and_channels_do_not_matter() -> None:
    target = pluck(220)
    assert logmel(target, pluck(220, sample_rate=96000)) < 0.05
    assert logmel(target, stereo(target, target)) < 1e-4


def test_heard_once_is_the_same() -> None:
    for target, other in PAIRS:
        assert LogMel(target)(other) == logmel(target, other)


def test_quick_enough_for_a_search() -> None:
    distance, other = LogMel(noise(2.0)), noise(2.0, 1)
    distance(other)
    spent = []
    for _ in range(10):
        began = time.process_time()
        distance(other)
        spent.append(time.process_time() - began)
    assert min(spent) < 0.02


def test_words() -> None:
    said = [wording(distance) for distance in (0.0, 0.19, 0.2, 0.34, 0.35, 0.59, 0.6, 1.19, 1.2, 3.5)]
    assert said == [
        *["nearly identical"] * 2,
        *["very close"] * 2,
        *["close"] * 2,
        *["related"] * 2,
        *["far"] * 2,
    ]
