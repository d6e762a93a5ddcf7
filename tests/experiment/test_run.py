from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Sequence

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.result import Run
from patchpilot.experiment.run import run
from patchpilot.search.base import Context, Outcome, Proposal, Resumable
from patchpilot.space import Patch, Performance
from tests.experiment.toys import Interrupted, Levels, Wanderer, context, objective
from tests.toy import Toy


def levels(made: Run) -> list[float]:
    """Levels of the patches that were kept, best first."""
    return [round(one.proposal.patch.values.get("level", 0.5), 4) for one in made.best]


def test_searchers_are_told_in_the_order_of_the_proposals_however_they_were_rendered() -> None:
    about, searcher = context(Toy()), Levels([0.1, 0.2, 0.3, 0.4, 0.6])
    made = run(searcher, objective(about), about, batch=2)
    told = [one.proposal.patch.values.get("level") for one in searcher.told]
    assert told == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.6])
    assert [step.patch for step in made.trace] == [one.proposal.patch.sha256 for one in searcher.told]
    assert [step.scores for step in made.trace] == [one.scores for one in searcher.told]
    assert (made.ended, made.n_renders, made.out_of_time) == ("done", 5, False)
    assert made.seconds > 0


def test_the_best_takes_of_different_patches_are_kept() -> None:
    about = context(Toy())
    searcher = Levels([0.001, 0.2, 0.003, 0.2, 0.02])
    made = run(searcher, objective(about), about, keep=2)
    scores = {one.proposal.patch.values["level"]: one.score for one in searcher.told}
    assert [one.score for one in made.best] == sorted(scores.values(), reverse=True)[:2]
    assert all(one.take is not None for one in made.best)
    assert len(made.trace) == 5


def test_as_many_are_kept_of_each_kind() -> None:
    about = context(Toy())

    def is_loud(outcome: Outcome) -> bool:
        return outcome.proposal.patch.values.get("level", 0.5) > 0.5

    made = run(Levels([0.1, 0.2, 0.6, 0.7]), objective(about), about, keep=1, kind=is_loud)
    assert sorted(level > 0.5 for level in levels(made)) == [False, True]
    assert made.best[0].score >= made.best[1].score


def test_a_crash_is_one_outcome_without_a_take_and_the_run_goes_on() -> None:
    about, searcher = context(Toy()), Levels([0.1, 0.995, 0.2])
    made = run(searcher, objective(about), about)
    assert [step.error for step in made.trace] == ["", "the toy crashed", ""]
    assert searcher.told[1].take is None
    assert searcher.told[1].score == float("-inf")
    assert sorted(levels(made)) == [0.1, 0.2]


def test_a_render_that_is_not_finite_is_an_outcome_without_a_take() -> None:
    class Blown(Toy):
        def render(self, patch: Patch, performance: Performance) -> Audio:
            audio = super().render(patch, performance)
            return Audio(audio.samples * np.inf, audio.sample_rate) if "level" in patch.values else audio

    about = context(Blown())
    with np.errstate(invalid="ignore"):
        made = run(Levels([0.3]), objective(about), about)
    assert made.best == ()
    assert made.trace[0].error == "the render holds NaN or infinite samples"


def test_takes_say_how_they_came_to_be() -> None:
    about = context(Toy())
    take = run(Levels([0.3]), objective(about), about).best[0].take
    assert take is not None
    assert (take.origin.searcher, take.origin.seed) == ("levels", 3)
    again = Toy().render(take.patch, take.performance)
    assert (again.samples == take.audio.samples).all()


def test_the_take_that_is_the_target_scores_best() -> None:
    toy = Toy()
    about = context(toy)
    right, wrong = Patch.make(toy.space, {"transpose": 7.0}), Patch.make(toy.space, {"transpose": -5.0})

    class Both:
        name = "both"

        def start(self, context: Context) -> None:  # noqa: ARG002
            self.left = [Proposal(wrong, "both"), Proposal(right, "both")]

        def ask(self, n: int) -> list[Proposal]:
            given, self.left = self.left[:n], self.left[n:]
            return given

        def tell(self, outcomes: Sequence[Outcome]) -> None: ...

    best = run(Both(), objective(about), about).best
    assert [one.proposal.patch for one in best] == [right, wrong]
    assert best[0].score == pytest.approx(0.0, abs=0.02)


# Budgets.


def test_the_budget_of_renders_ends_a_search() -> None:
    toy = Toy()
    about = context(toy)
    made = run(Levels([0.1] * 50), objective(about), about, budget=Budget(renders=7), batch=4)
    assert (len(made.trace), made.n_renders, toy.rendered) == (7, 7, 7)
    assert (made.ended, made.out_of_time) == ("budget", False)


def test_the_budget_of_seconds_ends_a_search_between_batches() -> None:
    toy = Toy()
    about = context(toy)
    made = run(Levels([0.1] * 50), objective(about), about, budget=Budget(seconds=1e-9), batch=4)
    assert (made.ended, made.out_of_time, made.trace) == ("budget", True, ())
    longer = run(
        Levels([0.1] * 5000), objective(about), about, budget=Budget(renders=5000, seconds=0.05), batch=4
    )
    assert 0 < len(longer.trace) < 5000
    assert len(longer.trace) % 4 == 0
    assert (longer.ended, longer.out_of_time) == ("budget", True)


@pytest.mark.parametrize("renders", [0, -3])
def test_a_budget_of_no_renders_is_refused(renders: int) -> None:
    with pytest.raises(
        ParameterError, match=f"a budget of at least 1 render, got {renders}; for no refinement"
    ):
        Budget(renders=renders)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_a_budget_of_no_time_is_refused(seconds: float) -> None:
    with pytest.raises(ParameterError, match="a budget of more than 0 seconds, got "):
        Budget(seconds=seconds)


@pytest.mark.parametrize("wrong", [{"batch": 0}, {"keep": 0}])
def test_a_run_of_nothing_is_refused(wrong: dict[str, int]) -> None:
    about = context(Toy())
    with pytest.raises(ParameterError, match="expected batch >= 1 and keep >= 1, got "):
        run(Levels([0.1]), objective(about), about, **wrong)  # type: ignore[arg-type]


# Interrupts.


def test_what_was_finished_before_an_interrupt_is_told_and_kept() -> None:
    about, searcher = context(Interrupted(at=6)), Levels([0.1 * i for i in range(1, 9)])
    made = run(searcher, objective(about), about, batch=4)
    assert made.ended == "interrupted"
    assert sorted(levels(made)) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert [step.patch for step in made.trace] == [one.proposal.patch.sha256 for one in searcher.told]
    assert made.n_renders == 6


def test_an_interrupt_before_there_is_a_take_gets_through() -> None:
    about = context(Interrupted(at=0))
    with pytest.raises(KeyboardInterrupt):
        run(Levels([0.1]), objective(about), about)


def test_a_second_interrupt_gets_through() -> None:
    class Stubborn(Levels):
        def tell(self, _outcomes: Sequence[Outcome]) -> None:
            raise KeyboardInterrupt

    about = context(Interrupted(at=2))
    with pytest.raises(KeyboardInterrupt):
        run(Stubborn([0.1, 0.2, 0.3]), objective(about), about)


def test_whoever_started_it_may_stop_it() -> None:
    about, heard = context(Toy()), list[Outcome]()
    made = run(
        Levels([0.1] * 50), objective(about), about, stop=lambda: len(heard) >= 3, on_outcome=heard.append
    )
    assert (made.ended, len(made.trace), len(heard)) == ("interrupted", 3, 3)


# Going on.


def test_two_halves_are_a_whole() -> None:
    about = context(Toy())
    searcher: Resumable = Wanderer()
    whole = run(searcher, objective(about), about, budget=Budget(renders=24), batch=4)
    half = run(Wanderer(), objective(about), about, budget=Budget(renders=12), batch=4)
    state = pickle.loads(pickle.dumps(half.state))
    rest = run(Wanderer(), objective(about), about, budget=Budget(renders=12), batch=4, state=state)
    assert half.trace + rest.trace == whole.trace
    assert len({step.patch for step in whole.trace}) > 20
    assert rest.state == whole.state


def test_another_seed_goes_another_way() -> None:
    about = context(Toy())
    runs = [
        run(
            Wanderer(), objective(about), dataclasses.replace(about, seed=seed), budget=Budget(renders=4)
        ).trace
        for seed in (1, 1, 2)
    ]
    assert runs[0] == runs[1] != runs[2]


def test_a_searcher_without_a_state_cannot_go_on() -> None:
    about = context(Toy())
    assert run(Levels([0.1]), objective(about), about).state is None
    with pytest.raises(ParameterError, match="levels keeps no state to go on from"):
        run(Levels([0.1]), objective(about), about, state={})
