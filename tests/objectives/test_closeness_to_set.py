"""Takes are chosen greedily from a pool: they must spread as the golden set does, not gather at one sound of it."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from patchpilot.audio import F32
from patchpilot.errors import ParameterError
from patchpilot.objectives.closeness_to_set import CloseToSet
from patchpilot.objectives.diversity import coverage, discrepancy, mean_distance, vendi
from patchpilot.objectives.golden import KINDS, Kind
from patchpilot.objectives.hearing import Embedding
from patchpilot.objectives.novelty import Novel
from patchpilot.space import Note, Performance
from tests.objectives.takes import Loved, Read, clusters, take_of

GOLDEN = clusters([28, 12], seed=1)
POOL = clusters([60, 60, 60, 60], seed=2)


def _chosen(objective: CloseToSet, n: int, *, learns: bool = True) -> list[int]:
    takes, chosen = [take_of(vector) for vector in POOL], list[int]()
    for _ in range(n):
        scores = [-np.inf if i in chosen else objective.score(t)["close_to_set"] for i, t in enumerate(takes)]
        chosen.append(int(np.argmax(scores)))
        if learns:
            objective.learn([takes[chosen[-1]]])
    return chosen


def _objective(golden: F32 = GOLDEN) -> CloseToSet:
    return CloseToSet(Loved(golden), Read(8), kind="hit")


def test_takes_spread_as_the_golden_set_does() -> None:
    chosen = _chosen(_objective(), 30)
    per_cluster = np.bincount(np.array(chosen) // 60, minlength=4)
    assert per_cluster[2:].sum() <= 1  # what nobody loves is left alone
    assert 0.55 <= per_cluster[0] / 30 <= 0.85  # 28 of 40 are there
    assert coverage(GOLDEN, POOL[chosen]) == 1.0


def test_closeness_alone_would_collapse() -> None:
    spread, collapsed = _chosen(_objective(), 12), _chosen(_objective(), 12, learns=False)
    assert set(np.array(collapsed) // 60) == {0}
    assert mean_distance(POOL[spread]) > 1.3 * mean_distance(POOL[collapsed])
    assert discrepancy(POOL[spread], GOLDEN) < 0.5 * discrepancy(POOL[collapsed], GOLDEN)


def test_a_copy_of_a_golden_sound_gains_nothing() -> None:
    objective, first = _objective(), GOLDEN[0]
    apart = np.linalg.norm(GOLDEN[1:] - first, axis=1)
    near = first + 0.3 * (GOLDEN[1:][np.argmin(apart)] - first)  # on the way to the next of them
    copied = objective.score(take_of(first))["close_to_set"]
    assert objective.score(take_of(near))["close_to_set"] >= copied - 1e-3


def test_one_golden_sound_is_enough_and_it_goes_on_from_its_state() -> None:
    objective = _objective(GOLDEN[:1])
    near, far = take_of(GOLDEN[0]), take_of(-GOLDEN[0])
    assert objective.score(near)["close_to_set"] > objective.score(far)["close_to_set"]
    objective.learn([near])
    again = _objective(GOLDEN[:1])
    again.state = copy.deepcopy(objective.state)
    assert again.score(near) == objective.score(near)


def test_a_golden_set_without_such_parts_is_refused() -> None:
    with pytest.raises(ParameterError, match="holds no bar"):
        CloseToSet(Loved(GOLDEN), Read(8), kind="bar")


class Cut:
    """A golden set with one vector for each kind, and none for those that it lacks."""

    def __init__(self, **lacks: bool) -> None:
        self._lacks = lacks

    def vectors(self, embedding: Embedding, kind: Kind = "whole") -> F32:
        row = np.eye(embedding.size, dtype=np.float32)[[KINDS.index(kind)]]
        return row[:0] if self._lacks.get(kind) else row


def _phrase(*starts_s: float, bpm: float | None = None) -> Performance:
    notes = tuple(Note(60, 0.8, start_s, 0.25) for start_s in starts_s)
    return Performance(notes, 30.0, tempo_bpm=bpm)


@pytest.mark.parametrize(
    ("performance", "kind"),
    [
        (None, "hit"),
        (_phrase(0.0), "hit"),
        (_phrase(0.5, 0.5, 0.5), "hit"),  # a chord
        (_phrase(0.0, 0.25), "beat"),  # at 120 beats a minute
        (_phrase(0.0, 0.25, 1.75), "bar"),
        (_phrase(0.0, 1.0, bpm=60.0), "beat"),
        (_phrase(0.0, 1.75, 7.75), "whole"),
    ],
)
def test_like_is_compared_with_like(performance: Performance | None, kind: Kind) -> None:
    golden, at = Cut(), take_of(np.eye(8)[KINDS.index(kind)])
    assert CloseToSet(golden, Read(8), performance=performance).score(at)["close_to_set"] == 1.0
    assert Novel(Read(8), golden=golden, performance=performance, k=1).score(at)["novel"] < 1e-6
    other = take_of(np.eye(8)[KINDS.index("beat")])
    said = CloseToSet(golden, Read(8), kind="beat", performance=performance)
    assert said.score(other)["close_to_set"] == 1.0


def test_where_there_is_no_such_part_it_is_the_whole() -> None:
    whole = take_of(np.eye(8)[KINDS.index("whole")])
    found = CloseToSet(Cut(bar=True), Read(8), performance=_phrase(0.0, 1.75))
    assert found.score(whole)["close_to_set"] == 1.0
    with pytest.raises(ParameterError, match="holds no sound"):
        CloseToSet(Loved(GOLDEN[:0]), Read(8))


def test_vendi_counts_different_sounds() -> None:
    assert vendi(np.repeat(GOLDEN[:1], 20, axis=0)) == pytest.approx(1.0)
    apart = np.eye(8, dtype=np.float32)
    assert vendi(np.concatenate([apart, -apart])) > 6.0
    assert vendi(GOLDEN[:0]) == 0.0
    assert vendi(clusters([10, 10])) < vendi(clusters([5, 5, 5, 5]))


def test_measures_of_sets_that_are_the_same_and_of_ones_that_are_not() -> None:
    other = clusters([0, 0, 40], seed=5)
    assert discrepancy(GOLDEN, GOLDEN) == pytest.approx(0.0, abs=1e-9)
    assert discrepancy(other, GOLDEN) > 0.1
    assert coverage(GOLDEN, GOLDEN) == 1.0
    assert coverage(GOLDEN, other) == 0.0
    assert mean_distance(GOLDEN[:1]) == 0.0
