"""Filters have the slopes and peaks that their formulas say."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from patchpilot.modules.collection.filters import (
    bandpass,
    comb,
    formant,
    highpass,
    ladder,
    lowpass,
    notch,
)
from patchpilot.modules.faust_code import FaustModule
from tests.modules.collection.spectra import amplitude, heard, response_db
from tests.modules.conftest import RATE, play

CUTOFF = 1000.0
AT = np.array([125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0])
BUTTERWORTH = 0.7071067811865476


def _impulse(n: int = RATE // 2, height: float = 1.0) -> npt.NDArray[np.float32]:
    given = np.zeros(n, np.float32)
    given[0] = height
    return given


def _warped(hertz: npt.NDArray[Any], cutoff: float = CUTOFF) -> npt.NDArray[np.complex128]:
    """Frequencies j f / f_c of the analogue filter that the bilinear transform makes equal at the cutoff."""
    return np.asarray(1.0j * np.tan(np.pi * hertz / RATE) / np.tan(np.pi * cutoff / RATE))


def _two_pole(kind: str, s: npt.NDArray[np.complex128], q: float) -> npt.NDArray[np.complex128]:
    top = {"low": np.ones_like(s), "high": s**2, "band": s / q, "notch": 1.0 + s**2}[kind]
    return top / (s**2 + s / q + 1.0)


def _steep(kind: str, s: npt.NDArray[np.complex128], q: float) -> npt.NDArray[np.complex128]:
    if kind in ("low", "high"):  # a Butterworth filter of order 4, whose second section is lifted
        return _two_pole(kind, s, 0.541196) * _two_pole(kind, s, 1.306563 * q / BUTTERWORTH)
    return _two_pole(kind, s, q) ** 2


@pytest.mark.parametrize(
    ("module", "kind"), [(lowpass, "low"), (highpass, "high"), (bandpass, "band"), (notch, "notch")]
)
@pytest.mark.parametrize(("slope", "q"), [("12 dB", 0.7071), ("24 dB", 4.0)])
def test_response_is_the_bilinear_transform_of_the_analogue_one(
    module: FaustModule, kind: str, slope: str, q: float
) -> None:
    made = play(module, {"in": _impulse()}, {"cutoff": CUTOFF, "resonance": q, "slope": slope})
    found = response_db(made[0], AT)
    ideal = (_two_pole if slope == "12 dB" else _steep)(kind, _warped(AT), q)
    heard_at = np.abs(ideal) > 1e-3
    assert found[heard_at] == pytest.approx(20.0 * np.log10(np.abs(ideal[heard_at])), abs=0.05)
    assert np.all(found[~heard_at] < -55.0)
    octave = found[list(AT).index(2000.0)] - found[list(AT).index(4000.0)]
    if kind == "low":  # the resonance is the gain at the cutoff, and past it the slope is what it is called
        assert found[list(AT).index(CUTOFF)] == pytest.approx(20.0 * np.log10(q), abs=0.05)
        assert octave == pytest.approx(13.0 if slope == "12 dB" else 26.0, abs=2.0)
    if kind == "notch":
        assert found[list(AT).index(CUTOFF)] < -60.0


def test_a_moving_cutoff_moves_the_filter() -> None:
    """A sine of 1 kHz through a low-pass that opens from 100 Hz to 10 kHz."""
    tone = np.sin(2.0 * np.pi * 1000.0 * np.arange(RATE) / RATE)
    made = play(lowpass, {"in": tone}, {"cutoff": np.geomspace(100.0, 10_000.0, RATE)})[0]
    closed, open_ = made[2000:6000], made[-6000:]
    assert amplitude(closed, 1000.0) < 0.05
    assert amplitude(open_, 1000.0) == pytest.approx(1.0, abs=0.02)


def test_ladder_is_four_poles_with_feedback() -> None:
    for resonance in (0.0, 0.5, 0.9):
        made = heard(ladder, inputs={"audio": np.stack([_impulse(height=1e-3)] * 2)}, n=RATE // 2,
                     cutoff=CUTOFF, resonance=resonance)  # fmt: skip
        k = 4.0 * resonance
        ideal = (1.0 + 0.5 * k) / ((1.0 + _warped(AT)) ** 4 + k)
        assert response_db(made[0] * 1e3, AT) == pytest.approx(20.0 * np.log10(np.abs(ideal)), abs=0.05)
        if resonance == 0.0:
            assert response_db(made[0] * 1e3, CUTOFF) == pytest.approx(-12.04, abs=0.02)
            assert response_db(made[0] * 1e3, 2.0 * CUTOFF) == pytest.approx(-28.0, abs=0.3)


def test_ladder_sings_at_its_cutoff() -> None:
    made = heard(
        ladder, inputs={"audio": np.stack([_impulse()] * 2)}, n=RATE // 2, cutoff=440.0, resonance=0.98
    )
    late = made[0, 8000:16_000]
    level = np.abs(np.fft.rfft(late, 1 << 17))
    assert level.argmax() * RATE / (1 << 17) == pytest.approx(440.0, rel=0.01)


def test_ladder_growls_with_drive() -> None:
    tone = np.tile(0.3 * np.sin(2.0 * np.pi * 100.0 * np.arange(RATE) / RATE), (2, 1))
    soft, hard = (heard(ladder, inputs={"audio": tone}, drive=d, cutoff=5000.0) for d in (0.25, 16.0))
    third = [amplitude(x[0, 4000:], 300.0) / amplitude(x[0, 4000:], 100.0) for x in (soft, hard)]
    assert third[0] < 1e-3
    assert third[1] > 0.1


def test_ladder_hears_both_sides() -> None:
    """Two equal sides are one; two different ones are each their own."""
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((2, 4000)) * 0.1
    both = heard(ladder, inputs={"audio": [left, right]}, n=4000)
    for side, given in enumerate((left, right)):
        alone = heard(ladder, inputs={"audio": [given, given]}, n=4000)
        assert np.array_equal(alone[0], alone[1])
        assert np.array_equal(both[side], alone[0])


def test_comb_has_peaks_of_0_db_at_harmonics() -> None:
    made = play(comb, {"in": _impulse()}, {"frequency": 441.0, "feedback": 0.8})[0]
    assert response_db(made, 441.0 * np.arange(1, 6)) == pytest.approx(0.0, abs=0.01)
    valley = 20.0 * np.log10(0.2 / 1.8)
    assert response_db(made, 441.0 * (np.arange(1, 6) + 0.5)) == pytest.approx(valley, abs=0.01)


def test_comb_is_in_tune_between_samples() -> None:
    made = play(comb, {"in": _impulse(RATE)}, {"frequency": 443.3, "feedback": 0.98})[0]
    level = np.abs(np.fft.rfft(made, 1 << 19))
    around = slice(int(350 / RATE * (1 << 19)), int(550 / RATE * (1 << 19)))
    peak = (level[around].argmax() + around.start) * RATE / (1 << 19)
    assert 1200.0 * np.log2(peak / 443.3) == pytest.approx(0.0, abs=1.0)


def test_formant_has_the_vowels_peaks() -> None:
    for vowel, (first, second) in ((0.0, (650.0, 1080.0)), (2.0, (290.0, 1870.0))):
        made = play(formant, {"in": _impulse(8192)}, {"vowel": vowel})[0]
        grid = np.fft.rfftfreq(8192, 1.0 / RATE)
        level = np.abs(np.fft.rfft(made))
        peaks = grid[1:-1][(level[1:-1] > level[:-2]) & (level[1:-1] > level[2:])]
        assert peaks[0] == pytest.approx(first, rel=0.02)
        assert peaks[1] == pytest.approx(second, rel=0.03)
