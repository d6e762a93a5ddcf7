"""Chains as numbers, how right they are, and the sizes of a network; none of it needs PyTorch."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from patchpilot.errors import EstimatorError, ParameterError
from patchpilot.estimators.sequence.chains import NOTHING, chains_of, targets
from patchpilot.estimators.sequence.config import SequenceConfig
from patchpilot.estimators.sequence.scores import scores, tau

MODULES = ("drive", "echo", "room", "tone")


def orders() -> st.SearchStrategy[tuple[str, ...]]:
    return st.permutations(MODULES).flatmap(lambda p: st.integers(0, len(p)).map(lambda n: tuple(p[:n])))


@given(st.lists(orders(), min_size=1, max_size=5))
def test_numbers_say_the_chains(chains: list[tuple[str, ...]]) -> None:
    numbers = targets(chains, MODULES)
    assert numbers.shape == (len(chains), len(MODULES) + 1)
    assert chains_of(numbers, MODULES) == chains


def test_an_end_follows_and_then_nothing() -> None:
    assert targets([("echo", "drive")], MODULES).tolist() == [[1, 0, 4, NOTHING, NOTHING]]


@pytest.mark.parametrize("chain", [("wah",), ("echo", "echo")])
def test_unknown_and_repeated_modules_are_refused(chain: tuple[str, ...]) -> None:
    with pytest.raises(EstimatorError, match="each at most once, got"):
        targets([chain], MODULES)


def test_scores_of_known_chains() -> None:
    true = [("drive", "echo"), ("drive", "echo", "room"), ("tone",), ()]
    found = [("drive", "echo"), ("room", "echo", "drive"), ("drive",), ("echo",)]
    result = scores(found, true)
    assert (result.n, result.exact, result.right_set, result.order) == (4, 0.25, 0.5, 0.5)
    assert result.tau == 0.0, "one the same, one the reverse"
    assert result.f1 == pytest.approx(2 * 5 / 13)
    perfect = scores(true, true)
    assert (perfect.exact, perfect.right_set, perfect.order, perfect.tau, perfect.f1) == (1, 1, 1, 1, 1)
    nothing = scores([("drive",)], [("echo",)])
    assert math.isnan(nothing.order)
    assert math.isnan(nothing.tau)


@given(orders(), orders())
def test_tau_is_kendalls(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    common = [module for module in one if module in other]
    found = tau(one, other)
    if len(common) < 2:
        assert found is None
    else:
        expected = kendalltau(np.arange(len(common)), [other.index(module) for module in common]).statistic
        assert found == pytest.approx(expected)


def test_scores_need_as_many_of_both() -> None:
    with pytest.raises(ParameterError, match="got 1 and 2"):
        scores([()], [(), ()])
    with pytest.raises(ParameterError, match="at least one"):
        scores([], [])


def test_a_config_reads_back() -> None:
    config = SequenceConfig(MODULES, "euclidean", dim=5)
    assert SequenceConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"geometry": "flat"}, "expected a geometry of poincare, euclidean, got 'flat'"),
        ({"modules": ["echo", "echo"]}, "each once, got echo, echo"),
        ({"modules": []}, "got none"),
        ({"dim": 0}, "1 to 1024 dimensions, got 0"),
        ({"colour": 3}, "damaged"),
    ],
)
def test_a_config_that_cannot_be_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(EstimatorError, match=said):
        SequenceConfig.from_json({**SequenceConfig(MODULES).to_json(), **change})
