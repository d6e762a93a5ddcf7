"""A portfolio: whoever pays gets more turns; what one finds the others overhear."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from patchpilot.errors import ParameterError, PluginError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.instruments.take import Take
from patchpilot.search import genetic
from patchpilot.search.base import Context
from patchpilot.search.drawn import Drawn
from patchpilot.search.portfolio import ARMS, Portfolio, paid
from patchpilot.space import Performance
from tests.search.test_technique import Hidden
from tests.toy import Toy

SHORT = Performance.one_note(60, hold_s=0.1, length_s=0.2)


def context(seed: int = 1) -> Context:
    return Context(Toy(), SHORT, seed=seed)


def test_credits_are_for_the_first_ranks() -> None:
    latest = {"good": [9.0, 8.0, 7.0], "fair": [6.0, 5.0, 4.0], "poor": [1.0, float("-inf")], "new": []}
    found = paid(latest)
    assert found["good"] > found["fair"] > found["poor"] > found["new"] == 0.0
    assert paid({"a": [1e-9], "b": [0.0]}) == paid({"a": [1e9], "b": [0.0]})


def test_who_learns_gets_more_turns_than_who_draws() -> None:
    portfolio = Portfolio(arms=("drawn", "cma-es"), size=4)
    found = run(portfolio, Hidden(), context(), budget=Budget(240), batch=4)
    turns = portfolio.state.turns
    assert turns["cma-es"] > 3 * turns["drawn"]
    assert {step.searcher for step in found.trace} == {"drawn", "cma-es"}
    assert found.trace[0].detail.startswith("portfolio, turn 1: ")


class Flat:
    """All are alike."""

    def score(self, take: Take) -> Mapping[str, float]:  # noqa: ARG002
        return {"flat": 0.0}


def test_all_get_their_turn() -> None:
    portfolio = Portfolio(size=4, starts=8)
    run(portfolio, Flat(), context(), budget=Budget(120), batch=8)
    assert set(portfolio.state.turns) == set(ARMS)
    assert min(portfolio.state.turns.values()) >= 1


def test_one_that_is_done_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Drawn.__init__, "__defaults__", (64,))
    portfolio = Portfolio(arms=("drawn", "annealing"), size=4)
    run(portfolio, Flat(), context(), budget=Budget(400), batch=8)
    assert portfolio.state.done == ["drawn"], "it draws no more than 64"
    ended = run(Portfolio(arms=("drawn",), size=4), Flat(), context(), budget=Budget(400))
    assert (ended.ended, len(ended.trace)) == ("done", 64)


def test_others_overhear() -> None:
    portfolio = Portfolio(arms=("latin-hypercube", "genetic"), size=4, starts=8)
    portfolio.start(context())
    run(portfolio, Hidden(), context(), budget=Budget(12), batch=4)
    people = portfolio.state.arms["genetic"].algorithm._people
    assert len(people) == 12


def test_of_the_usual_arms_those_without_their_package_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(package: str, extra: str) -> None:
        raise PluginError(f"pip install 'patchpilot[{extra}]', for {package}")

    monkeypatch.setattr(genetic, "needed", refuse)
    usual = Portfolio()
    usual.start(context())
    assert "genetic" not in usual.state.turns
    assert "cma-es" in usual.state.turns
    with pytest.raises(PluginError, match=r"patchpilot\[play\]"):
        Portfolio(arms=("cma-es", "genetic")).start(context())


def test_bad_options_are_refused() -> None:
    with pytest.raises(ParameterError, match="expected an arm"):
        Portfolio(arms=())
    with pytest.raises(PluginError, match="no 'luck' among the search"):
        Portfolio(arms=("luck",))
    with pytest.raises(ParameterError, match="drawn in a portfolio"):
        Portfolio(arms=("drawn",), searched=("level",))
