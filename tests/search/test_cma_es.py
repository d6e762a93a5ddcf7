from __future__ import annotations

import copy
import pickle
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from patchpilot.audio import F64
from patchpilot.search.cma_es import Evolution

D = 6
LOW, HIGH = np.full(D, -3.0), np.array([0.0, 3.0, 3.0, 3.0, 3.0, 2.0])
WHOLE = 5
"""Place of the coordinate that is a whole number."""


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns a thousand times as often as usual."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


def evolution(seed: int) -> Evolution:
    return Evolution(np.zeros(D), low=LOW, high=HIGH, spread=np.ones(D), whole=[WHOLE], seed=seed, size=8)


def squares(asked: list[F64], centre: float = 0.0) -> list[float]:
    return [float(((at - centre) ** 2).sum()) for at in asked]


def found_by(seed: int, start: threading.Barrier | None = None) -> F64:
    """All that an evolution asks for in some generations, (n, d)."""
    if start is not None:
        start.wait()
    one = evolution(seed)
    asked = []
    for _ in range(15):
        asked += (generation := one.ask())
        one.tell(squares(generation))
    return np.array(asked)


def test_it_goes_on_as_its_copy_and_leaves_the_numbers_of_others_alone() -> None:
    np.random.seed(5)  # noqa: NPY002
    mine = evolution(1)
    for _ in range(2):
        mine.tell(squares(mine.ask()))
    asked = mine.ask()
    others = [copy.deepcopy(mine), pickle.loads(pickle.dumps(mine))]
    for one in (mine, *others):
        one.tell(squares(asked))
    expected = mine.ask()
    for one in others:
        np.testing.assert_array_equal(one.ask(), expected)
    drawn = np.random.random()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    assert drawn == np.random.random()  # noqa: NPY002


@pytest.mark.usefixtures("hasty_threads")
def test_those_in_other_threads_change_nothing() -> None:
    alone = [found_by(seed) for seed in range(4)]
    start = threading.Barrier(4)
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(found_by, range(4), [start] * 4))
    for mine, expected in zip(together, alone, strict=True):
        np.testing.assert_array_equal(mine, expected)


def test_it_keeps_to_ranges_and_whole_numbers() -> None:
    one = evolution(0)
    for _ in range(10):
        asked = np.array(one.ask())
        one.tell([-float(at[0]) for at in asked])
        assert (asked >= LOW - 1e-6).all()
        assert (asked <= HIGH + 1e-6).all()
        np.testing.assert_array_equal(asked[:, WHOLE], np.round(asked[:, WHOLE]))
    assert one.spread.shape == (D,)


@pytest.mark.parametrize("d", [1, 4])
def test_it_finds_the_bottom_of_a_bowl(d: int) -> None:
    one = Evolution(
        np.zeros(d), low=np.full(d, -9.0), high=np.full(d, 9.0), spread=np.ones(d), seed=0, size=8
    )
    for _ in range(60):
        one.tell(squares(one.ask(), centre=2.0))
    at, cost = one.best
    np.testing.assert_allclose(at, np.full(d, 2.0), atol=0.05)
    assert cost == pytest.approx(float(((at - 2.0) ** 2).sum()))
