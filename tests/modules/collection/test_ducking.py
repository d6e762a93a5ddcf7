import numpy as np
import pytest

from patchpilot.modules.collection.ducking import beat_ducker, ducker
from tests.modules.collection.hearing import db, fx
from tests.modules.conftest import RATE

ONES = np.ones((2, 2 * RATE))


@pytest.mark.parametrize(("tempo", "every", "beats"), [(120.0, "1/4", 1.0), (174.0, "1/8", 0.5)])
def test_depth_and_recovery_at_a_tempo(tempo: float, every: str, beats: float) -> None:
    wet = fx(beat_ducker, ONES, tempo_bpm=tempo, every=every, depth_db=24.0, length=0.5)
    period = beats * 60.0 / tempo * RATE
    for beat in range(3):
        begin = int(np.ceil(beat * period - 1e-6))
        assert db(wet[0, begin]) == pytest.approx(-24.0, abs=0.02)
        back = int(np.ceil((beat + 0.5) * period))
        np.testing.assert_array_equal(wet[0, back : int((beat + 1) * period - 1)], 1.0)
        assert db(wet[0, back - 40]) < -0.01
        assert db(wet[0, round((beat + 0.25) * period)]) == pytest.approx(-12.0, abs=0.02)


def test_offset_and_bend() -> None:
    wet = fx(beat_ducker, ONES, depth_db=16.0, length=1.0, offset=0.25, bend=2.0)
    assert db(wet[0, int(np.ceil(0.25 * RATE / 2))]) == pytest.approx(-16.0, abs=0.02)
    assert db(wet[0, round(0.75 * RATE / 2)]) == pytest.approx(-4.0, abs=0.02)


def test_a_kick_makes_room_for_itself() -> None:
    kick = np.zeros((2, 2 * RATE))
    kick[:, RATE // 2 : RATE] = 0.5
    values = {
        "depth_db": 18.0,
        "attack_ms": 5.0,
        "hold_ms": 100.0,
        "release_ms": 150.0,
        "threshold_db": -30.0,
    }
    wet = db(fx(ducker, ONES, kick, **values)[0])
    assert not wet[: RATE // 2].any()
    assert wet[RATE // 2 + 220] == pytest.approx(-18.0 * (1.0 - np.exp(-1.0)), abs=0.1)
    assert wet[RATE - 1] == pytest.approx(-18.0, abs=0.01)
    assert wet[RATE + 4410 - 10] == pytest.approx(-18.0, abs=0.01)
    assert wet[RATE + 4410 + 6615] == pytest.approx(-18.0 * np.exp(-1.0), abs=0.1)


def test_a_soft_sidechain_does_nothing() -> None:
    np.testing.assert_array_equal(fx(ducker, ONES, 0.01 * ONES, threshold_db=-30.0), 1.0)
