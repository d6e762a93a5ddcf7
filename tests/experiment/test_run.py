from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from patchpilot.audio import Audio, listen
from patchpilot.experiment.run import Budget, run
from patchpilot.objectives.closeness import CloseTo
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch, Performance
from tests.toy import Toy

PERFORMANCE = Performance.one_note(60, hold_s=0.4, length_s=0.5)


class Levels:
    """Proposes one level after another."""

    name = "levels"

    def __init__(self, levels: Sequence[float]) -> None:
        self.levels = list(levels)
        self.told: list[Outcome] = []

    def start(self, context: Context) -> None:
        self._space = context.instrument.space
        self.told.clear()

    def ask(self, n: int) -> list[Proposal]:
        batch, self.levels = self.levels[:n], self.levels[n:]
        return [Proposal(Patch.make(self._space, {"level": level}), self.name) for level in batch]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        self.told.extend(outcomes)


def _context(toy: Toy) -> Context:
    target = listen(toy.render(Patch.make(toy.space, {"transpose": 7.0}), PERFORMANCE))
    return Context(toy, PERFORMANCE, target, seed=3)


def test_outcomes_come_in_the_order_of_the_proposals_however_they_were_rendered() -> None:
    toy, searcher = Toy(), Levels([0.1, 0.2, 0.3, 0.4, 0.6])
    context = _context(toy)
    assert context.target is not None
    outcomes = run(searcher, CloseTo(context.target.audio), context, batch=2)
    assert [o.proposal.patch.values.get("level") for o in outcomes] == pytest.approx(
        [0.1, 0.2, 0.3, 0.4, 0.6]
    )
    assert searcher.told == outcomes


def test_a_crash_is_one_outcome_without_a_take() -> None:
    toy = Toy()
    context = _context(toy)
    assert context.target is not None
    outcomes = run(Levels([0.1, 0.995, 0.2]), CloseTo(context.target.audio), context)
    assert [o.error for o in outcomes] == ["", "the toy crashed", ""]
    assert outcomes[1].take is None
    assert outcomes[1].score == float("-inf")


def test_the_budget_ends_a_search() -> None:
    toy = Toy()
    context = _context(toy)
    assert context.target is not None
    objective = CloseTo(context.target.audio)
    before = toy.rendered
    assert len(run(Levels([0.1] * 50), objective, context, budget=Budget(renders=7), batch=4)) == 7
    assert toy.rendered == before + 7
    assert run(Levels([0.1] * 50), objective, context, budget=Budget(seconds=0.0)) == []


def test_takes_say_how_they_came_to_be() -> None:
    toy = Toy()
    context = _context(toy)
    assert context.target is not None
    (outcome,) = run(Levels([0.3]), CloseTo(context.target.audio), context)
    assert outcome.take is not None
    assert (outcome.take.origin.searcher, outcome.take.origin.seed) == ("levels", 3)
    again = Toy().render(outcome.take.patch, outcome.take.performance)
    assert (again.samples == outcome.take.audio.samples).all()


def test_the_take_that_is_the_target_scores_best() -> None:
    toy = Toy()
    context = _context(toy)
    assert context.target is not None
    objective = CloseTo(context.target.audio)
    right, wrong = Patch.make(toy.space, {"transpose": 7.0}), Patch.make(toy.space, {"transpose": -5.0})

    class Both:
        name = "both"

        def start(self, context: Context) -> None:  # noqa: ARG002
            self.left = [Proposal(wrong, "both"), Proposal(right, "both")]

        def ask(self, n: int) -> list[Proposal]:
            given, self.left = self.left[:n], self.left[n:]
            return given

        def tell(self, outcomes: Sequence[Outcome]) -> None: ...

    outcomes = run(Both(), objective, context)
    assert outcomes[1].score > outcomes[0].score
    assert outcomes[1].score == pytest.approx(0.0, abs=0.02)


def test_a_render_that_is_not_finite_is_an_outcome_without_a_take() -> None:
    class Blown(Toy):
        def render(self, patch: Patch, performance: Performance) -> Audio:
            audio = super().render(patch, performance)
            return Audio(audio.samples * np.inf, audio.sample_rate) if "level" in patch.values else audio

    toy = Blown()
    context = _context(toy)
    assert context.target is not None
    with np.errstate(invalid="ignore"):
        (outcome,) = run(Levels([0.3]), CloseTo(context.target.audio), context)
    assert (outcome.take, outcome.error) == (None, "the render holds NaN or infinite samples")
