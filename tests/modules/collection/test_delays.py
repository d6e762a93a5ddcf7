from typing import Any

import numpy as np
import pytest

from patchpilot.modules.collection.delays import delay, haas, ping_pong
from tests.modules.collection.hearing import click, db, fx, noise, partial_db, sine, stereo
from tests.modules.conftest import RATE


@pytest.mark.parametrize("delay_ms", [0.0, 1.0, 12.0, 40.0])
def test_haas_delays_one_side_by_that_many_samples(delay_ms: float) -> None:
    dry = stereo(noise()[0])
    wet = fx(haas, dry, delay_ms=delay_ms)
    lag = int(np.argmax(np.correlate(wet[1], wet[0][: RATE - 2000], "valid")))
    assert lag == round(delay_ms * RATE / 1000.0)
    np.testing.assert_array_equal(wet[0], dry[0].astype(np.float32))


def test_haas_turns_the_late_side() -> None:
    wet = fx(haas, click(), delay_ms=10.0, late="left", late_db=-6.0)
    assert db(wet[0, 441]) == pytest.approx(-6.0, abs=1e-4)
    assert wet[1, 0] == 1.0
    assert np.count_nonzero(wet) == 2


@pytest.mark.parametrize(("tempo", "length", "beats"), [(120.0, "1/8 dotted", 0.75), (97.0, "1/16", 0.25)])
def test_echoes_come_at_the_tempo_to_the_sample(tempo: float, length: str, beats: float) -> None:
    wet = fx(delay, click(4 * RATE), tempo_bpm=tempo, left=length, right="1/4", feedback=0.5, mix=1.0)
    lag = round(beats * 60.0 / tempo * RATE)
    assert list(np.flatnonzero(wet[0])[:4]) == [lag, 2 * lag, 3 * lag, 4 * lag]
    assert np.flatnonzero(wet[1])[0] == round(60.0 / tempo * RATE)


@pytest.mark.parametrize("feedback", [0.25, 0.8])
def test_each_echo_is_softer_by_the_feedback(feedback: float) -> None:
    wet = fx(delay, click(), left="free", left_ms=100.0, feedback=feedback, mix=1.0)
    levels = db(wet[0, 4410::4410])
    assert levels[0] == pytest.approx(0.0, abs=1e-5)
    np.testing.assert_allclose(np.diff(levels), 20.0 * np.log10(feedback), atol=1e-3)


def test_an_echo_is_a_band_of_the_one_before() -> None:
    def second_echo(frequency: float, **values: Any) -> float:
        padded = np.pad(sine(frequency, 0.1), ((0, 0), (0, RATE)))
        wet = fx(delay, padded, left="free", left_ms=200.0, feedback=0.9, mix=1.0, **values)
        return partial_db(wet[:, 17640 : 17640 + 4410], frequency)

    at = {
        hz: second_echo(hz, filter="on", filter_hz=1000.0, filter_octaves=4.0)
        for hz in (100.0, 1000.0, 10_000.0)
    }
    assert second_echo(1000.0) == pytest.approx(db(0.9), abs=0.05)
    assert at[1000.0] > at[100.0] + 10.0
    assert at[1000.0] > at[10_000.0] + 10.0


def test_ping_pong_jumps() -> None:
    wet = fx(ping_pong, click(3 * RATE), length="1/4", feedback=0.5, damping_hz=20_000.0, mix=1.0)
    lag = RATE // 2
    assert [wet[k % 2, (k + 1) * lag] for k in range(4)] == pytest.approx([1.0, 0.5, 0.25, 0.125])
    assert not wet[1, lag]
    assert not wet[0, 2 * lag]


def test_a_moving_feedback_is_a_number_for_each_sample() -> None:
    still = fx(delay, noise(), feedback=0.5, left="1/16", right="1/16")
    moving = fx(delay, noise(), feedback=np.full(RATE, 0.5, np.float32), left="1/16", right="1/16")
    np.testing.assert_array_equal(still, moving)
