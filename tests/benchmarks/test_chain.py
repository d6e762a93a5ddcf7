"""What the comparison on wet sounds is made of."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from chain import medians
from chain_closeness import ChainCmaEs, drawn_anew

from patchpilot.audio import listen
from patchpilot.estimators.codec import said
from patchpilot.estimators.fitting import fitted
from patchpilot.estimators.sequence.orders import order_of
from patchpilot.estimators.training.pairs import chain_codec
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.objectives.closeness import CloseTo
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch, Performance
from tests.estimators.wet import Wet

WET = Wet()
PATCH = Patch.make(WET.space, {"level": 0.3, "fx_dark_tone": 0.9, **order_of(WET.space).values(("dark",))})


def test_medians() -> None:
    lines = list(medians([{"a": 1.0, "b": 0.0}, {"a": 3.0, "b": 0.5}, {"a": 2.0, "b": 9.0}], ["a", "b"]))
    assert lines[2:] == ["| a | 2.000 | 1.000–3.000 |", "| b | 0.500 | 0.000–9.000 |"]


def test_settings_drawn_anew_are_those_of_the_chain_that_sound() -> None:
    prior = WET.priors["toy-v1-chain-v1"]
    rows = [said(prior.draw(WET.space, 0, index)) for index in range(200)]
    codec = chain_codec(fitted(WET.space, rows), WET.space, order_of(WET.space))
    made = [drawn_anew(WET, codec, PATCH, index) for index in range(3)]  # type: ignore[arg-type]
    assert len({one.values["fx_dark_tone"] for one in made}) == 3
    for one in made:
        assert {**one.values, "fx_dark_tone": 0.0} == {**PATCH.values, "fx_dark_tone": 0.0}


def test_cma_es_turns_the_chain_only() -> None:
    performance = Performance.one_note(50, hold_s=0.4, length_s=0.5)
    target = listen(WET.render(PATCH, performance), note=50)
    start = PATCH.changed(WET.space, {"fx_dark_tone": 0.1})
    base = Outcome(Proposal(start, "test"), None, {})
    heard: list[Outcome] = []
    context = Context(WET, performance, target, (base,), seed=0)
    run(ChainCmaEs(), CloseTo(target.audio), context, budget=Budget(renders=24), on_outcome=heard.append)
    tones = {one.proposal.patch.values.get("fx_dark_tone", 0.5) for one in heard}
    assert len(tones) > 8
    assert {one.proposal.patch.values.get("level") for one in heard} == {PATCH.values["level"]}
