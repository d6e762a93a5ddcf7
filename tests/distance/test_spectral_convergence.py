import math

import librosa
import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.distance import spectral_convergence
from tests.distance.pairs import PAIRS, mono_at, noise, silence


@pytest.mark.parametrize(("target", "other"), PAIRS)
def test_agrees_with_librosa(target: Audio, other: Audio) -> None:
    a, b = (np.abs(librosa.stft(mono_at(x, 22050), n_fft=1024, hop_length=256)) for x in (target, other))
    truth = np.linalg.norm(a - b, ord="fro") / np.linalg.norm(a, ord="fro")
    assert spectral_convergence(target, other) == pytest.approx(truth, rel=1e-4)


def test_known_values() -> None:
    half = Audio(0.5 * noise().samples, 44100)
    assert spectral_convergence(noise(), half) == pytest.approx(0.5, rel=1e-4)
    assert spectral_convergence(noise(), silence()) == pytest.approx(1.0)
    assert spectral_convergence(silence(), noise()) == math.inf
    assert spectral_convergence(silence(), silence()) == 0.0
