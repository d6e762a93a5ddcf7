import librosa
import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.distance import sot
from tests.distance.pairs import PAIRS, noise, silence


def truth(target: Audio, other: Audio) -> float:
    def distribution(audio: Audio) -> np.ndarray:
        magnitude = np.abs(librosa.stft(audio.mono(), n_fft=2205, hop_length=882))
        return np.asarray(magnitude / np.clip(magnitude.sum(axis=0, keepdims=True), 1e-6, None))

    difference = np.cumsum(distribution(target), axis=0) - np.cumsum(distribution(other), axis=0)
    return float((np.abs(difference).sum(axis=0) / len(difference)).mean())


@pytest.mark.parametrize(("target", "other"), PAIRS)
def test_agrees_with_librosa(target: Audio, other: Audio) -> None:
    assert sot(target, other) == pytest.approx(truth(target, other), rel=1e-4)


def tone(f_hz: float) -> Audio:
    return Audio(np.sin(2 * np.pi * f_hz * np.arange(44100) / 44100), 44100)


def test_it_is_how_far_the_tone_moved() -> None:
    assert sot(tone(2000), tone(6000)) == pytest.approx(4000 / 22050, rel=0.02)
    assert sot(tone(2000), tone(18000)) == pytest.approx(16000 / 22050, rel=0.02)


def test_between_zero_and_one() -> None:
    assert 0 < sot(noise(), silence()) < 1
    assert sot(silence(), silence()) == 0
