"""The turn that should do what is asked: exact where the world is linear."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import F64
from patchpilot.words.turning import MISSED, Aim, best_turn, cost


def aim(goals: list[float], *, firm: tuple[int, ...] = (), free: tuple[int, ...] = ()) -> Aim:
    places = np.arange(len(goals))
    return Aim.of(np.array(goals), ~np.isin(places, free), np.isin(places, firm), tolerance=2.0)


def turned(asked: Aim, slope: F64, *, low: float = -20.0, high: float = 20.0, price: float = 0.001) -> F64:
    d, f = slope.shape
    start = np.zeros(d)
    return best_turn(
        asked, np.zeros(f), slope, start, np.full(d, low), np.full(d, high), price=price, caution=1e-4
    )


def test_it_reaches_what_is_asked_and_holds_the_rest() -> None:
    slope = np.random.default_rng(0).standard_normal((12, 5))
    found = turned(aim([4.0, 0.0, -3.0, 0.0, 0.0]), slope)
    np.testing.assert_allclose(found @ slope, [4.0, 0.0, -3.0, 0.0, 0.0], atol=0.15)


def test_of_two_ways_it_takes_the_one_that_moves_nothing_else() -> None:
    slope = np.array([[1.0, 2.0], [1.0, 0.0]])
    assert turned(aim([4.0, 0.0]), slope) == pytest.approx([0.0, 4.0], abs=0.1)
    assert turned(aim([4.0, 0.0], free=(1,)), slope)[0] > 0.1


def test_a_price_turns_fewer() -> None:
    slope = np.random.default_rng(1).standard_normal((20, 4))
    asked = aim([4.0, 0.0, 0.0, 0.0])
    counts = [np.count_nonzero(np.abs(turned(asked, slope, price=price)) > 1e-6) for price in (0.001, 2.0)]
    assert counts[1] < counts[0]


def test_it_stays_in_the_box() -> None:
    found = turned(aim([10.0, 0.0]), np.array([[1.0, 0.0], [-1.0, 0.1]]), low=-1.0, high=2.0)
    assert found == pytest.approx([2.0, -1.0])


def test_what_is_missed_costs_most_and_too_far_costs_less_than_nothing() -> None:
    asked = aim([4.0, 0.0])
    costs = [asked.missed(np.array([moved, 0.0])) for moved in (0.0, 2.0, 4.0, 6.0, 40.0)]
    assert costs[0] == pytest.approx(MISSED)
    assert costs[0] > costs[1] > costs[2] == 0.0
    assert 0.0 < costs[3] < costs[4] < costs[0]
    assert aim([-4.0, 0.0]).missed(np.array([-2.0, 0.0])) == pytest.approx(costs[1])


def test_what_somebody_asked_to_hold_weighs_more() -> None:
    plain, firm, free = (aim([4.0, 0.0], **how) for how in ({}, {"firm": (1,)}, {"free": (1,)}))
    strayed = [one.strayed(np.array([4.0, 3.0])) for one in (free, plain, firm)]
    assert strayed == sorted(strayed)
    assert strayed[0] < 0.2 * strayed[1] < strayed[1] < strayed[2]


def test_a_lead_shows_the_way_until_what_is_asked_for_is_reached() -> None:
    asked = aim([-4.0, 0.0, 0.0], free=(1,))
    led = Aim(asked.goals, asked.asked, asked.weights, asked.tolerance, leads=((0, 1, -10.0),))
    slope = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0]])  # nothing moves it, and one handle moves its lead
    assert turned(asked, slope) == pytest.approx([0.0, 0.0], abs=0.1)
    assert turned(led, slope) == pytest.approx([10.0, 0.0], abs=3.0)
    nothing, reached = np.zeros(3), np.array([-4.0, 0.0, 0.0])
    at = np.zeros(2)
    assert (
        cost(led, at, np.array([0.0, -10.0, 0.0]))
        < cost(led, at, np.array([0.0, -3.0, 0.0]))
        < cost(led, at, nothing)
    )
    assert cost(led, at, reached) == cost(asked, at, reached)


def test_it_is_met_once_what_was_asked_for_is_there_and_the_rest_is_held() -> None:
    asked = aim([-4.0, 0.0, 0.0], free=(1,))
    assert asked.is_met(np.array([-3.6, 9.0, 1.9]))
    assert not asked.is_met(np.array([-2.0, 0.0, 0.0]))
    assert not asked.is_met(np.array([-4.0, 0.0, 2.5]))
