"""Sequences of uniform numbers: every place can be asked for by itself, and all of them are evenly spread."""

from __future__ import annotations

import hashlib
import threading

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.space.sequences import BLOCK, SEQUENCES, independent, latin_hypercube, sequence, sobol

NAMES = sorted(SEQUENCES)
FIRST = {
    "lhs": "79676d055ea5a9c5",
    "sobol": "75dde9db8adc849d",
    "random": "c834ceab6083c747",
}
"""How digests begin of places 0, 1 and 1024 of seed 5 in seven dimensions: datasets depend on them."""


def rows(name: str, n: int, *, n_dims: int = 5, seed: int = 0, start: int = 0) -> np.ndarray:
    return np.array([SEQUENCES[name](n_dims, seed, index) for index in range(start, start + n)])


@pytest.mark.parametrize("name", NAMES)
def test_a_place_is_the_same_whatever_was_asked_for_before(name: str) -> None:
    forwards = rows(name, 40, start=BLOCK - 20)
    backwards = np.array([SEQUENCES[name](5, 0, index) for index in range(BLOCK + 19, BLOCK - 21, -1)])
    assert np.array_equal(forwards, backwards[::-1])


@pytest.mark.parametrize("name", NAMES)
def test_threads_that_ask_at_once_get_the_same(name: str) -> None:
    expected, found = rows(name, 8, n_dims=11, start=3 * BLOCK - 4), {}

    def ask(number: int) -> None:
        found[number] = rows(name, 8, n_dims=11, start=3 * BLOCK - 4)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(found[number], expected) for number in range(4))


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_in_their_range_and_seeds_and_places_differ(name: str) -> None:
    first = rows(name, 50)
    assert first.shape == (50, 5)
    assert first.dtype == np.float64
    assert (first >= 0.0).all()
    assert (first < 1.0).all()
    assert len({row.tobytes() for row in first}) == 50
    assert not np.array_equal(first, rows(name, 50, seed=1))


@pytest.mark.parametrize("name", NAMES)
def test_what_was_drawn_once_is_drawn_for_ever(name: str) -> None:
    picked = np.array([SEQUENCES[name](7, 5, index) for index in (0, 1, BLOCK)])
    digest = hashlib.sha256(np.floor(picked * 2**40).astype("<i8").tobytes()).hexdigest()
    assert digest[:16] == FIRST[name]


@pytest.mark.parametrize("block", [0, 2])
def test_each_block_of_a_latin_hypercube_visits_every_part_of_every_dimension_once(block: int) -> None:
    parts = np.floor(rows("lhs", BLOCK, start=block * BLOCK) * BLOCK)
    assert all(np.array_equal(np.sort(column), np.arange(BLOCK)) for column in parts.T)


def test_dimensions_of_a_latin_hypercube_have_nothing_to_do_with_one_another() -> None:
    correlation = np.corrcoef(rows("lhs", BLOCK).T)
    assert np.abs(correlation - np.eye(5)).max() < 0.15


def test_a_sobol_sequence_fills_squares_evenly_and_goes_on_beyond_its_blocks() -> None:
    cells = np.floor(rows("sobol", 2 * BLOCK, n_dims=2) * 32).astype(int)
    counts = np.zeros((32, 32), int)
    np.add.at(counts, (cells[:, 0], cells[:, 1]), 1)
    assert (counts == 2).all()


def test_independent_numbers_leave_gaps_that_the_others_do_not() -> None:
    parts = np.floor(rows("random", BLOCK) * BLOCK)
    assert len(np.unique(parts[:, 0])) < 0.7 * BLOCK


def test_a_block_that_was_made_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        latin_hypercube(5, 0, 0)[0] = 0.5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("seed", "index"), [(-1, 0), (0, -1)])
def test_there_is_nothing_before_the_start(name: str, seed: int, index: int) -> None:
    with pytest.raises(ParameterError, match=rf"expected seed >= 0 and index >= 0, got {seed} and {index}"):
        SEQUENCES[name](3, seed, index)


def test_what_a_sequence_cannot_do_is_said() -> None:
    with pytest.raises(ParameterError, match="at least one dimension, got 0"):
        independent(0, 0, 0)
    with pytest.raises(
        ParameterError, match="got 3 dimensions and place 1073741824; 'lhs' and 'random' have"
    ):
        sobol(3, 0, 2**30)
    with pytest.raises(ParameterError, match="no way of sampling 'halton'; there are: lhs, sobol, random"):
        sequence("halton")
