from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from patchpilot.errors import ParameterError
from patchpilot.experiment.roles import Parameters, Roles
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch
from tests.experiment.registered import Strayer, registered
from tests.experiment.toys import PERFORMANCE, context
from tests.toy import Toy


@pytest.fixture(autouse=True)
def _toys() -> Iterator[None]:
    with registered():
        yield


def roles(parameters: Parameters, base: Patch | None = None) -> tuple[Roles, Toy]:
    toy = Toy()
    made = Roles(
        Strayer(), parameters, base or Patch.make(toy.space, {"level": 0.3, "transpose": 5.0}), toy.space
    )
    made.start(Context(toy, PERFORMANCE, seed=3))
    return made, toy


def values(proposals: Sequence[Proposal], name: str) -> list[float]:
    return [round(one.patch.values.get(name, {"level": 0.5, "transpose": 0.0}[name]), 6) for one in proposals]


def test_fixed_pinned_and_searched_parameters_keep_to_their_roles() -> None:
    made, _ = roles(Parameters(fixed={"level": 0.25}))
    assert values(made.ask(5), "level") == [0.25] * 5
    made, _ = roles(Parameters(pinned=("trans*",)))
    assert values(made.ask(5), "transpose") == [5.0] * 5
    made, _ = roles(Parameters(searched=("level",)))
    found = made.ask(5)
    assert values(found, "transpose") == [5.0] * 5
    assert len(set(values(found, "level"))) == 5


def test_randomised_parameters_are_a_function_of_seed_and_place() -> None:
    made, _ = roles(Parameters(randomised=("transpose",)))
    first = values(made.ask(3), "transpose") + values(made.ask(3), "transpose")
    again, _ = roles(Parameters(randomised=("transpose",)))
    assert values(again.ask(6), "transpose") == first
    assert len(set(first)) > 2
    assert all(-12 <= value <= 12 for value in first)  # as the prior has it


def test_the_searcher_hears_of_what_it_proposed_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = roles(Parameters(fixed={"transpose": 7.0}))
    proposals = made.ask(4)
    told: list[Outcome] = []
    monkeypatch.setattr(made.searcher, "tell", told.extend)
    made.tell([Outcome(proposals[2]), Outcome(proposals[0])])
    assert len(told) == 2
    assert 7.0 not in values([one.proposal for one in told], "transpose")


def test_a_state_takes_hands_and_dice_along() -> None:
    parameters = Parameters(by_hand=("level",), randomised=("transpose",))
    first, _ = roles(parameters)
    assert first.by_hand == {"level": pytest.approx(0.3)}
    first.ask(4)
    first.turn("level", 0.75)
    second, _ = roles(parameters)
    second.state = first.state
    expected, found = first.ask(3), second.ask(3)
    assert [one.patch for one in found] == [one.patch for one in expected]
    assert values(found, "level") == [0.75] * 3


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (Parameters(pinned=("levle",)), r"no parameter of toy is called 'levle'; did you mean 'level'\?"),
        (Parameters(fixed={"level": 3.0}), "expected a value from 0 to 1, got 3"),
        (Parameters(fixed={"level": "loud"}), "no option of level is called 'loud'"),
        (Parameters(fixed={"level": 0.1}, pinned=("*",)), "level is both fixed and pinned"),
    ],
)
def test_a_wrong_role_is_told(parameters: Parameters, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        roles(parameters)


def test_only_what_is_turned_by_hand_can_be_turned() -> None:
    made, _ = roles(Parameters(by_hand=("level",)))
    with pytest.raises(ParameterError, match="'transpose' is not turned by hand here"):
        made.turn("transpose", 1.0)
    with pytest.raises(ParameterError, match="from 0 to 1"):
        made.turn("level", 2.0)


def test_learned_parameters_are_as_an_estimator_hears_them_in_the_target(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Ear:
        def __init__(self, n: int) -> None:
            assert n == 1

        def start(self, about: Context) -> None:
            assert about.target is not None

        def ask(self, n: int) -> list[Proposal]:
            return [Proposal(Patch.make(Toy().space, {"transpose": -5.0}), "estimator")] * n

    monkeypatch.setattr("patchpilot.registry.load", lambda *_: Ear)
    toy = Toy()
    made = Roles(Strayer(), Parameters(learned=("transpose",)), Patch.make(toy.space), toy.space)
    made.start(context(toy))
    assert values(made.ask(4), "transpose") == [-5.0] * 4
