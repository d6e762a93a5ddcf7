import librosa
import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.distance import Metric, mfcc13_mae, mfcc40_mae
from tests.distance.pairs import PAIRS, mono_at, noise


@pytest.mark.parametrize(("n_mfcc", "metric"), [(13, mfcc13_mae), (40, mfcc40_mae)])
@pytest.mark.parametrize(("target", "other"), PAIRS)
def test_agrees_with_librosa(target: Audio, other: Audio, n_mfcc: int, metric: Metric) -> None:
    a, b = (librosa.feature.mfcc(y=mono_at(x, 22050), sr=22050, n_mfcc=n_mfcc) for x in (target, other))
    assert metric(target, other) == pytest.approx(np.abs(a - b).mean(), rel=1e-4)


def test_gain_moves_the_first_coefficient_alone() -> None:
    """20 dB in each of 128 bands are 20 * sqrt(128) in the first coefficient."""
    louder = Audio(10 * noise().samples, 44100)
    assert mfcc13_mae(noise(), louder) == pytest.approx(20 * np.sqrt(128) / 13, rel=1e-3)
