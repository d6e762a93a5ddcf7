import numpy as np
import pytest

from patchpilot.modules.collection.stereo import utility, widener
from tests.modules.collection.hearing import db, fx, noise, partial_db, sine
from tests.modules.conftest import RATE


@pytest.mark.parametrize("width", [0.0, 0.5, 2.0, 4.0])
def test_mono_hears_no_widener(width: float) -> None:
    dry = noise()
    wet = fx(widener, dry, width=width)
    np.testing.assert_allclose(wet.sum(axis=0), dry.sum(axis=0), atol=1e-5)
    apart = fx(widener, dry, width=width, mono_below_hz=20.0)
    np.testing.assert_allclose(apart[0] - apart[1], width * (dry[0] - dry[1]), atol=1e-5)


def test_the_bass_is_mono() -> None:
    sides = sine(40.0) * np.array([[1.0], [-1.0]])
    wet = fx(widener, sides, width=1.0, mono_below_hz=160.0)
    assert partial_db(wet[:, RATE // 2 :], 40.0) < -23.0


def test_balance_keeps_the_power() -> None:
    for balance in (-1.0, -0.4, 0.0, 0.7, 1.0):
        wet = fx(utility, np.ones((2, 100)), balance=balance)
        assert float(np.square(wet[:, 0]).sum()) == pytest.approx(2.0, rel=1e-6)
    assert abs(fx(utility, np.ones((2, 100)), balance=-1.0)[1]).max() < 1e-7


def test_gain_channels_and_polarity() -> None:
    dry = noise(100)
    np.testing.assert_allclose(fx(utility, dry, channels="swap"), dry[::-1], atol=1e-6)
    np.testing.assert_allclose(fx(utility, dry, channels="left")[1], dry[0], atol=1e-6)
    np.testing.assert_allclose(fx(utility, dry, invert="right")[1], -dry[1], atol=1e-6)
    assert db(fx(utility, np.ones((2, 9)), gain_db=-6.0)[0, 0]) == pytest.approx(-6.0, abs=1e-4)
