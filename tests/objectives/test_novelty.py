from __future__ import annotations

import copy

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.objectives.archive import Memory
from patchpilot.objectives.novelty import Novel
from tests.objectives.takes import Loved, Read, clusters, take_of


def test_the_mean_distance_to_the_nearest_known_sounds() -> None:
    known = Memory(np.eye(3, dtype=np.float32))
    novel = Novel(Read(), known, k=2)
    assert novel.score(take_of([1, 0, 0]))["novel"] == pytest.approx(
        np.sqrt(2.0) / 2.0
    )  # itself, and another
    assert novel.score(take_of([-1, 0, 0]))["novel"] == pytest.approx(np.sqrt(2.0), rel=1e-6)
    assert novel.score(take_of([9, 0, 0])) == novel.score(take_of([1, 0, 0]))  # level is not novelty


def test_nothing_is_known_at_first_and_what_was_told_is_not_new_again() -> None:
    novel, take = Novel(Read(), k=1), take_of([0, 1, 0])
    assert novel.score(take) == {"novel": 2.0}
    assert novel.score(take) == {"novel": 2.0}  # scoring alone teaches nothing
    novel.learn([take])
    assert novel.score(take)["novel"] == pytest.approx(0.0, abs=1e-6)


def test_what_is_loved_already_is_not_new() -> None:
    golden = Loved([[1, 0, 0]])
    novel = Novel(Read(), golden=golden, k=1)
    assert novel.score(take_of([1, 0, 0]))["novel"] == pytest.approx(0.0, abs=1e-6)


def test_it_goes_on_from_its_state() -> None:
    first = Novel(Read(8), k=3)
    first.learn([take_of(vector) for vector in clusters([5, 5])])
    second = Novel(Read(8), k=3)
    second.state = copy.deepcopy(first.state)
    take = take_of(np.eye(8)[4])
    assert second.score(take) == first.score(take)


def test_a_take_is_embedded_once_for_all_objectives() -> None:
    ear, take = Read(), take_of([1, 0, 0])
    one, other = Novel(ear), Novel(ear)
    one.score(take)
    one.learn([take])
    other.score(take)
    assert ear.heard == 1


def test_memory_is_exact_and_gives_fewer_where_it_holds_fewer() -> None:
    vectors = clusters([40, 40, 3], seed=3)
    memory = Memory(vectors[:50])
    memory.add(vectors[50:])
    assert len(memory) == 83
    assert memory.vectors == pytest.approx(vectors, abs=1e-6)
    expected = np.sort(np.linalg.norm(vectors - vectors[7], axis=1))[:10]
    assert memory.distances(vectors[7], 10) == pytest.approx(expected, abs=1e-3)
    assert len(memory.distances(vectors[7], 500)) == 83
    assert len(Memory().distances(vectors[7], 5)) == 0


def test_no_neighbours_are_refused() -> None:
    with pytest.raises(ParameterError, match="k = 0"):
        Novel(Read(), k=0)
