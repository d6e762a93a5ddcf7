"""Patches that are drawn: the instrument's defaults first, then its prior's, the same for the same seed."""

from __future__ import annotations

import pytest

from patchpilot.errors import ParameterError
from patchpilot.matching.match import match
from patchpilot.search.base import Context
from patchpilot.search.drawn import Drawn
from patchpilot.space import Patch, Performance
from tests.toy import Toy


def started(n: int | None = 5, seed: int = 3, **options: str) -> Drawn:
    searcher = Drawn(n, **options)
    searcher.start(Context(Toy(), Performance(), seed=seed))
    return searcher


def test_the_init_patch_comes_first_then_what_the_prior_draws() -> None:
    toy = Toy()
    found = started().ask(64)
    assert found[0].patch == Patch.make(toy.space)
    prior = toy.priors["toy-v1"]
    assert [p.patch for p in found[1:]] == [prior.draw(toy.space, 3, i) for i in range(1, 5)]
    assert found[1].detail == "toy-v1, seed 3, index 1"


def test_the_same_however_many_are_asked_for() -> None:
    whole, halves = started().ask(64), started()
    assert [p.patch for p in [*halves.ask(2), *halves.ask(2), *halves.ask(9)]] == [p.patch for p in whole]
    assert halves.ask(1) == []
    resumed = started()
    resumed.state = 3
    assert [p.patch for p in resumed.ask(9)] == [p.patch for p in whole[3:]]


def test_without_a_number_it_draws_on() -> None:
    endless = started(None)
    assert [len(endless.ask(n)) for n in (60, 60, 7)] == [60, 60, 7]


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(ParameterError, match="expected n >= 1"):
        Drawn(0)
    with pytest.raises(ParameterError, match="no prior 'loud' for toy; there are: toy-v1"):
        started(prior="loud")


def test_an_instrument_without_a_library_is_matched_all_the_same() -> None:
    toy = Toy()
    target = toy.render(Patch.make(toy.space, {"transpose": 5.0}), Performance())
    result = match(target, toy, effort="quick", top=1, seed=1)
    assert result.matches[0].take.origin.searcher == "drawn"
    assert any(remark.startswith("retrieval was left out") for remark in result.remarks)
