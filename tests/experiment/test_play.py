"""Patches that draw from the engine's dice are played with several of them."""

from __future__ import annotations

from statistics import fmean

import pytest

from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.space import Patch, Performance
from tests.experiment.toys import PERFORMANCE, Dicey, Levels, context, objective


def scores(toy: Dicey, seeds: range, level: float) -> list[float]:
    """Of a level with each of the dice alone."""
    alone = []
    for seed in seeds:
        about = context(toy, performance=PERFORMANCE.with_seed(seed))
        (best,) = run(Levels([level]), objective(about), about).best
        alone.append(best.score)
    return alone


def test_the_score_is_the_mean_and_the_take_has_the_performances_own_dice() -> None:
    toy = Dicey()
    alone = scores(toy, range(3), 0.3)
    assert len(set(alone)) == 3
    about = context(toy, engine_seeds=3)
    toy.thrown.clear()
    made = run(Levels([0.3]), objective(about), about)
    assert sorted(toy.thrown) == [0, 1, 2]
    assert made.best[0].scores == {"close_to": pytest.approx(fmean(alone))}
    take = made.best[0].take
    assert take is not None
    assert take.performance == PERFORMANCE
    assert (take.audio.samples == toy.render(take.patch, PERFORMANCE).samples).all()
    assert made.n_renders == 3


def test_a_patch_that_draws_no_dice_is_played_once() -> None:
    toy = Dicey()
    about = context(toy, engine_seeds=3)
    made = run(Levels([0.5]), objective(about), about)
    assert (toy.thrown, made.n_renders) == ([0], 1)


def test_the_performances_own_dice_are_among_them() -> None:
    toy = Dicey()
    about = context(toy, engine_seeds=2, performance=PERFORMANCE.with_seed(7))
    made = run(Levels([0.3]), objective(about), about)
    assert sorted(toy.thrown) == [0, 7]
    take = made.best[0].take
    assert take is not None
    assert take.performance.engine_seed == 7


def test_one_throw_that_fails_fails_the_patch() -> None:
    toy = Dicey()
    toy.bad = frozenset({2})
    about = context(toy, engine_seeds=3)
    made = run(Levels([0.3, 0.5]), objective(about), about)
    assert [step.error for step in made.trace] == ["the dice fell off the table", ""]
    assert [one.proposal.patch for one in made.best] == [Patch.make(toy.space, {"level": 0.5})]


def test_the_budget_counts_each_throw() -> None:
    toy = Dicey()
    about = context(toy, engine_seeds=3)
    made = run(Levels([0.3] * 40), objective(about), about, budget=Budget(renders=12))
    assert made.n_renders == len(toy.thrown) == 12
    assert len(made.trace) == 4


def test_other_lengths_and_notes_stay_as_they_are() -> None:
    longer = Performance.one_note(48, hold_s=0.2, length_s=0.7)
    about = context(Dicey(), engine_seeds=2, performance=longer)
    take = run(Levels([0.3]), objective(about), about).best[0].take
    assert take is not None
    assert take.performance == longer
    assert take.audio.duration_s == pytest.approx(0.7)
