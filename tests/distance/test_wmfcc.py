import dtw
import librosa
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from patchpilot.audio import Audio
from patchpilot.distance import warped_distance, wmfcc
from tests.distance.pairs import PAIRS, pluck


def truth(target: Audio, other: Audio) -> float:
    def features(audio: Audio) -> np.ndarray:
        mfcc = librosa.feature.mfcc(
            y=audio.samples, sr=44100, n_mfcc=20, n_fft=2205, hop_length=441, n_mels=128
        )
        return np.concatenate(list(mfcc)).T

    cost = cdist(features(target), features(other), lambda a, b: np.abs(a - b).mean())
    return float(dtw.dtw(cost).normalizedDistance)


@pytest.mark.parametrize(("target", "other"), PAIRS)
def test_agrees_with_librosa_and_dtw(target: Audio, other: Audio) -> None:
    assert wmfcc(target, other) == pytest.approx(truth(target, other), rel=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (2, 2), (7, 4), (4, 7), (30, 31)])
def test_warping_agrees_with_dtw(shape: tuple[int, int]) -> None:
    cost = np.random.default_rng(sum(shape)).random(shape)
    assert warped_distance(cost) == pytest.approx(dtw.dtw(cost).normalizedDistance, rel=1e-12)


def test_warping_is_free_where_the_cost_is_zero() -> None:
    times, warped = np.arange(20), np.repeat(np.arange(20), 2)
    assert warped_distance(np.abs(times[:, None] - warped[None, :]).astype(float)) == 0.0


def test_late_by_two_frames_is_forgiven_but_another_note_is_not() -> None:
    late = Audio(np.pad(pluck(220).samples, ((0, 0), (882, 0))), 44100)
    assert wmfcc(pluck(220), late) < 0.5 * wmfcc(pluck(220), pluck(330))
