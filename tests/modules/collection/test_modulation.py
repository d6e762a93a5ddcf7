import numpy as np
import pytest

from patchpilot.modules.collection.autofilter import auto_filter
from patchpilot.modules.collection.modulation import chorus, flanger, phaser, phaser_flanger, tremolo
from tests.modules.collection.hearing import click, db, fx, noise, partial_db, response_db, sine, stereo
from tests.modules.conftest import RATE


def test_a_voice_of_the_chorus_is_as_late_as_its_wave_says() -> None:
    clicks = np.zeros((2, RATE))
    clicks[:, ::4410] = 1.0
    wet = fx(
        chorus,
        clicks,
        mode="vibrato",
        rate_hz=2.0,
        delay_ms=10.0,
        depth_ms=5.0,
        spread_degrees=0.0,
        output_db=0.0,
    )
    for start in range(0, RATE - 4410, 4410):
        heard = np.arange(start, start + 4410)
        power = np.square(wet[0, heard])
        arrived = float((heard * power).sum() / power.sum())
        lag_ms = 1000.0 * (arrived - start) / RATE
        assert lag_ms == pytest.approx(10.0 + 5.0 * np.sin(2 * np.pi * 2.0 * arrived / RATE), abs=0.03)


def test_a_chorus_is_wide_and_one_without_width_is_mono() -> None:
    assert np.abs(np.diff(fx(chorus, stereo(noise()[0]), width=1.0), axis=0)).max() > 0.05
    assert np.abs(np.diff(fx(chorus, stereo(noise()[0]), width=0.0), axis=0)).max() < 1e-6


@pytest.mark.parametrize("mode", ["chorus", "ensemble"])
def test_a_chorus_keeps_the_power(mode: str) -> None:
    wet = fx(chorus, noise(4 * RATE), mode=mode, mix=1.0)
    assert db(wet[:, RATE:].std() / 0.3) == pytest.approx(0.0, abs=1.5)


def test_a_still_flanger_is_a_comb() -> None:
    wet = fx(flanger, click(), delay_ms=1.0, depth=0.0, feedback=0.0, mix=0.5)  # 44.1 samples
    notches, peaks = response_db(wet, [500.0, 1500.0]), response_db(wet, [1000.0, 2000.0])
    assert np.all(notches < -30.0)
    np.testing.assert_allclose(peaks, 0.0, atol=0.05)


def test_a_flanger_sweeps_at_the_tempo() -> None:
    clicks = np.zeros((2, RATE))
    clicks[:, ::441] = 1.0
    wet = fx(flanger, clicks, rhythm="1/2", delay_ms=8.0, depth=1.0, feedback=0.0, mix=1.0)[0]
    lags = [int(np.argmax(wet[s : s + 441])) for s in range(0, RATE - 441, 441)]
    assert lags[0] == pytest.approx(347, abs=2)  # 352.8 samples at the start, 5.6 fewer 347 samples later
    assert lags[50] < 12
    assert lags[25] == pytest.approx(176, abs=10)


@pytest.mark.parametrize("stages", [2, 4, 12])
def test_a_still_phaser_has_its_notches_where_the_all_passes_say(stages: int) -> None:
    wet = fx(phaser, click(), notches=stages / 2, centre_hz=1000.0, depth_octaves=0.0, feedback=0.0, mix=0.5)
    odd = np.arange(1, stages, 2)
    warped = np.tan(np.pi * 1000.0 / RATE) * np.tan(odd * np.pi / (2 * stages))
    notches = np.arctan(warped) * RATE / np.pi
    assert np.all(response_db(wet, notches) < -50.0)
    assert response_db(wet, [20.0])[0] == pytest.approx(0.0, abs=0.3)
    assert response_db(wet, (notches[:-1] + notches[1:]) / 2.0) == pytest.approx(0.0, abs=6.0)


def test_a_phaser_sweeps_by_its_depth() -> None:
    n = 4 * RATE
    up = np.zeros((2, n))
    up[:, RATE] = 1.0  # a quarter of the way through a wave of 0.25 Hz: two octaves up
    wet = fx(phaser, up, notches=1.0, centre_hz=500.0, rate_hz=0.25, depth_octaves=2.0, feedback=0.0, mix=0.5)
    assert response_db(wet, [2000.0])[0] < -40.0


@pytest.mark.parametrize("mode", ["phaser", "flanger", "doubler"])
def test_one_module_of_three(mode: str) -> None:
    dry = noise(RATE // 2)
    amount = 0.0 if mode == "doubler" else 0.5
    wet = fx(
        phaser_flanger,
        dry,
        mode=mode,
        amount=amount,
        feedback=0.2,
        flanger_ms=3.0,
        centre_hz=700.0,
        notches=3.0,
    )
    alike = {"feedback": 0.2, "mix": 0.5}
    if mode == "phaser":
        expected = fx(phaser, dry, notches=3.0, centre_hz=700.0, depth_octaves=1.0, **alike)
    elif mode == "flanger":
        expected = fx(flanger, dry, delay_ms=3.0, depth=0.5, **alike)
    else:
        lag = int(np.argmax(np.correlate(wet[0, 100:], dry[0, :4000], "valid")[500:])) + 600
        assert lag == 1323  # 30 ms
        return
    np.testing.assert_array_equal(wet, expected)


@pytest.mark.parametrize("depth_db", [6.0, 24.0])
def test_a_tremolo_is_as_deep_as_it_says(depth_db: float) -> None:
    wet = fx(tremolo, np.ones((2, RATE)), rate_hz=4.0, depth_db=depth_db)
    assert db(wet.max()) == pytest.approx(0.0, abs=1e-3)
    assert db(wet.min()) == pytest.approx(-depth_db, abs=1e-3)
    middle = (wet[0].max() + wet[0].min()) / 2.0
    turns = np.flatnonzero((wet[0, :-1] > middle) & (wet[0, 1:] <= middle))
    assert len(turns) == 4
    np.testing.assert_allclose(np.diff(turns), RATE / 4.0, atol=2)


def test_a_square_tremolo_opens_on_the_beat() -> None:
    wet = fx(tremolo, np.ones((2, RATE)), rhythm="1/4", shape="square", depth_db=60.0, spread_degrees=180.0)
    left = np.repeat([1.0, 0.001, 1.0, 0.001], RATE // 4)
    np.testing.assert_allclose(wet[0], left, atol=1e-6)
    np.testing.assert_allclose(wet[1], np.roll(left, RATE // 4), atol=1e-6)


@pytest.mark.parametrize(("slope", "octave_db"), [("12 dB", -12.3), ("24 dB", -24.6)])
def test_the_slope_of_a_low_pass(slope: str, octave_db: float) -> None:
    wet = fx(auto_filter, click(), kind="low pass", slope=slope, cutoff_hz=500.0, resonance=0.0)
    at = response_db(wet, [30.0, 500.0, 1000.0])
    per_half = -3.0103 * (2 if slope == "24 dB" else 1)
    assert at[0] == pytest.approx(0.0, abs=0.02)
    assert at[1] == pytest.approx(per_half, abs=0.05)
    assert at[2] == pytest.approx(octave_db, abs=0.2)


@pytest.mark.parametrize(
    ("kind", "passes", "stops"), [("high pass", 8000.0, 100.0), ("band pass", 1000.0, 20.0)]
)
def test_kinds(kind: str, passes: float, stops: float) -> None:
    wet = fx(auto_filter, click(), kind=kind, cutoff_hz=1000.0, resonance=0.3)
    through, stopped = response_db(wet, [passes, stops])
    assert through == pytest.approx(0.0, abs=0.3)
    assert stopped < -25.0
    notch = fx(auto_filter, click(), kind="notch", cutoff_hz=1000.0)
    assert response_db(notch, [1000.0])[0] < -60.0


def test_resonance_is_the_q_that_it_says() -> None:
    wet = fx(auto_filter, click(), cutoff_hz=1000.0, resonance=0.8)
    assert response_db(wet, [1000.0])[0] == pytest.approx(db(1.0 / (np.sqrt(2.0) * 0.2)), abs=0.01)


def test_the_envelope_opens_it_by_octaves() -> None:
    loud = stereo(np.ones(RATE))  # 0 dB
    probe = sine(4000.0, 1.0, 0.1)
    values = {"cutoff_hz": 500.0, "resonance": 0.0, "attack_ms": 0.1}
    wet = np.asarray(
        auto_filter(
            probe.astype(np.float32),
            loud.astype(np.float32),
            **_with(envelope_octaves=3.0, **values),
        )
    )
    assert partial_db(wet[:, 22050:], 4000.0) == pytest.approx(-20.0 - 3.0103, abs=0.1)


def test_the_lfo_moves_it() -> None:
    dry = noise(2 * RATE)
    wet = fx(auto_filter, dry, cutoff_hz=400.0, lfo_octaves=4.0, lfo_rhythm="1/1", lfo_shape="square")
    first, second = wet[0, :RATE], wet[0, RATE:]  # 6400 Hz for a second, then 25 Hz
    assert db(first.std() / second.std()) > 15.0


def _with(**values: object) -> dict[str, object]:
    from patchpilot.modules.base import spoken
    from tests.modules.conftest import context

    usual = {p.name: spoken(p, p.default) for p in auto_filter.parameters}
    return {**usual, **values, "context": context(RATE)}
