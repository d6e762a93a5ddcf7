from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from patchpilot.audio import listen  # noqa: E402
from patchpilot.errors import EstimatorError, ParameterError  # noqa: E402
from patchpilot.estimators.codec import Labels, said  # noqa: E402
from patchpilot.estimators.descent import Starts, Wanted, correction, descend  # noqa: E402
from patchpilot.estimators.faithful import is_told  # noqa: E402
from patchpilot.estimators.finetuning import Finetuning  # noqa: E402
from patchpilot.estimators.ways import WAYS  # noqa: E402
from patchpilot.experiment.budget import Budget  # noqa: E402
from patchpilot.experiment.result import Run  # noqa: E402
from patchpilot.experiment.run import run  # noqa: E402
from patchpilot.instruments.take import Origin, Take  # noqa: E402
from patchpilot.objectives.closeness import CloseTo  # noqa: E402
from patchpilot.search.base import Context, Outcome, Proposal  # noqa: E402
from patchpilot.space import Patch  # noqa: E402
from tests.estimators.bright import CODEC, PERFORMANCE, Bright, batch, drawn, learned  # noqa: E402

SPACE = Bright().space
TARGET = Patch.make(SPACE, {"bright": 0.7, "decay": 0.3, "octave": 0.0})
START = Patch.make(SPACE, {"bright": 0.45, "decay": 0.6, "octave": 0.0})


def wanted(patch: Patch) -> Wanted:
    rows = batch([patch])
    return Wanted(rows.sound[0].numpy(), rows.condition[0].numpy(), np.ones(64, np.float32))


def starts(*patches: Patch, pull: float = 0.0, relaxed: bool = False) -> Starts:
    n = len(patches)
    labels = CODEC.encode([said(patch) for patch in patches])
    nothing = np.zeros((n, 4, 96, 64), np.float32)
    return Starts(labels, nothing, np.full(n, pull, np.float32), np.full(n, relaxed))


def search(*patches: Patch, seed: int = 0) -> tuple[CloseTo, Context]:
    """What to find, and a context that starts from these patches."""
    instrument = Bright()
    sound = instrument.render(TARGET, PERFORMANCE)
    target = dataclasses.replace(listen(sound, note=60), audio=sound, length_s=1.0)
    objective = CloseTo(sound)
    bases = []
    for patch in patches:
        take = Take(patch, PERFORMANCE, instrument.render(patch, PERFORMANCE), "bright 1", Origin("finder"))
        bases.append(Outcome(Proposal(patch, "finder", "a guess"), take, objective.score(take)))
    return objective, Context(instrument, PERFORMANCE, target, tuple(bases), seed)


def tuned(batch: int = 8, rounds: int = 2, seed: int = 0) -> tuple[Context, Run]:
    objective, context = search(START, seed=seed)
    searcher = Finetuning(learned()[0], rounds=rounds, steps=12)
    return context, run(searcher, objective, context, batch=batch)


def test_descending_comes_closer_and_a_high_price_holds() -> None:
    proxy, _, _ = learned()
    found, predicted = descend(proxy, wanted(TARGET), starts(START), steps=30)
    _, there = descend(proxy, wanted(TARGET), starts(TARGET, pull=1e6), steps=1)
    _, before = descend(proxy, wanted(TARGET), starts(START, pull=1e6), steps=1)
    assert predicted[0] < 0.5 * before[0]
    assert there[0] < before[0]
    truth = CODEC.encode([said(TARGET)]).continuous
    first = CODEC.encode([said(START)]).continuous
    assert np.abs(found.continuous - truth)[0, 1] < np.abs(first - truth)[0, 1]
    held, _ = descend(proxy, wanted(TARGET), starts(START, pull=1e6), steps=10)
    assert np.abs(held.continuous - first).max() < 0.1
    assert np.abs(found.continuous).max() <= 1.0


def test_options_stay_hard_and_are_found_relaxed() -> None:
    proxy, _, _ = learned()
    low = START.changed(SPACE, {"octave": 1.0})
    hard, _ = descend(proxy, wanted(TARGET), starts(low), steps=40)
    assert hard.categorical[0, 1] == 2
    soft, _ = descend(proxy, wanted(TARGET), starts(low, relaxed=True), steps=40)
    assert soft.categorical[0, 1] == 1


def test_a_correction_makes_the_proxy_right_where_it_was_heard() -> None:
    proxy, _, _ = learned()
    rows = batch([START, TARGET])
    labels = CODEC.encode([said(START), said(TARGET)])
    condition = rows.condition[0].numpy()
    missing = correction(proxy, labels, condition, rows.sound.numpy())
    levels = proxy.levels(rows.continuous, rows.categorical, rows.condition) + torch.from_numpy(missing)
    torch.testing.assert_close(levels.clamp(0.0, 1.0), rows.sound, atol=1e-5, rtol=0)


def test_it_comes_closer_on_the_engine() -> None:
    context, made = tuned(rounds=3)
    assert made.best[0].score > 0.6 * context.base_outcomes[0].score
    assert made.ended == "done"
    proposal = made.best[0].proposal
    assert proposal.searcher == "finder+finetuning"
    assert proposal.detail.startswith("a guess, finetuned (")
    assert proposal.detail.count("finetuned") == 1


def test_it_goes_on_from_what_is_really_closer() -> None:
    """Of a proxy that knows nothing only what the engine says is kept, and the start is where it goes on from."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        ignorant = copy.deepcopy(learned()[0])
        for parameter in ignorant.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.3)
    objective, context = search(TARGET, START)
    searcher = Finetuning(ignorant, rounds=2, steps=5)
    made = run(searcher, objective, context)
    assert searcher.state.best is context.base_outcomes[0]
    assert searcher.state.doubt > 1.0
    assert max(outcome.score for outcome in made.best) < context.base_outcomes[0].score


def test_the_same_seed_proposes_the_same_however_many_are_asked_for() -> None:
    one, other, third = tuned(), tuned(batch=3), tuned(seed=1)
    hashes = [[step.patch for step in made.trace] for _, made in (one, other, third)]
    assert hashes[0] == hashes[1]
    assert hashes[0] != hashes[2]
    assert len(set(hashes[0])) == len(hashes[0])


def test_it_can_be_stopped_and_gone_on_with() -> None:
    objective, context = search(START)
    whole = run(Finetuning(learned()[0], rounds=2, steps=5), objective, context)
    first = run(
        Finetuning(learned()[0], rounds=2, steps=5), objective, context, budget=Budget(renders=5), batch=5
    )
    second = run(
        Finetuning(learned()[0], rounds=2, steps=5), objective, context, state=copy.deepcopy(first.state)
    )
    assert [step.patch for step in (*first.trace, *second.trace)] == [step.patch for step in whole.trace]


def test_it_ends_when_nothing_gets_better() -> None:
    objective, context = search(TARGET)
    made = run(Finetuning(learned()[0], patience=2, steps=2), objective, context)
    assert made.ended == "done"
    assert made.n_renders <= 2 * len(WAYS)


def test_it_descends_in_the_ways_that_it_is_told() -> None:
    objective, context = search(START)
    made = run(Finetuning(learned()[0], rounds=1, steps=3, ways=WAYS[:2]), objective, context)
    assert {step.detail for step in made.trace} == {
        "a guess, finetuned (cautious)",
        "a guess, finetuned (moderate)",
    }


def test_failed_renders_cost_nothing_else() -> None:
    objective, context = search(START)
    context = dataclasses.replace(context, instrument=Bright(fails=True))
    searcher = Finetuning(learned()[0], rounds=2, steps=2)
    made = run(searcher, objective, context)
    assert made.ended == "done"
    assert searcher.state.best is context.base_outcomes[0]


def test_it_says_what_it_needs() -> None:
    _, context = search(START)
    with pytest.raises(ParameterError, match="needs a proxy"):
        Finetuning().start(context)
    with pytest.raises(EstimatorError, match="there is no proxy"):
        Finetuning("none.safetensors")
    with pytest.raises(ParameterError, match="rounds"):
        Finetuning(learned()[0], rounds=0)
    with pytest.raises(ParameterError, match="ways"):
        Finetuning(learned()[0], ways=())
    searcher = Finetuning(learned()[0])
    with pytest.raises(ParameterError, match="target"):
        searcher.start(dataclasses.replace(context, target=None))
    with pytest.raises(ParameterError, match="patches to start from"):
        searcher.start(dataclasses.replace(context, base_outcomes=()))


def test_only_patches_that_the_tokens_say_are_told() -> None:
    assert is_told(CODEC, SPACE, START)
    assert is_told(CODEC, SPACE, Patch.make(SPACE))
    narrow = dataclasses.replace(CODEC.tokens[0], high=0.6)
    codec = dataclasses.replace(CODEC, tokens=(narrow, *CODEC.tokens[1:]))
    assert is_told(codec, SPACE, START)
    assert not is_told(codec, SPACE, TARGET)
    fixed = dataclasses.replace(CODEC, tokens=CODEC.tokens[1:])
    assert not is_told(fixed, SPACE, START)
    few = dataclasses.replace(CODEC.tokens[-1], options=(-1.0, 1.0))
    assert not is_told(dataclasses.replace(CODEC, tokens=(*CODEC.tokens[:-1], few)), SPACE, START)


def test_labels_stay_labels() -> None:
    found, _ = descend(learned()[0], wanted(TARGET), starts(*drawn(7, 3)), steps=2)
    assert isinstance(found, Labels)
    assert found.continuous.dtype == np.float32
    assert found.categorical.dtype == np.int64
    assert found.active.shape == (3, 5)
