from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.space import Arc


def test_a_line_goes_through_its_points_and_stays_outside_them() -> None:
    arc = Arc("x", ((1, 10), (3, 30)))
    assert arc.at([0, 1, 2, 3, 9]).tolist() == [10, 10, 20, 30, 30]


def test_a_step_is_taken_at_its_point() -> None:
    arc = Arc("x", ((1, 10), (2, 20), (4, -5)), "hold")
    assert arc.at([0, 1, 1.999, 2, 3.999, 4, 7]).tolist() == [10, 10, 10, 20, 20, -5, -5]


@pytest.mark.parametrize("sign", [1, -1])
def test_exponential_is_equal_ratios(sign: int) -> None:
    arc = Arc("x", ((0, sign * 100.0), (2, sign * 1600.0)), "exponential")
    np.testing.assert_allclose(arc.at([0, 0.5, 1, 1.5, 2]), sign * np.array([100, 200, 400, 800, 1600]))


def test_a_spline_goes_through_its_points_smoothly_and_does_not_overshoot() -> None:
    arc = Arc("x", ((0, 0), (1, 1), (2, 1), (4, -2)), "spline")
    places = np.linspace(0, 4, 4001)
    values = arc.at(places)
    np.testing.assert_allclose(arc.at([0, 1, 2, 4, 5]), [0, 1, 1, -2, -2], atol=1e-12)
    assert values.max() <= 1.0
    assert values.min() >= -2.0
    assert np.abs(np.diff(values, 2)).max() < 1e-4  # no corner, where a line has one of 1e-3


def test_a_walk_has_its_spread_and_its_beginning_does_not_hang_on_its_length() -> None:
    ends = [Arc("x", ((0, 5.0),), "walk", spread=0.5, seed=seed).at([4.0])[0] for seed in range(400)]
    assert np.mean(ends) == pytest.approx(5.0, abs=0.15)
    assert np.std(ends) == pytest.approx(1.0, rel=0.15)  # 0.5 a bar, four bars
    arc = Arc("x", ((0, 5.0),), "walk", spread=0.5, seed=3)
    places = np.linspace(0, 2, 50)
    np.testing.assert_array_equal(arc.at(places), arc.at(np.append(places, 60.0))[:50])
    assert arc.at([0.0])[0] == 5.0


def test_samples_are_in_bars_at_a_tempo() -> None:
    values = Arc("x", ((0, 0), (1, 1))).values(48000, 12000, 120.0)
    assert values.dtype == np.float32
    assert values[[0, 12000, 24000, 40000]].tolist() == [0.0, 0.5, 1.0, 1.0]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"points": ()}, "at least one point"),
        ({"points": ((0, math.nan),)}, "finite"),
        ({"points": ((1, 0), (1, 2))}, "bars from 0 that rise"),
        ({"points": ((-1, 0),)}, "bars from 0 that rise"),
        ({"points": ((0, 1),), "shape": "wavy"}, "expected a shape of linear, hold"),
        ({"points": ((0, 1), (1, -1)), "shape": "exponential"}, "values above 0"),
        ({"points": ((0, 1),), "shape": "walk", "spread": -1.0}, "spread >= 0"),
        ({"points": ((0, 1),), "shape": "walk", "seed": -1}, "seed >= 0"),
    ],
)
def test_an_arc_that_is_none_is_refused(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=f"the arc of x: .*{words}"):
        Arc("x", **parts)
