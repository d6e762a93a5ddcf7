"""Effects of pedalboard, called in this process: they leave nothing behind."""

import itertools

import numpy as np
import pytest

from patchpilot.modules.base import spoken
from patchpilot.modules.collection import pedalboard
from patchpilot.modules.pedals import EffectModule
from tests.modules.collection.hearing import db, noise, sine
from tests.modules.conftest import RATE, context

EFFECTS = [found for found in vars(pedalboard).values() if isinstance(found, EffectModule)]


def heard(module: EffectModule, dry: np.ndarray, **values: float) -> np.ndarray:
    usual = {p.name: spoken(p, p.default) for p in module.parameters}
    signal = dry.astype(np.float32)
    (made,) = module.prepare(RATE, frozenset())({"in": signal}, {**usual, **values}, context(signal.shape[1]))
    assert made.shape == signal.shape
    assert made.dtype == np.float32
    return made


@pytest.mark.parametrize("module", EFFECTS, ids=lambda module: str(module.name))
def test_finite_at_all_corners(module: EffectModule) -> None:
    loud = np.concatenate(
        [noise(4096, 1.0), np.zeros((2, 4096)), 4.0 * sine(50.0, 0.1), -4.0 * sine(18e3, 0.1)], axis=1
    )
    ends = [[float(spoken(p, end)) for end in (p.minimum, p.maximum)] for p in module.parameters]
    for corner in itertools.product(*ends):
        made = heard(module, loud, **dict(zip([p.name for p in module.parameters], corner, strict=True)))
        assert np.isfinite(made).all(), corner
        assert np.abs(made).max() < 1000.0, corner


@pytest.mark.parametrize("module", EFFECTS, ids=lambda module: str(module.name))
def test_the_same_each_time_and_not_nothing(module: EffectModule) -> None:
    dry = sine(440.0, 0.3, 0.9) * np.linspace(0.0, 1.0, 13230)
    first = heard(module, dry)
    np.testing.assert_array_equal(first, heard(module, dry))
    assert np.abs(first - dry).max() > 1e-4


def test_a_delay_is_as_late_as_it_says() -> None:
    dry = np.zeros((2, RATE))
    dry[:, 0] = 1.0
    wet = heard(pedalboard.pedal_delay, dry, delay_seconds=0.2, feedback=0.5, mix=1.0)
    assert list(np.flatnonzero(np.abs(wet[0]) > 0.1)[:3]) == pytest.approx([8820, 17640, 26460], abs=1)


def test_pitch_and_clip() -> None:
    octave = heard(pedalboard.pedal_pitch, sine(440.0, 1.0, 0.5), semitones=12.0)
    assert np.argmax(np.abs(np.fft.rfft(octave[0]))) == pytest.approx(880, rel=0.015)  # Hz
    assert db(heard(pedalboard.pedal_clip, sine(100.0), threshold_db=-12.0).max()) == pytest.approx(
        -12.0, abs=0.01
    )
