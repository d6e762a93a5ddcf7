"""What a proposal is played with: several of the engine's dice, a performance of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

import pytest

from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch, Performance
from tests.experiment.toys import PERFORMANCE, Dicey, Levels, context, objective
from tests.toy import Toy


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


# Searchers that choose what is played.


class Tunes:
    """Proposes the init patch with one note after another; None is the context's performance."""

    name = "tunes"

    def __init__(self, pitches: Sequence[int | None]) -> None:
        self.left = list(pitches)
        self.told: list[Outcome] = []

    def start(self, context: Context) -> None:
        self._patch = Patch.make(context.instrument.space)

    def ask(self, n: int) -> list[Proposal]:
        some, self.left = self.left[:n], self.left[n:]
        return [Proposal(self._patch, self.name, performance=None if p is None else tune(p)) for p in some]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        self.told.extend(outcomes)


def tune(pitch: int) -> Performance:
    return Performance.one_note(pitch, hold_s=0.3, length_s=0.4)


def test_a_proposal_is_played_with_its_own_performance_and_take_and_trace_say_so() -> None:
    toy, about = Toy(), context(Toy())
    searcher = Tunes([62, None, 67])
    made = run(searcher, objective(about), about)
    played = [one.take.performance for one in searcher.told if one.take is not None]
    assert played == [tune(62), PERFORMANCE, tune(67)]
    for one in searcher.told:
        assert one.take is not None
        again = toy.render(one.take.patch, one.take.performance)
        assert (one.take.audio.samples == again.samples).all()
    assert [step.performance for step in made.trace] == [tune(62).sha256, "", tune(67).sha256]
    assert len({step.patch for step in made.trace}) == 1


def test_one_patch_with_two_performances_is_two_of_the_best() -> None:
    about = context(Toy())
    made = run(Tunes([62, 67, 62, None]), objective(about), about)
    pitches = [one.take.performance.notes[0].pitch for one in made.best if one.take is not None]
    assert pitches[0] == 67  # the target is seven semitones above C4
    assert sorted(pitches) == [60, 62, 67]


def test_a_performance_brings_its_own_dice() -> None:
    class Loaded(Tunes):
        def ask(self, n: int) -> list[Proposal]:
            patch = Patch.make(toy.space, {"level": 0.3})
            return [replace(one, patch=patch, performance=tune(67).with_seed(9)) for one in super().ask(n)]

    toy = Dicey()
    about = context(toy, engine_seeds=2)
    toy.thrown.clear()
    made = run(Loaded([67]), objective(about), about)
    assert sorted(toy.thrown) == [0, 9]
    assert made.n_renders == 2
    take = made.best[0].take
    assert take is not None
    assert take.performance == tune(67).with_seed(9)
