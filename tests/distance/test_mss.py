import librosa
import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.distance import mss
from tests.distance.pairs import PAIRS, pluck


def truth(target: Audio, other: Audio) -> float:
    def mel_db(audio: Audio, n_fft: int, hop: int, n_mels: int) -> np.ndarray:
        mel = librosa.feature.melspectrogram(
            y=audio.samples, sr=44100, n_fft=n_fft, hop_length=hop, n_mels=n_mels, window="hann"
        )
        return np.asarray(librosa.power_to_db(mel, ref=np.max))

    scales = [(441, 220, 32), (1102, 441, 64), (4410, 2205, 128)]
    return float(np.mean([np.abs(mel_db(target, *s) - mel_db(other, *s)).mean() for s in scales]))


@pytest.mark.parametrize(("target", "other"), PAIRS)
def test_agrees_with_librosa(target: Audio, other: Audio) -> None:
    assert mss(target, other) == pytest.approx(truth(target, other), rel=1e-4)


def test_does_not_hear_gain() -> None:
    quiet = Audio(0.1 * pluck(220).samples, 44100)
    assert mss(pluck(220), quiet) < 0.01
