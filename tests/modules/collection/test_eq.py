from typing import Any

import numpy as np
import pytest

from patchpilot.modules.collection.eq import bell, eq3, eq8
from tests.modules.collection.hearing import click, db, fx, noise, partial_db, response_db, sine
from tests.modules.conftest import RATE


@pytest.mark.parametrize(
    ("hz", "gain_db", "q"), [(1000.0, 6.0, 1.0), (100.0, -18.0, 2.0), (9000.0, 12.0, 4.0)]
)
def test_a_bell_gives_its_gain_at_its_centre(hz: float, gain_db: float, q: float) -> None:
    at = response_db(fx(bell, click(), frequency_hz=hz, gain_db=gain_db, q=q), [hz, 20.0, 21_500.0])
    assert at[0] == pytest.approx(gain_db, abs=0.01)
    assert at[1:] == pytest.approx(0.0, abs=1.0)


def test_the_width_of_a_bell_is_its_q() -> None:
    hz, q = 1000.0, 2.0
    wet = fx(bell, click(), frequency_hz=hz, gain_db=12.0, q=q)
    wide = np.flatnonzero(
        db(np.fft.rfft(wet[0])) > 6.0
    )  # Hz; half the gain in dB, as the cookbook measures it
    assert hz / (wide[-1] - wide[0]) == pytest.approx(q, rel=0.02)


def test_three_bands() -> None:
    wet = fx(eq3, click(), low_db=9.0, mid_db=-6.0, mid_q=4.0, high_db=-12.0)
    at = response_db(wet, [10.0, 200.0, 1000.0, 5000.0, 21_000.0])
    assert at == pytest.approx([9.0, 4.5, -6.0, -6.0, -12.0], abs=0.4)
    np.testing.assert_array_equal(fx(eq3, noise()), noise().astype(np.float32))


def test_eight_bands_each_where_it_is() -> None:
    hz = [50.0 * 2.2**i for i in range(8)]
    gains = [6.0, -6.0, 9.0, -9.0, 3.0, -12.0, 15.0, -15.0]
    values: dict[str, Any] = {}
    for band, (at, level) in enumerate(zip(hz, gains, strict=True), 1):
        values |= {
            f"band_{band}_kind": "bell",
            f"band_{band}_hz": at,
            f"band_{band}_db": level,
            f"band_{band}_q": 12.0,
        }
    wet = fx(eq8, click(2 * RATE), output_db=-3.0, **values)
    np.testing.assert_allclose(response_db(wet, hz), np.array(gains) - 3.0, atol=0.6)


@pytest.mark.parametrize(
    ("kind", "corner_db", "octave_db"),
    [
        ("high pass 12 dB", -3.01, -12.3),
        ("low pass 12 dB", -3.01, -12.4),
        ("high pass 48 dB", -3.01, -48.3),
        ("low pass 48 dB", -3.01, -48.6),
    ],
)
def test_pass_filters(kind: str, corner_db: float, octave_db: float) -> None:
    wet = fx(eq8, click(), band_1_kind=kind, band_1_hz=1000.0, band_1_q=0.70710678)
    beyond, through = (500.0, 15_000.0) if "high" in kind else (2000.0, 40.0)
    at = response_db(wet, [1000.0, beyond, through])
    assert at == pytest.approx([corner_db, octave_db, 0.0], abs=0.35)


def test_a_notch_and_shelves() -> None:
    values: dict[str, Any] = {
        "band_4_kind": "notch",
        "band_4_hz": 1000.0,
        "band_1_db": 12.0,
        "band_8_db": -9.0,
    }
    at = response_db(fx(eq8, click(), **values), [10.0, 1000.0, 21_500.0])
    assert at[1] < -60.0
    assert at[[0, 2]] == pytest.approx([12.0, -9.0], abs=0.5)


def test_a_bell_that_moves_is_where_it_is_told_to_be() -> None:
    dry = sine(1000.0, 2.0, 0.1)
    hz = np.where(np.arange(2 * RATE) < RATE, 1000.0, 8000.0).astype(np.float32)
    wet = fx(bell, dry, frequency_hz=hz, gain_db=12.0, q=6.0)
    assert partial_db(wet[:, RATE // 2 : RATE], 1000.0) == pytest.approx(db(0.1) + 12.0, abs=0.02)
    assert partial_db(wet[:, 3 * RATE // 2 :], 1000.0) == pytest.approx(db(0.1), abs=0.1)
