import librosa
import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.distance import log_stft_mae
from tests.distance.pairs import PAIRS, mono_at, noise


@pytest.mark.parametrize(("target", "other"), PAIRS)
def test_agrees_with_librosa(target: Audio, other: Audio) -> None:
    a, b = (np.abs(librosa.stft(mono_at(x, 22050), n_fft=1024, hop_length=256)) for x in (target, other))
    truth = np.abs(np.log10(np.maximum(a, 1e-4)) - np.log10(np.maximum(b, 1e-4))).mean()
    assert log_stft_mae(target, other) == pytest.approx(truth, rel=1e-4)


def test_gain_is_heard_in_decades() -> None:
    assert log_stft_mae(noise(), Audio(10 * noise().samples, 44100)) == pytest.approx(1.0, abs=0.01)
