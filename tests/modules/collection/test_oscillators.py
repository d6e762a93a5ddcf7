"""Oscillators have the harmonics of their wave, and no others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import jv

from patchpilot.modules.collection.oscillators import SPREAD, fm, pulse, saw, sine, supersaw, triangle
from patchpilot.modules.collection.wavetable import TABLES, wavetable
from patchpilot.modules.function import FunctionModule
from patchpilot.space import Note
from tests.modules.collection.spectra import amplitude, between_harmonics_db, heard, hertz, spectrum
from tests.modules.conftest import RATE

STEADY = slice(4000, None)
"""After the short rise."""


def _note(pitch: int) -> list[Note]:
    return [Note(pitch, 1.0, 0.0, 2.0)]


def _naive(pitch: int) -> Any:
    return 2.0 * (np.arange(RATE) * hertz(pitch) / RATE % 1.0) - 1.0


@pytest.mark.parametrize("pitch", [48, 84, 108, 115])
@pytest.mark.parametrize("module", [saw, pulse, triangle, sine, fm])
def test_nothing_folds_back(module: FunctionModule, pitch: int) -> None:
    made = heard(module, notes=_note(pitch))[0, STEADY]
    assert between_harmonics_db(made, hertz(pitch)) < -75.0
    assert np.abs(made).max() > 0.2


@pytest.mark.parametrize("pitch", [84, 108])
def test_a_naive_saw_folds_back(pitch: int) -> None:
    """What the tables are for: the same measure of a saw that is merely drawn."""
    assert between_harmonics_db(_naive(pitch)[STEADY], hertz(pitch)) > -16.0


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("position", [0.0, 0.4, 1.0])
def test_nothing_folds_back_from_a_wavetable(table: str, position: float) -> None:
    made = heard(wavetable, notes=_note(96), table=table, position=position)[0, STEADY]
    assert between_harmonics_db(made, hertz(96)) < -75.0


@pytest.mark.parametrize(("index", "ratio"), [(12.0, 1.0), (12.0, 2.0), (3.0, 4.0), (12.0, 16.0)])
def test_fm_keeps_to_its_room(index: float, ratio: float) -> None:
    """An index that would fold back is made less: what folds back all the same stays below -50 dB."""
    for pitch in (60, 84, 100):
        made = heard(fm, notes=_note(pitch), index=index, ratio=ratio)[0, STEADY]
        assert between_harmonics_db(made, hertz(pitch)) < -50.0


def test_waves_have_their_series() -> None:
    k = np.arange(1, 21)
    expected = {
        saw: 2.0 / (np.pi * k),
        pulse: np.where(k % 2, 4.0 / (np.pi * k), 0.0),
        triangle: np.where(k % 2, 8.0 / (np.pi * k) ** 2, 0.0),
        sine: np.where(k == 1, 1.0, 0.0),
    }
    for module, series in expected.items():
        made = heard(module, notes=_note(57), level=1.0)[0, STEADY]
        assert [amplitude(made, 220.0 * n) for n in k] == pytest.approx(series, abs=2e-4)


@pytest.mark.parametrize("width", [0.1, 0.3, 0.5])
def test_a_pulse_has_notches_where_its_width_says(width: float) -> None:
    made = heard(pulse, notes=_note(57), level=1.0, width=width)[0, STEADY]
    k = np.arange(1, 21)
    series = np.abs(4.0 * np.sin(np.pi * k * width) / (np.pi * k))
    assert [amplitude(made, 220.0 * n) for n in k] == pytest.approx(series, abs=5e-4)
    assert abs(made.mean()) < 1e-3


def test_fm_has_sidebands_of_bessel_functions() -> None:
    made = heard(fm, notes=_note(69), ratio=0.5, index=2.0, level=1.0)[0, STEADY]
    # The carrier is 440 Hz, the sidebands lie 220 Hz apart; those below 0 Hz come back with their sign changed.
    for k in range(-1, 7):
        folded = jv(-k - 4, 2.0) if k > -2 else 0.0
        expected = abs(jv(k, 2.0) - folded)
        assert amplitude(made, 440.0 + 220.0 * k) == pytest.approx(expected, abs=1e-3)


def test_the_supersaw_is_seven_saws() -> None:
    made = heard(supersaw, notes=_note(81), detune=50.0, n=4 * RATE)
    frequencies, level = spectrum(made.sum(axis=0)[STEADY])
    around = (frequencies > 840.0) & (frequencies < 925.0)
    peaks = [
        f
        for f, before, now, after in zip(frequencies[1:-1], level[:-2], level[1:-1], level[2:], strict=True)
        if 840.0 < f < 925.0 and before < now > after and now > 0.1 * level[around].max()
    ]
    expected = [880.0 * 2.0 ** (50.0 * spread / 1200.0) for spread in SPREAD]
    assert peaks == pytest.approx(expected, abs=0.5)


def test_the_supersaw_is_as_wide_as_it_is_told() -> None:
    narrow, wide = (heard(supersaw, width=width) for width in (0.0, 1.0))
    assert np.allclose(narrow[0], narrow[1], atol=1e-12)
    assert np.corrcoef(wide[0], wide[1])[0, 1] < 0.75
    assert supersaw.is_random
    assert not np.allclose(narrow, heard(supersaw, width=0.0, seed=1), atol=0.01)


def test_a_moving_pitch_is_followed_exactly() -> None:
    """A second of 440 Hz and one an octave above it, in one signal."""
    semitones = np.repeat(np.array([0.0, 12.0], np.float32), RATE)
    made = heard(saw, notes=_note(69), semitones=semitones, n=2 * RATE)[0]
    for part, f in ((made[4000:RATE], 440.0), (made[RATE:], 880.0)):
        assert between_harmonics_db(part, f) < -75.0
        assert amplitude(part, f) == pytest.approx(0.4 * 2.0 / np.pi, rel=1e-3)


def test_cents_are_hundredths_of_a_semitone() -> None:
    assert np.allclose(heard(saw, cents=100.0), heard(saw, semitones=1.0), atol=1e-7)


def test_a_source_fades_when_the_key_is_let_go() -> None:
    made = heard(sine, notes=[Note(93, 1.0, 0.0, 0.5)], release_ms=200.0)[0]
    open_, late = made[10_000:12_000], made[RATE // 2 + 8820 - 25 : RATE // 2 + 8820 + 25]
    assert 20.0 * np.log10(np.abs(late).max() / np.abs(open_).max()) == pytest.approx(-60.0, abs=0.5)


@pytest.mark.parametrize("module", [saw, pulse, triangle, sine, fm, supersaw, wavetable])
def test_a_source_does_not_click(module: FunctionModule) -> None:
    """It begins at nothing, and a new note does not break off the wave."""
    made = heard(module, notes=[Note(45, 1.0, 0.1, 0.3), Note(45, 1.0, 0.4, 0.3)], n=RATE)
    start = round(0.1 * RATE)
    assert np.all(made[:, :start] == 0.0)
    assert np.abs(made[:, start : start + 3]).max() < 0.1
