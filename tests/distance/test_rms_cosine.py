import librosa
import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.distance import rms_cosine
from tests.distance.pairs import PAIRS, noise, pluck, silence


def truth(target: Audio, other: Audio) -> float:
    a, b = (
        librosa.feature.rms(y=audio.mono(), frame_length=2205, hop_length=1102)[0]
        for audio in (target, other)
    )
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize(("target", "other"), PAIRS)
def test_agrees_with_librosa(target: Audio, other: Audio) -> None:
    assert rms_cosine(target, other) == pytest.approx(truth(target, other), rel=1e-4)


def test_higher_is_more_alike() -> None:
    target = pluck(220, db_per_s=60)
    assert rms_cosine(target, pluck(110, db_per_s=55)) > rms_cosine(target, noise())
    assert rms_cosine(target, target) == pytest.approx(1.0, abs=1e-9)


def test_silence() -> None:
    assert rms_cosine(noise(), silence()) == 0.0
    assert rms_cosine(silence(), noise()) == 0.0
    assert rms_cosine(silence(), silence()) == 1.0
