from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.distance import logmel
from patchpilot.instruments.take import Origin, Take
from patchpilot.objectives.closeness import CloseTo
from patchpilot.space import Patch, Performance
from tests.audio.tones import noise, sine
from tests.toy import Toy


def _take(audio: Audio) -> Take:
    return Take(Patch.make(Toy().space), Performance(), audio, "toy 1", Origin("test"))


def test_the_sound_itself_is_best_and_louder_is_the_same() -> None:
    target = noise(0.4)
    close = CloseTo(target)
    assert close.score(_take(target)) == {"close_to": 0.0}
    louder = Audio(3.0 * target.samples, target.sample_rate)
    assert close.score(_take(louder))["close_to"] == pytest.approx(0.0, abs=1e-4)


def test_a_score_is_minus_the_distance() -> None:
    target, other = sine(220), sine(233)
    assert CloseTo(target).score(_take(other))["close_to"] == pytest.approx(-logmel(target, other))
    silent = Audio(np.zeros((1, 22050)), 44100)
    assert CloseTo(target).score(_take(silent))["close_to"] < CloseTo(target).score(_take(other))["close_to"]
