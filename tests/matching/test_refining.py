"""What was found is bettered, never worsened, and an interrupt costs nothing that was finished."""

from __future__ import annotations

import math

import pytest

from patchpilot.audio import Target
from patchpilot.errors import EngineError, ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.matching.match import match
from patchpilot.search.base import Context, Outcome, Proposal
from tests.matching.searchers import Fixed, Stepwise, Tabled, heard, up, use
from tests.toy import Toy


@pytest.fixture
def toy() -> Toy:
    return Tabled()


@pytest.fixture
def target(toy: Toy) -> Target:
    return heard(toy)


class Interrupting:
    """Presses Ctrl-C when it hears the n-th patch."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, _: Outcome) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def test_the_best_is_bettered(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, fixed=Fixed(up(2, -9)), refinement=Stepwise())
    phases: list[str] = []
    result = match(target, toy, using=["fixed"], refine=Budget(renders=8), on_phase=phases.append)
    assert result[0].patch.values == {"transpose": 7.0}
    assert (result[0].searcher, result[0].found_by) == ("fixed+refinement", "fixed, then refinement")
    assert result[0].distance["logmel"] < 0.5 * result[1].distance["logmel"]
    assert result.n_renders == 10
    assert phases == ["listening", "searching", "refining", "comparing"]
    assert result.remarks == ()


def test_it_never_gets_worse(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, fixed=Fixed(up(7)), refinement=Stepwise())
    result = match(target, toy, using=["fixed"], refine=Budget(renders=8))
    assert (result[0].searcher, result[0].patch.values) == ("fixed", {"transpose": 7.0})


def test_it_starts_from_the_closest_and_from_those_with_nothing_but_knobs(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    refinement = Stepwise()
    own, knobs = Fixed(up(7, 6, 5, 8), own=True), Fixed(up(-3, -5, -8, -12))
    use(monkeypatch, own=own, knobs=knobs, refinement=refinement)
    match(target, toy, using=["own", "knobs"], refine=Budget(renders=1), seed=4)
    bases = refinement.context.base_outcomes
    assert [bool(one.proposal.patch.assets) for one in bases] == [True, *[False] * 4], (
        "for Vital it is one less"
    )
    assert [one.score for one in bases] == sorted((one.score for one in bases), reverse=True)
    assert (refinement.context.seed, refinement.context.engine_seeds) == (4, 2)


def test_an_effort_without_refinement_has_none(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fixed=Fixed(up(2)), refinement=Stepwise())
    assert match(target, toy, using=["fixed"], effort="quick").n_renders == 1
    assert match(target, toy, using=["fixed"], effort="quick", refine=Budget(renders=3)).n_renders == 4


def test_a_budget_of_nothing_is_refused(toy: Toy, target: Target) -> None:
    with pytest.raises(ParameterError, match="more than 0 seconds, got 0; for no refinement, use the effort"):
        match(target, toy, refine=0.0)
    with pytest.raises(ParameterError, match="expected an effort of quick, default, thorough; got 'lazy'"):
        match(target, toy, effort="lazy")
    assert toy.rendered == 1  # the target


def test_seconds_end_it_and_that_is_told(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, fixed=Fixed(up(2)), refinement=Stepwise())
    (remark,) = match(target, toy, using=["fixed"], refine=0.2).remarks
    assert remark.startswith("refinement was ended by its 0.2 s, after ")
    (remark,) = match(target, toy, using=["fixed"], refine=Budget(10_000, 0.2)).remarks
    assert " of 10000 renders: another run may find other patches" in remark


def test_renders_that_end_it_give_the_same_every_time(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for _ in range(2):
        use(monkeypatch, fixed=Fixed(up(2)), refinement=Stepwise())
        result = match(target, toy, using=["fixed"], refine=Budget(16, math.inf))
        found.append([(one.patch.sha256, one.distance) for one in result.matches])
        assert result.remarks == ()
    assert found[0] == found[1]


def test_one_that_cannot_work_costs_a_remark(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unable(Stepwise):
        def start(self, context: Context) -> None:  # noqa: ARG002
            raise EngineError("the engine does not start again")

    use(monkeypatch, fixed=Fixed(up(7)), refinement=Unable())
    result = match(target, toy, using=["fixed"])
    assert len(result) == 1
    assert result.remarks == ("refinement was left out: the engine does not start again",)


def test_dead_workers_cost_their_patches(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    class Deadly(Stepwise):
        def ask(self, n: int) -> list[Proposal]:
            assert self.base.take is not None
            space = self.context.instrument.space
            made = super().ask(n)
            crash = Proposal(made[0].patch.changed(space, {"level": 0.995}), "fixed+refinement")
            return [crash, *made[1:]]

    use(monkeypatch, fixed=Fixed(up(2)), refinement=Deadly())
    result = match(target, toy, using=["fixed"], refine=Budget(renders=24))
    assert result[0].patch.values == {"transpose": 7.0}


def test_an_interrupt_while_refining_gives_the_best_so_far(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fixed=Fixed(up(2, -9)), refinement=Stepwise())
    result = match(target, toy, using=["fixed"], on_outcome=Interrupting(at=2 + 13))
    assert result.interrupted
    assert result[0].patch.values == {"transpose": 7.0}
    assert result.n_renders == 15
    assert result.remarks == ("interrupted while refining: these are the best so far",)


def test_an_interrupt_before_anything_was_refined_gives_what_was_found(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(Stepwise):
        def start(self, context: Context) -> None:  # noqa: ARG002
            raise KeyboardInterrupt

    use(monkeypatch, fixed=Fixed(up(7)), refinement=Interrupted())
    result = match(target, toy, using=["fixed"])
    assert (result.interrupted, len(result)) == (True, 1)
    assert result.remarks == ("interrupted while refining: these are the best so far",)
