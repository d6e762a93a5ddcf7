"""What a distance is measured against."""

from __future__ import annotations

import dataclasses

import pytest

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.matching.rows import reference_rows
from patchpilot.objectives.closeness import performance_of
from patchpilot.search.base import Context
from patchpilot.space import Patch, Performance
from tests.matching.searchers import heard
from tests.toy import Toy


class Listening(Toy):
    """Remembers what it played."""

    def __init__(self) -> None:
        super().__init__()
        self.played: list[Patch] = []

    def render(self, patch: Patch, performance: Performance) -> Audio:
        self.played.append(patch)
        return super().render(patch, performance)


def about(toy: Toy, seed: int = 0) -> Context:
    target = heard(Toy())
    return Context(toy, performance_of(target), target, seed=seed)


def test_the_random_patch_is_the_first_of_the_instruments_prior() -> None:
    toy = Listening()
    rows = reference_rows(about(toy, seed=5))
    assert list(rows) == ["silence", "init patch", "random patch"]
    expected = toy.priors["toy-v1"].draw(toy.space, 5, 0)
    assert {patch.sha256 for patch in toy.played} == {Patch.make(toy.space).sha256, expected.sha256}


def test_without_a_prior_it_comes_from_all_of_the_core() -> None:
    toy = Listening()
    toy.priors = {}
    levels = set()
    for seed in (1, 1, 2):
        toy.played.clear()
        reference_rows(about(toy, seed=seed))
        levels |= {patch.sha256 for patch in toy.played if patch.values}
    assert len(levels) == 2


def test_one_that_cannot_be_rendered_is_left_out() -> None:
    class Shy(Toy):
        def render(self, patch: Patch, performance: Performance) -> Audio:
            if patch.values:
                raise EngineError("no")
            return super().render(patch, performance)

    assert list(reference_rows(about(Shy()))) == ["silence", "init patch"]


def test_silence_is_as_far_as_it_gets() -> None:
    rows = reference_rows(about(Toy()))
    assert rows["silence"]["logmel"] == max(row["logmel"] for row in rows.values())
    with pytest.raises(AssertionError):
        reference_rows(dataclasses.replace(about(Toy()), target=None))
