"""An estimator as one of `match`'s ways of finding patches."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path
from typing import Any

import pytest

from patchpilot.audio import Target, listen
from patchpilot.errors import EstimatorError, ParameterError
from patchpilot.estimators import searcher as module
from patchpilot.estimators.folder import About, write_folder
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.searcher import Estimation
from patchpilot.estimators.tokens import Kind, Token
from patchpilot.experiment.budget import Budget
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.matching.effort import EFFORTS, VITAL_ONLY, searchers_of
from patchpilot.matching.match import match
from patchpilot.search.base import Context
from patchpilot.space import Patch, Performance
from tests.estimators.hearing import CODEC, Known, estimator
from tests.matching.searchers import PLAYED, RIGHT
from tests.toy import Toy

ON = {"osc_1_on": 1.0, "osc_1_random_phase": 0.0, "filter_1_on": 1.0}
NEAR = {12: 1.0, 18: 2.0, 19: 3.0}
"""Options of the transposition, by their places: the right one (7 up) is the likeliest."""


@pytest.fixture(scope="module")
def target() -> Target:
    toy = Toy()
    return listen(toy.render(Patch.make(toy.space, RIGHT), PLAYED), note=60)


def started(n: int = 16, seed: int = 0, *, target: Target) -> Estimation:
    searcher = estimator(Known(level=None, options=NEAR)).searcher(n)
    searcher.start(Context(Toy(), PLAYED, target, seed=seed))
    return searcher


def test_it_proposes_what_the_estimator_says_the_likeliest_first(target: Target) -> None:
    searcher = started(target=target)
    said = estimator(Known(level=None, options=NEAR), Toy()).propose(target, 16, 0)
    batches = [searcher.ask(7) for _ in range(4)]
    assert [len(batch) for batch in batches] == [7, 7, len(said) - 14, 0]
    proposals = [proposal for batch in batches for proposal in batch]
    assert [one.patch for one in proposals] == [one.patch for one in said]
    assert {one.searcher for one in proposals} == {"estimator"}
    assert (
        proposals[0].detail
        == f"estimator known, guess 1 of {len(said)} ({100 * said[0].probability:.0f} % likely)"
    )
    searcher.tell([])
    assert searcher.ask(1) == []


def test_a_search_goes_on_from_its_state(target: Target) -> None:
    first, second = started(target=target), started(target=target)
    n_first = len(first.ask(11))
    second.state = pickle.loads(pickle.dumps(first.state))
    rest = [one.patch.sha256 for one in first.ask(100)]
    assert [one.patch.sha256 for one in second.ask(100)] == rest
    assert n_first == 11
    assert 0 < len(rest) <= 5


def test_the_seed_decides_what_is_drawn(target: Target) -> None:
    patches = [[one.patch for one in started(seed=seed, target=target).ask(99)] for seed in (0, 0, 1)]
    assert patches[0] == patches[1] != patches[2]


def test_what_it_cannot_work_with_is_told(target: Target, own_estimators: Path) -> None:  # noqa: ARG001
    with pytest.raises(ParameterError, match="an estimator needs a target sound"):
        Estimation().start(Context(Toy(), PLAYED))
    with pytest.raises(EstimatorError, match=r"no estimator of toy comes with .* train --instrument toy"):
        Estimation().start(Context(Toy(), PLAYED, target))
    with pytest.raises(EstimatorError, match="no estimator 'cake'"):
        Estimation("cake").start(Context(Toy(), PLAYED, target))
    with pytest.raises(ParameterError, match="expected 1 to 256 patches, got 0"):
        Estimation(n=0)


def test_one_that_is_named_as_the_instrument_is_found(
    exported: Path, own_estimators: Path, target: Target
) -> None:
    (own_estimators / "mine").mkdir()
    (own_estimators / "mine" / "toy").symlink_to(exported, target_is_directory=True)
    for searcher in (Estimation(), Estimation("toy"), Estimation(exported)):
        searcher.start(Context(Toy(), PLAYED, target))
        assert searcher.ask(1)[0].detail.startswith("estimator toy, guess 1 of ")


def test_match_takes_an_estimator(target: Target) -> None:
    known = estimator(Known(level=None, options=NEAR))
    result = match(target, Toy(), using=[known], effort="quick")
    assert result.matches[0].searcher == "estimator"
    assert result.matches[0].patch.values["transpose"] == 7.0
    assert (result.remarks, result.n_renders) == (target.notes, EFFORTS["quick"].searchers["estimator"]["n"])
    assert match(target, Toy(), using=[known.searcher(3)], effort="quick").n_renders == 3


def test_refinement_starts_from_its_patches(target: Target) -> None:
    known = estimator(Known(level=-0.9, options={19: 1.0}))
    result = match(target, Toy(), using=[known], refine=Budget(renders=20))
    assert "estimator+refinement" in {found.searcher for found in result.matches}


def test_one_that_was_given_and_cannot_work_is_wanted(target: Target) -> None:
    toy = Toy()
    toy.space = dataclasses.replace(toy.space, parameters=toy.space.parameters[:1])
    known = estimator(Known())
    with pytest.raises(EstimatorError, match="there is no parameter transpose"):
        match(target, toy, using=[known], effort="quick")


class One:
    """A searcher of one patch."""

    name = "one"

    def start(self, context: Context) -> None:
        self._patches = [Patch.make(context.instrument.space)]

    def ask(self, n: int) -> list[Any]:  # noqa: ARG002
        from patchpilot.search.base import Proposal

        return [Proposal(self._patches.pop(), "one")] if self._patches else []

    def tell(self, outcomes: Any) -> None: ...


def test_where_there_is_none_only_who_asked_for_it_is_told(target: Target, own_estimators: Path) -> None:
    assert "estimator" not in searchers_of(EFFORTS["default"], "toy")
    result = match(target, Toy(), using=[One(), "estimator"], effort="quick")
    (remark,) = [remark for remark in result.remarks if "estimator" in remark]
    assert remark.startswith("estimator was left out: no estimator of toy comes with Patch Pilot")
    damaged = About(CODEC, NetworkConfig.sized("tiny"))
    write_folder(own_estimators / "mine" / "toy", damaged, {"encoder.onnx": b"", "step.onnx": b""})
    for effort in EFFORTS.values():
        theirs = tuple(name for name in effort.searchers if name not in VITAL_ONLY)
        assert searchers_of(effort, "toy") == theirs
        assert {*searchers_of(effort, "other"), "estimator"} == {*theirs}
    result = match(target, Toy(), using=[One(), "estimator"], effort="quick")
    assert any("the graph of the encoder cannot be read" in remark for remark in result.remarks)


def test_a_match_with_vital(vital: Vital, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two patches of the real engine, of which the one that made the sound comes first."""
    space = vital.space
    digests = tuple(built_in(name).sha256 for name in ("Drawbars", "Noise"))
    tokens = (
        Token("filter_1_cutoff", "value", low=20.0, high=110.0, default=60.0),
        Token("wavetable_1", "asset", options=digests, default=space.assets["wavetable_1"].sha256),
    )
    constants: dict[Kind, dict[str, float | str]] = {"value": {**ON}}
    codec = dataclasses.replace(
        CODEC, instrument="vital", version=space.version, tokens=tokens, constants=constants
    )
    known = estimator(Known(level=0.25, codec=codec), codec=codec)
    played = Performance.one_note(55, hold_s=0.3, length_s=0.5)
    right = Patch.make(
        space,
        {**ON, "filter_1_cutoff": 20.0 + 90.0 * 0.625},
        assets={"wavetable_1": built_in("Drawbars")},
    )
    target = listen(vital.render(right, played), note=55)
    monkeypatch.setattr(module, "opened", lambda _: known)
    result = match(target, vital, using=[Estimation("vital", n=8)], effort="quick")
    first, second = result.matches
    assert first.patch == right
    assert first.knobs_only
    assert first.distance["logmel"] < 0.5 < second.distance["logmel"]
