"""Statistics, beside scipy and published examples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, special, stats

from patchpilot.listening.estimates import bradley_terry, mean, share, sign_p

BASEBALL = """
Milwaukee Detroit 7 6; Milwaukee Toronto 9 4; Milwaukee NewYork 7 6; Milwaukee Boston 7 6; Milwaukee Cleveland 9 4;
Milwaukee Baltimore 11 2; Detroit Toronto 7 6; Detroit NewYork 5 8; Detroit Boston 11 2; Detroit Cleveland 9 4;
Detroit Baltimore 9 4; Toronto NewYork 7 6; Toronto Boston 7 6; Toronto Cleveland 8 5; Toronto Baltimore 12 1;
NewYork Boston 6 7; NewYork Cleveland 7 6; NewYork Baltimore 10 3; Boston Cleveland 7 6; Boston Baltimore 12 1;
Cleveland Baltimore 6 7
"""
"""Games of the American League's eastern division in 1987 (Agresti, Categorical Data Analysis, table 10.10)."""
AGRESTI = {
    "Milwaukee": 1.58, "Detroit": 1.44, "Toronto": 1.29, "NewYork": 1.25, "Boston": 1.11, "Cleveland": 0.68,
    "Baltimore": 0.0,
}  # fmt: skip
"""Strengths that are published for them."""


def games() -> tuple[list[str], np.ndarray]:
    names = list(AGRESTI)
    wins = np.zeros((7, 7))
    for line in BASEBALL.split(";"):
        one, other, won, lost = line.split()
        wins[names.index(one), names.index(other)] = float(won)
        wins[names.index(other), names.index(one)] = float(lost)
    return names, wins


def test_bradley_terry_is_what_agresti_published() -> None:
    names, wins = games()
    found = bradley_terry(wins)
    assert found is not None
    last = found[names.index("Baltimore")].value
    for name, one in zip(names, found, strict=True):
        assert one.value - last == pytest.approx(AGRESTI[name], abs=0.0051)
    assert sum(one.value for one in found) == pytest.approx(0.0, abs=1e-9)


def test_bradley_terry_is_the_most_likely_and_its_interval_that_of_the_information() -> None:
    _, wins = games()
    found = bradley_terry(wins)
    assert found is not None
    best = np.array([one.value for one in found])

    def unlikely(strength: np.ndarray) -> float:
        return float(-(wins * np.log(special.expit(strength[:, None] - strength[None]))).sum())

    free = optimize.minimize(unlikely, np.zeros(7), tol=1e-10)
    assert unlikely(best) <= free.fun + 1e-6
    # standard errors by finite differences of the likelihood, on strengths that add up to 0
    basis = np.linalg.svd(np.ones((1, 7)))[2][1:].T
    step = 1e-4
    hessian = np.array(
        [
            [
                sum(
                    i * j * unlikely(best + step * (i * a + j * b)) for i in (-1, 1) for j in (-1, 1)
                ) / (4 * step**2)
                for b in basis.T
            ]
            for a in basis.T
        ]
    )  # fmt: skip
    error = np.sqrt(np.diag(basis @ np.linalg.inv(hessian) @ basis.T))
    half = np.array([one.high - one.value for one in found if one.high is not None])
    assert half / 1.959964 == pytest.approx(error, rel=1e-3)


def test_bradley_terry_says_nothing_where_somebody_always_won() -> None:
    assert bradley_terry(np.array([[0, 3, 3], [0, 0, 2], [0, 1, 0]])) is None
    assert bradley_terry(np.array([[0, 3, 0], [1, 0, 0], [0, 0, 0]])) is None  # the third was never heard
    assert bradley_terry(np.array([[0, 1.5, 3], [1.5, 0, 2], [1, 1, 0]])) is not None


def test_a_mean_has_the_t_interval_of_scipy() -> None:
    values = [62.0, 71.0, 55.0, 80.0, 66.0]
    one = mean(values)
    low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    assert (one.value, one.low, one.high) == pytest.approx((66.8, low, high))
    assert mean([70.0]).low is None
    assert (mean([70.0, 70.0]).low, mean([70.0, 70.0]).high) == (70.0, 70.0)


def test_a_share_has_wilsons_interval_as_newcombe_published_it() -> None:
    one = share(81, 263 - 81)  # Newcombe 1998, table I, method 3
    assert one is not None
    assert (one.low, one.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    none = share(0, 20)
    assert none is not None
    assert (none.low, none.high) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert share(0, 0) is None


@pytest.mark.parametrize(
    ("wins", "losses", "p"), [(9, 1, 22 / 1024), (1, 9, 22 / 1024), (5, 5, 1.0), (0, 0, 1.0)]
)
def test_the_sign_test_counts_coin_tosses(wins: int, losses: int, p: float) -> None:
    assert sign_p(wins, losses) == pytest.approx(p)
    assert math.isfinite(sign_p(wins, losses))
