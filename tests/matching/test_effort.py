from __future__ import annotations

import click
import pytest

from patchpilot import registry
from patchpilot.cli.match import command
from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.matching.effort import EFFORTS, Effort, budget_of, effort_of


def test_more_effort_is_more_work() -> None:
    quick, default, thorough = (EFFORTS[name] for name in ("quick", "default", "thorough"))
    assert quick.refinement is None
    assert default.refinement is not None
    assert thorough.refinement is not None
    shortlists = [effort.searchers["retrieval"]["shortlist"] for effort in (quick, default, thorough)]
    assert shortlists == sorted(set(shortlists))
    assert default.refinement.renders < thorough.refinement.renders
    assert default.seconds < thorough.seconds
    assert quick.engine_seeds <= default.engine_seeds <= thorough.engine_seeds


def test_an_effort_has_a_name_or_is_ones_own() -> None:
    mine = Effort("mine", {}, refinement=None)
    assert effort_of(mine) is mine
    assert effort_of("quick").name == "quick"
    with pytest.raises(ParameterError, match="expected an effort of quick, default, thorough; got 'much'"):
        effort_of("much")


def test_an_effort_knows_only_searchers_that_there_are_and_arguments_that_they_take() -> None:
    for effort in EFFORTS.values():
        for name, options in effort.searchers.items():
            assert registry.load("search", name)(**options).name == name
            assert effort.options(name) == options
        assert effort.options("another") == {}


def test_the_command_line_offers_the_same_efforts() -> None:
    (option,) = (p for p in command.params if p.name == "effort")
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == tuple(EFFORTS)


def test_a_budget_of_ones_own_comes_first() -> None:
    default, mine = EFFORTS["default"], Budget(5, 1.0)
    assert default.refinement is not None
    assert budget_of(None, default) == Budget(default.refinement.renders, default.seconds)
    assert budget_of(mine, default) is mine
    assert budget_of(None, EFFORTS["quick"]) is None
    seconds = budget_of(3.0, EFFORTS["quick"])
    assert seconds is not None
    assert (seconds.seconds, seconds.renders > 10**6) == (3.0, True)


def test_a_refinement_has_what_time_the_search_left_but_never_next_to_none() -> None:
    default = EFFORTS["default"]
    left = budget_of(None, default, elapsed_s=default.seconds - 8.0)
    assert left is not None
    assert left.seconds == pytest.approx(8.0)
    late = budget_of(None, default, elapsed_s=1000.0)
    assert late is not None
    assert late.seconds == 3.0
    assert budget_of(5.0, default, elapsed_s=1000.0) == budget_of(5.0, default)


def test_other_instruments_than_vital_have_a_budget_of_their_own() -> None:
    default = EFFORTS["default"]
    assert default.refinement is not None
    assert default.elsewhere is not None
    assert default.elsewhere.renders > default.refinement.renders
    assert budget_of(None, default, instrument="toy") == Budget(default.elsewhere.renders, default.seconds)
    assert budget_of(None, default, instrument="vital") == Budget(default.refinement.renders, default.seconds)
    mine = Effort("mine", {}, refinement=Budget(renders=5))
    assert budget_of(None, mine, instrument="toy") == Budget(5)
    assert budget_of(Budget(3), default, instrument="toy") == Budget(3)
    assert budget_of(None, EFFORTS["quick"], instrument="toy") is None
