"""Drums are tuned, fade in their time, and are struck when the notes say."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.modules.collection.drums import hat, kick, snare
from patchpilot.modules.function import FunctionModule
from patchpilot.space import Note
from tests.modules.collection.spectra import fade_ms, heard
from tests.modules.conftest import RATE

ONE = [Note(36, 1.0, 0.0, 0.1)]


@pytest.mark.parametrize("tune", [45.0, 60.0])
def test_a_kick_falls_to_its_tune(tune: float) -> None:
    made = heard(kick, notes=ONE, tune=tune, sweep=3.0, sweep_ms=20.0, decay_ms=2000.0, click=0.0)[0]
    rises = np.flatnonzero((made[:-1] < 0.0) & (made[1:] >= 0.0))
    pace = RATE / np.diff(rises)
    assert pace[-1] == pytest.approx(tune, rel=0.01)
    # f(t) = tune (1 + (2^3 - 1) exp(-t / tau)), at the middle of a cycle.
    at = (rises[0] + rises[1]) / 2.0 / RATE
    assert pace[0] == pytest.approx(tune * (1.0 + 7.0 * np.exp(-at / 0.02)), rel=0.08)


def test_a_kick_fades_in_its_time() -> None:
    made = heard(kick, notes=ONE, tune=50.0, sweep=0.0, decay_ms=600.0, click=0.0)[0]
    peaks = [np.abs(made[s : s + RATE // 50]).max() for s in (0, round(0.3 * RATE))]
    assert 20.0 * np.log10(peaks[0] / peaks[1]) == pytest.approx(30.0, abs=0.1)


def test_a_snare_has_a_skin_and_a_rattle() -> None:
    skin = heard(snare, notes=ONE, snap=0.0, tune=200.0)[0]
    level = np.abs(np.fft.rfft(skin, 1 << 17))
    assert level.argmax() * RATE / (1 << 17) == pytest.approx(200.0, rel=0.02)
    rattle = heard(snare, notes=ONE, snap=1.0, tone=2000.0, snap_ms=400.0)[0]
    power = np.abs(np.fft.rfft(rattle)) ** 2
    hertz = np.fft.rfftfreq(RATE, 1.0 / RATE)
    assert power[hertz < 500.0].mean() < 0.02 * power[(hertz > 4000.0) & (hertz < 8000.0)].mean()
    assert fade_ms(rattle, 0) == pytest.approx(400.0, rel=0.05)
    assert not np.array_equal(rattle, heard(snare, notes=ONE, snap=1.0, seed=1)[0])


def test_two_strokes_of_a_snare_are_not_the_same() -> None:
    made = heard(snare, notes=[*ONE, Note(36, 1.0, 0.5, 0.1)], decay_ms=20.0, snap_ms=50.0)[0]
    first, second = made[:2000], made[RATE // 2 : RATE // 2 + 2000]
    assert np.abs(first - second).max() > 0.1


def test_a_hat_is_high_and_opens() -> None:
    made = heard(hat, notes=ONE, decay_ms=400.0, tone=7000.0)[0]
    power = np.abs(np.fft.rfft(made)) ** 2
    hertz = np.fft.rfftfreq(RATE, 1.0 / RATE)
    assert power[hertz > 5000.0].sum() > 0.95 * power.sum()
    assert fade_ms(made, 0) == pytest.approx(400.0, rel=0.05)


@pytest.mark.parametrize("module", [kick, snare, hat])
def test_strokes_are_where_the_notes_are(module: FunctionModule) -> None:
    notes = [Note(36, 1.0, 0.25, 0.01), Note(36, 0.5, 0.75, 0.01)]
    made = heard(module, notes=notes, decay_ms=40.0)[0]
    start = RATE // 4
    assert not made[: start - 1].any()
    assert np.abs(made[start : start + 500]).max() > 0.1
    if not module.is_random:
        assert made[3 * RATE // 4 :][:2000] == pytest.approx(0.5 * made[start:][:2000], abs=1e-9)
