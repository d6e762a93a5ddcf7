"""Every searcher that keeps a state: the same proposals however many are asked for, taken up again, or interrupted."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any, cast

import pytest

from patchpilot import registry
from patchpilot.errors import ParameterError, PluginError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.instruments.take import Take
from patchpilot.search.base import Context, Outcome, Resumable
from patchpilot.search.evolution_strategy import CmaEs
from patchpilot.search.extras import needed
from patchpilot.search.latin_hypercube import LatinHypercube
from patchpilot.space import Performance
from tests.toy import Toy

SPECIAL = {"refinement", "finetuning", "subtractive", "resynthesis", "retrieval", "estimator", "slider"}
"""Those that need more than an instrument; they have tests of their own."""
SLOW = {"gp", "latent"}
NAMES = [
    pytest.param(name, marks=pytest.mark.slow if name in SLOW else ())
    for name in registry.names("search")
    if name not in SPECIAL
]
LEARNING = [one for one in NAMES if one.values[0] not in ("drawn", "latin-hypercube")]
SHORT = Performance.one_note(60, hold_s=0.15, length_s=0.25)
BUDGET = {"gp": 48}
GOAL = {"map-elites": -0.06, "cma-me": -0.06, "gp": -0.1}
"""Those that are after everything, or have few renders, come less near to one thing."""


class Hidden:
    """Scores patches by how near they are to one, without listening."""

    def score(self, take: Take) -> Mapping[str, float]:
        values = take.patch.values
        return {
            "level": -abs(values.get("level", 0.5) - 0.7),
            "transpose": -abs(values.get("transpose", 0.0) - 5.0) / 12.0,
        }


def context(seed: int = 1, **other: Any) -> Context:
    return Context(Toy(), SHORT, seed=seed, **other)


def made(name: str) -> Resumable:
    options: dict[str, Any] = {"n": 200} if name in ("drawn", "latin-hypercube") else {"size": 8}
    return cast(Resumable, registry.load("search", name)(**options))


def proposed(name: str, batch: int, n: int = 64) -> list[str]:
    """Hashes of the first patches."""
    found = run(made(name), Hidden(), context(), budget=Budget(n), batch=batch)
    return [step.patch for step in found.trace][:n]


@pytest.mark.parametrize("name", LEARNING)
def test_it_finds_what_it_is_not_told(name: str) -> None:
    found = run(made(name), Hidden(), context(), budget=Budget(BUDGET.get(name, 300)), batch=8)
    assert found.best[0].score > GOAL.get(name, -0.03)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_however_many_are_asked_for(name: str) -> None:
    n = 24 if name in SLOW else 64
    whole = proposed(name, 8, n)
    assert proposed(name, 3, n) == whole
    assert proposed(name, 100, n)[:n] == whole


@pytest.mark.parametrize("name", NAMES)
def test_it_goes_on_as_if_never_stopped(name: str) -> None:
    n = 24 if name in SLOW else 64
    whole = proposed(name, 8, n)
    first = run(made(name), Hidden(), context(), budget=Budget(n // 2 + 3), batch=5)
    kept = pickle.loads(pickle.dumps(first.state))
    rest = run(made(name), Hidden(), context(), budget=Budget(n - len(first.trace)), batch=4, state=kept)
    assert [step.patch for step in (*first.trace, *rest.trace)][:n] == whole


@pytest.mark.parametrize("name", LEARNING)
def test_what_an_interrupt_left_out_is_proposed_again(name: str) -> None:
    if name in SLOW:
        pytest.skip("the base class decides")
    whole, searcher, scored = made(name), made(name), Hidden()
    whole.start(context())
    searcher.start(context())
    for _ in range(3):
        asked = whole.ask(100)
        heard = {}
        for one in asked:
            take = _take(one)
            heard[one.patch.sha256] = Outcome(one, take, scored.score(take))
        whole.tell([heard[one.patch.sha256] for one in asked])
        while heard:
            told = [
                heard.pop(one.patch.sha256) for one in searcher.ask(6)[::2]
            ]  # the others were not finished
            assert told
            searcher.tell(told)
    assert [one.patch for one in searcher.ask(100)] == [one.patch for one in whole.ask(100)]


def _take(proposal: Any) -> Take:
    from patchpilot.instruments.take import Origin

    toy = Toy()
    audio = toy.render(
        proposal.patch.changed(toy.space, {"level": min(proposal.patch.values.get("level", 0.5), 0.9)}), SHORT
    )
    return Take(proposal.patch, SHORT, audio, "toy 1", Origin(proposal.searcher))


@pytest.mark.parametrize("name", LEARNING)
def test_it_begins_with_what_others_found(name: str) -> None:
    first = run(LatinHypercube(), Hidden(), context(seed=4), budget=Budget(64)).best
    found = run(made(name), Hidden(), context(base_outcomes=first), budget=Budget(24), batch=8)
    assert len(found.trace) >= 24
    assert found.best[0].score >= first[0].score - 0.1


def test_failures_are_survived_and_avoided() -> None:
    found = run(CmaEs(size=8), Hidden(), context(), budget=Budget(200))
    assert not any(step.error for step in found.trace[-32:])
    loud = run(CmaEs(size=8, fixed={"level": 1.0}), Hidden(), context(), budget=Budget(40))
    assert all(step.error == "the toy crashed" for step in loud.trace)


@pytest.mark.parametrize("name", ["genetic", "annealing", "map-elites"])
def test_parents_are_the_takes_that_a_patch_was_made_of(name: str) -> None:
    searcher = made(name)
    searcher.start(context())
    heard: dict[str, str] = {}
    parents: list[tuple[str, ...]] = []
    for generation in range(16):
        asked = searcher.ask(8)
        parents = [one.parents for one in asked]
        assert generation or not any(parents), "the first are drawn"
        told = [Outcome(one, _take(one), Hidden().score(_take(one))) for one in asked]
        assert all(set(one) <= set(heard) for one in parents)
        heard |= {one.take.id: one.take.patch.sha256 for one in told if one.take is not None}
        searcher.tell(told)
    assert all(1 <= len(one) <= 2 for one in parents)


def test_a_package_that_is_not_there_is_named_with_what_brings_it() -> None:
    with pytest.raises(PluginError, match=r"'no_such_package'.*pip install 'patchpilot\[play\]'"):
        needed("no_such_package", "play")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"size": 0}, "size >= 1"),
        ({"serched": ["level"]}, "did you mean 'searched'"),
        ({"searched": ["levle"]}, "did you mean level"),
        ({"fixed": {"level": 0.5}, "pinned": ["transpose"]}, "nothing is left to search"),
        ({"prior": "loud"}, "no prior 'loud' for toy; there are: toy-v1"),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        LatinHypercube(**options).start(context())
