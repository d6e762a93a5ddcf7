import numpy as np
import pytest

from patchpilot.modules.collection.space import hall, reverb
from tests.modules.collection.hearing import click, db, fx, noise, response_db, rt60_s
from tests.modules.conftest import RATE, play

OPEN = {"mix": 1.0, "low_cut_hz": 20.0, "high_cut_hz": 20_000.0}


@pytest.mark.parametrize("size", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("decay_s", [0.4, 1.8, 6.0])
def test_it_decays_by_60_db_in_the_seconds_that_the_knob_says(decay_s: float, size: float) -> None:
    wet = fx(reverb, click(round((decay_s + 0.5) * RATE)), decay_s=decay_s, size=size, high_decay=1.0, **OPEN)
    assert rt60_s(wet) == pytest.approx(decay_s, rel=0.15)


def test_high_frequencies_decay_sooner() -> None:
    wet = fx(reverb, click(4 * RATE), decay_s=3.0, high_decay=0.3, high_hz=2000.0, **OPEN)
    turn = np.abs(np.fft.rfft(wet.reshape(2, 8, -1)[0], axis=1))
    hz = np.fft.rfftfreq(RATE // 2, 1.0 / RATE)
    low, high = (turn[:, (hz > f) & (hz < 1.5 * f)].mean(axis=1) for f in (200.0, 12_000.0))
    assert db(low[3] / low[1]) == pytest.approx(-20.0, abs=3.0)  # a second, a third of 60 dB
    assert db(high[3] / high[1]) == pytest.approx(-60.0, abs=12.0)


@pytest.mark.parametrize("decay_s", [0.5, 8.0])
def test_the_wet_is_about_as_loud_as_the_dry(decay_s: float) -> None:
    wet = fx(reverb, noise(10 * RATE), decay_s=decay_s, high_decay=1.0, **OPEN)
    assert db(wet[:, 8 * RATE :].std() / 0.3) == pytest.approx(0.0, abs=3.0)


def test_predelay_and_cuts() -> None:
    wet = fx(reverb, click(), predelay_ms=100.0, size=0.5, **OPEN)
    assert 4410 <= np.flatnonzero(np.abs(wet).max(axis=0) > 1e-6)[0] < 4410 + round(0.05 * RATE)
    cut = fx(reverb, click(), **{**OPEN, "low_cut_hz": 1000.0})
    bass = np.arange(100.0, 120.0)
    assert response_db(cut, bass).mean() < response_db(wet, bass).mean() - 25.0


def test_width() -> None:
    wide, mono = (fx(reverb, click(), width=w, **OPEN) for w in (1.0, 0.0))
    assert abs(float(np.mean(wide[0] * wide[1]))) < 0.2 * float(np.mean(np.square(wide)))
    np.testing.assert_array_equal(mono[0], mono[1])


def test_the_hall_decays_in_its_seconds() -> None:
    values = {"low_decay_s": 2.0, "mid_decay_s": 2.0, "damping_hz": 20_000.0, "mix": 1.0}
    assert rt60_s(play(hall, {"in": click(3 * RATE)}, values)) == pytest.approx(2.0, rel=0.15)
