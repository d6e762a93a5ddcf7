from __future__ import annotations

import copy
import dataclasses
import pickle
import re

import numpy as np
import pytest

from patchpilot.audio import Audio, listen
from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.result import Run
from patchpilot.experiment.run import run
from patchpilot.instruments.vital.vital import Vital
from patchpilot.objectives.closeness import CloseTo
from patchpilot.search.base import Context
from patchpilot.search.refinement.searcher import Refinement
from patchpilot.space import Patch, Performance, Space
from tests.search.refinement.toys import PERFORMANCE, TABLE, Bowl, Hills, Knobs, start_from, values_of
from tests.toy import Toy


def bowl(instrument: Knobs, *patches: Patch) -> tuple[Bowl, Context]:
    objective = Bowl(instrument)
    return objective, start_from(instrument, objective.score, *(patches or (Patch.make(instrument.space),)))


def heard_by_toy(*transposes: float, target: float = 7.0) -> tuple[CloseTo, Context]:
    """A context whose target is the toy, so many semitones up."""
    toy = Toy()
    sound = toy.render(Patch.make(toy.space, {"transpose": target}), PERFORMANCE)
    objective = CloseTo(sound)
    bases = [Patch.make(toy.space, {"transpose": up}) for up in transposes]
    context = start_from(toy, objective.score, *bases)
    return objective, dataclasses.replace(context, target=listen(sound))


def patches(made: Run) -> list[str]:
    return [step.patch for step in made.trace]


def test_it_finds_the_bottom_of_a_bowl() -> None:
    instrument = Knobs()
    objective, context = bowl(instrument)
    made = run(Refinement(), objective, context, budget=Budget(renders=400))
    assert context.base_outcomes[0].score < -0.4
    assert made.best[0].score > -0.004
    values = values_of(instrument, made.best[0].proposal.patch)
    assert values["voices"] == 5.0
    assert values["switch"] == 1.0


def test_with_a_target_it_finds_the_note() -> None:
    objective, context = heard_by_toy(2.0)
    made = run(Refinement(), objective, context, budget=Budget(renders=60))
    assert made.best[0].proposal.patch.values["transpose"] == 7.0


def test_it_says_where_its_proposals_come_from() -> None:
    instrument = Knobs()
    objective, context = bowl(instrument)
    made = run(Refinement(), objective, context, budget=Budget(renders=200))
    proposal = made.best[0].proposal
    assert proposal.searcher == "finder+refinement"
    assert proposal.detail == "a guess, refined, switch on"
    assert context.base_outcomes[0].take is not None
    assert proposal.parents == (context.base_outcomes[0].take.id,)
    again = dataclasses.replace(context, base_outcomes=made.best[:1])
    searcher = Refinement()
    searcher.start(again)
    proposal = searcher.ask(1)[0]
    assert (proposal.searcher, proposal.detail) == ("finder+refinement", "a guess, refined, switch on")


@pytest.mark.parametrize("batch", [1, 3, 16])
@pytest.mark.parametrize("with_target", [False, True])
def test_how_many_are_asked_for_changes_nothing(batch: int, with_target: bool) -> None:
    def traced(batch: int) -> list[str]:
        objective, context = heard_by_toy(2.0, -3.0) if with_target else bowl(Knobs())
        return patches(run(Refinement(), objective, context, budget=Budget(renders=96), batch=batch))

    assert traced(batch) == traced(8)


def test_the_seed_changes_it() -> None:
    objective, context = bowl(Knobs())
    other = dataclasses.replace(context, seed=1)
    budget = Budget(renders=32)
    assert patches(run(Refinement(), objective, context, budget=budget)) != patches(
        run(Refinement(), objective, other, budget=budget)
    )


@pytest.mark.parametrize("with_target", [False, True])
def test_a_search_goes_on_from_its_state(with_target: bool) -> None:
    objective, context = heard_by_toy(2.0) if with_target else bowl(Knobs())
    whole = run(Refinement(), objective, context, budget=Budget(renders=100))
    first = run(Refinement(), objective, context, budget=Budget(renders=43))
    state = pickle.loads(pickle.dumps(copy.deepcopy(first.state)))
    rest = run(Refinement(), objective, context, budget=Budget(renders=len(whole.trace) - 43), state=state)
    assert patches(first) + patches(rest) == patches(whole)


def test_what_was_interrupted_is_proposed_again() -> None:
    _, context = bowl(Knobs())
    searcher = Refinement()
    searcher.start(context)
    lost = [one.patch.sha256 for one in searcher.ask(5)]
    rest = [one.patch.sha256 for one in searcher.ask(8)]
    assert not set(lost) & set(rest)
    assert [one.patch.sha256 for one in searcher.ask(5)] == lost


def test_dead_workers_count_as_worst() -> None:
    instrument = Knobs(fails=lambda values: values["a"] > 0.7)
    objective, context = bowl(instrument)
    made = run(Refinement(), objective, context, budget=Budget(renders=300))
    assert any(step.error == "the worker died" for step in made.trace)
    assert made.best[0].score > -0.06
    assert values_of(instrument, made.best[0].proposal.patch)["a"] <= 0.7


def test_it_ends_where_nothing_can_be_rendered() -> None:
    instrument = Knobs()
    objective, context = bowl(instrument)
    instrument.fails = lambda _: True
    made = run(Refinement(), objective, context, budget=Budget(renders=2000))
    assert (made.ended, made.best) == ("done", ())


def test_it_ends_when_it_has_converged() -> None:
    objective, context = bowl(Knobs())
    made = run(Refinement(), objective, context, budget=Budget(renders=20_000))
    assert made.ended == "done"
    assert made.best[0].score > -1e-3


def test_nothing_lies_outside_the_ranges() -> None:
    instrument = Knobs()
    _, context = bowl(instrument, Patch.make(instrument.space, {"a": 1.0, "b": 0.0, "voices": 8.0}))
    searcher = Refinement()
    searcher.start(context)
    for proposal in searcher.ask(8):
        values = values_of(instrument, proposal.patch)
        for p in instrument.space.parameters:
            assert p.minimum <= values[p.name] <= p.maximum
            assert not p.is_categorical or values[p.name] == round(values[p.name])


def test_each_base_gets_its_turn_and_its_share() -> None:
    instrument = Knobs()
    own = [Patch.make(instrument.space, {"a": at}, assets={"table": TABLE}) for at in (0.1, 0.2)]
    knobs = [Patch.make(instrument.space, {"a": at}) for at in (0.1, 0.2, 0.3)]
    objective, context = bowl(instrument, *own, *knobs)
    searcher = Refinement()
    run(searcher, objective, context, budget=Budget(renders=240))
    assert all(arm.renders >= 8 for arm in searcher.state.arms)
    shares = {True: 0, False: 0}
    for base, arm in zip(context.base_outcomes, searcher.state.arms, strict=True):
        shares[bool(base.proposal.patch.assets)] += arm.renders
    assert shares[False] == pytest.approx(160, abs=24)


@pytest.mark.parametrize("names", [(), ("a",), ("voices",)])
def test_few_knobs_are_enough(names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    instrument = Knobs()
    steps = {"a": 0.1, "voices": 1.0}
    monkeypatch.setattr(instrument, "knobs", lambda _: {name: steps[name] for name in names})
    objective, context = bowl(instrument)
    made = run(Refinement(), objective, context, budget=Budget(renders=2000))
    assert made.ended == "done"
    if names:
        values = values_of(instrument, made.best[0].proposal.patch)
        assert values[names[0]] == pytest.approx({"a": 0.8, "voices": 5.0}[names[0]], abs=0.02)


def test_it_needs_something_to_start_from() -> None:
    with pytest.raises(ParameterError, match="needs patches to start from: let another searcher go first"):
        Refinement().start(Context(Knobs(), PERFORMANCE))


def test_knobs_stay_knobs(vital: Vital, space: Space) -> None:
    """Many proposals for Vital, told made-up scores: built-in tables only, for moves too."""
    silence = Audio(np.zeros(100, np.float32), 44100)
    base = vital.priors["core-v1"].draw(space, 0, 3)
    context = dataclasses.replace(
        start_from(Toy(), lambda _: {"made up": -1.0}, Patch.make(Toy().space)), instrument=vital
    )
    assert context.base_outcomes[0].take is not None
    take = dataclasses.replace(context.base_outcomes[0].take, patch=base, audio=silence)
    first = dataclasses.replace(
        context.base_outcomes[0],
        take=take,
        proposal=dataclasses.replace(context.base_outcomes[0].proposal, patch=base),
    )
    searcher = Refinement()
    searcher.start(dataclasses.replace(context, base_outcomes=(first,)))
    n_moves = 0
    for _ in range(20):
        proposals = searcher.ask(8)
        for one in proposals:
            assert all(vital.is_built_in(asset) for asset in one.patch.assets.values())
            n_moves += one.detail.count(",") > 1
        searcher.tell(
            [
                dataclasses.replace(first, proposal=one, scores={"made up": -1.0 - 0.001 * i})
                for i, one in enumerate(proposals)
            ]
        )
    assert n_moves > 20


def test_a_perturbed_patch_is_brought_closer(vital: Vital, space: Space) -> None:
    performance = Performance.one_note(48, hold_s=0.4, length_s=0.6)
    truth = vital.priors["core-v1"].draw(space, 1, 2)
    sound = vital.render(truth, performance)
    moved = {
        name: float(np.clip(truth.values.get(name, space[name].default) + by, space[name].minimum, 200.0))
        for name, by in (("env_1_decay", 0.2), ("filter_1_cutoff", -14.0), ("osc_1_wave_frame", 40.0))
    }
    objective = CloseTo(sound)
    target = dataclasses.replace(listen(sound), audio=sound)
    context = Context(vital, performance, target)
    base = start_from(Toy(), lambda _: {"": 0.0}, Patch.make(Toy().space)).base_outcomes[0]
    patch = truth.changed(space, moved)
    assert base.take is not None
    take = dataclasses.replace(base.take, patch=patch, audio=vital.render(patch, performance))
    first = dataclasses.replace(
        base,
        proposal=dataclasses.replace(base.proposal, patch=patch),
        take=take,
        scores=objective.score(take),
    )
    made = run(
        Refinement(),
        objective,
        dataclasses.replace(context, base_outcomes=(first,)),
        budget=Budget(renders=48),
    )
    assert made.best[0].score > 0.8 * first.score


def hills() -> tuple[CloseTo, Context]:
    """A target beyond a hill: the knob that should go up makes things worse at first."""
    instrument = Hills()
    sound = instrument.render(Patch.make(instrument.space, {"a": 1.0}), PERFORMANCE)
    objective = CloseTo(sound)
    context = start_from(instrument, objective.score, Patch.make(instrument.space, {"a": 0.1}))
    return objective, dataclasses.replace(context, target=listen(sound, note=57))


def test_a_leap_gets_over_a_hill_that_turns_do_not() -> None:
    objective, context = hills()
    budget = Budget(renders=200)
    turned = run(Refinement(), objective, context, budget=budget)
    leapt = run(Refinement(leaping=True), objective, context, budget=budget)
    assert turned.best[0].score < -0.2
    assert leapt.best[0].score > -0.05
    assert re.search(r"refined, a at \d", leapt.best[0].proposal.detail)


def test_leaps_are_gone_on_with_and_end() -> None:
    objective, context = hills()
    whole = run(Refinement(leaping=True), objective, context, budget=Budget(renders=20_000))
    assert whole.ended == "done"
    first = run(Refinement(leaping=True), objective, context, budget=Budget(renders=51))
    state = pickle.loads(pickle.dumps(copy.deepcopy(first.state)))
    rest = run(Refinement(leaping=True), objective, context, budget=Budget(renders=20_000), state=state)
    assert patches(first) + patches(rest) == patches(whole)
