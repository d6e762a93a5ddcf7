from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take
from patchpilot.objectives.composition import Composable, Sum, learn
from tests.objectives.takes import take_of


class Says(Composable):
    def __init__(self, name: str, value: float) -> None:
        self.name, self.value = name, value

    def score(self, take: Take) -> Mapping[str, float]:  # noqa: ARG002
        return {self.name: self.value}


class Counts(Says):
    """Scores how many takes it was told."""

    state: Any = 0

    def score(self, take: Take) -> Mapping[str, float]:  # noqa: ARG002
        return {self.name: float(self.state)}

    def learn(self, takes: Sequence[Take]) -> None:
        self.state += len(takes)


TAKE = take_of([1.0])


def test_parts_say_their_weights_and_add_up() -> None:
    whole = 0.5 * Says("close_to", -0.4) + 0.3 * Says("novel", 0.7) + Says("valid", -1.0)
    parts = whole.score(TAKE)
    assert parts == {"0.5*close_to": -0.2, "0.3*novel": pytest.approx(0.21), "valid": -1.0}
    assert sum(parts.values()) == pytest.approx(-0.99)


def test_a_sum_is_an_objective_like_any_other() -> None:
    inner = Says("a", 1.0) + Says("b", 2.0)
    assert (2 * inner + Says("c", 3.0)).score(TAKE) == {"2*a": 2.0, "2*b": 4.0, "c": 3.0}


def test_two_of_one_name_stay_apart() -> None:
    assert (Says("a", 1.0) + Says("a", 5.0)).score(TAKE) == {"a": 1.0, "a_2": 5.0}


def test_what_is_no_sum_is_refused() -> None:
    with pytest.raises(ParameterError, match="finite weights"):
        _ = float("nan") * Says("a", 1.0)
    with pytest.raises(ParameterError, match="finite weights"):
        Sum([])


def test_those_that_learn_are_told_and_their_state_goes_on() -> None:
    whole = 2.0 * Counts("n", 0.0) + Says("a", 1.0)
    learn(whole, [TAKE, TAKE])
    assert whole.score(TAKE) == {"2*n": 4.0, "a": 1.0}
    again = 2.0 * Counts("n", 0.0) + Says("a", 1.0)
    again.state = whole.state
    assert again.score(TAKE) == whole.score(TAKE)


def test_telling_one_that_does_not_learn_is_nothing() -> None:
    learn(Says("a", 1.0), [TAKE])
