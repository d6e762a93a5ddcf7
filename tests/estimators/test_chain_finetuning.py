"""A chain's proxy, and finetuning through it."""

from __future__ import annotations

import copy
import pickle
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from patchpilot.audio import listen  # noqa: E402
from patchpilot.errors import EstimatorError, ParameterError  # noqa: E402
from patchpilot.estimators.chain_descent import descend_chain  # noqa: E402
from patchpilot.estimators.chain_finetuning import ChainFinetuning  # noqa: E402
from patchpilot.estimators.codec import Codec, said  # noqa: E402
from patchpilot.estimators.fitting import fitted  # noqa: E402
from patchpilot.estimators.networks.chain_proxy import ChainProxy, ChainProxyConfig  # noqa: E402
from patchpilot.estimators.networks.chain_proxy_file import load_chain_proxy, save_chain_proxy  # noqa: E402
from patchpilot.estimators.networks.stft import stft_distance  # noqa: E402
from patchpilot.estimators.sequence.orders import order_of, without  # noqa: E402
from patchpilot.estimators.training.pairs import chain_codec, mid  # noqa: E402
from patchpilot.experiment.budget import Budget  # noqa: E402
from patchpilot.experiment.run import run  # noqa: E402
from patchpilot.instruments.take import Origin, Take  # noqa: E402
from patchpilot.objectives.closeness import CloseTo  # noqa: E402
from patchpilot.search.base import Context, Outcome, Proposal  # noqa: E402
from patchpilot.space import Patch, Performance  # noqa: E402
from tests.estimators.wet import RATE, Wet  # noqa: E402
from tests.toy import Toy  # noqa: E402

torch.set_num_threads(1)
WET = Wet()
SPACE, ORDER = WET.space, order_of(WET.space)
SIZES = ChainProxyConfig(rate=RATE, width=4, kernel=5, dilations=(1, 4), hidden=8, waves=1)
PERFORMANCE = Performance.one_note(50, hold_s=0.4, length_s=0.5)
CHAIN = ORDER.values(("dark", "clip"))
TRUE = Patch.make(SPACE, {"fx_clip_drive": 9.0, "fx_dark_tone": 0.3, **CHAIN})
START = Patch.make(SPACE, {"fx_clip_drive": 2.0, "fx_dark_tone": 0.6, **CHAIN})


@cache
def codec() -> Codec:
    prior = WET.priors["toy-v1-chain-v1"]
    rows = [said(prior.draw(SPACE, 0, index)) for index in range(100)]
    return chain_codec(fitted(SPACE, rows), SPACE, ORDER)


def untrained() -> ChainProxy:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        proxy = ChainProxy(SIZES, codec()).requires_grad_(False).eval()
        proxy.out.weight.normal_()  # which begins at 0
        return proxy


class Knowing(ChainProxy):
    """A proxy that knows what clipping does, which is all that there is in these chains."""

    def forward(self, dry: Any, continuous: Any, categorical: Any) -> Any:  # noqa: ARG002
        token = self.codec.continuous[0]
        assert token.name == "fx_clip_drive"
        drive = token.low + 0.5 * (continuous[:, :1] + 1.0) * (token.high - token.low)
        return torch.tanh(drive * dry) + 0.2 * dry.relu()


def sound(patch: Patch) -> Any:
    return torch.from_numpy(mid(WET.render(patch, PERFORMANCE), RATE))[None]


def outcome(patch: Patch, objective: CloseTo) -> Outcome:
    take = Take(patch, PERFORMANCE, WET.render(patch, PERFORMANCE), WET.fingerprint, Origin("test", "", 0))
    return Outcome(Proposal(patch, "test", "a start"), take, objective.score(take))


def context(start: Patch = START) -> tuple[Context, CloseTo]:
    target = listen(WET.render(TRUE, PERFORMANCE), note=50)
    objective = CloseTo(target.audio)
    return Context(WET, PERFORMANCE, target, (outcome(start, objective),), seed=1), objective


def test_the_distance_is_0_at_any_level_and_grows_with_what_is_heard() -> None:
    one, near, far = sound(TRUE), sound(TRUE.changed(SPACE, {"fx_clip_drive": 7.0})), sound(START)
    assert float(stft_distance(one, one)) == pytest.approx(0.0, abs=1e-5)
    assert float(stft_distance(0.1 * one, one)) == pytest.approx(0.0, abs=1e-3)
    assert 0.0 < float(stft_distance(near, one)) < float(stft_distance(far, one))


def test_it_has_slopes_where_there_is_silence() -> None:
    silent = torch.zeros(1, 4000, requires_grad=True)
    stft_distance(silent, sound(TRUE)[:, :4000]).sum().backward()
    assert bool(torch.isfinite(silent.grad).all())


def test_a_proxy_begins_as_a_wire() -> None:
    dry = sound(START)
    assert torch.equal(ChainProxy(SIZES, codec())(dry, torch.zeros(1, 2), torch.ones(1, 2).long()), dry)


def test_a_proxy_looks_back_and_never_ahead() -> None:
    proxy, n = untrained(), 400
    dry = torch.randn(1, n, generator=torch.Generator().manual_seed(0)).requires_grad_(True)
    values, options = torch.zeros(1, 2), torch.ones(1, 2, dtype=torch.int64)
    proxy(dry, values, options)[0, 200].backward()
    heard = torch.nonzero(dry.grad[0]).flatten()
    assert int(heard.max()) == 200
    assert int(heard.min()) == 200 - SIZES.reach


def test_a_proxy_is_told_the_settings_of_what_sounds() -> None:
    proxy, dry = untrained(), sound(without(SPACE, ORDER, TRUE))
    names = [token.name for token in codec().continuous]
    made = []
    for tone in (-1.0, 1.0):
        values = torch.zeros(1, 2)
        values[0, names.index("fx_dark_tone")] = tone
        made.append([proxy(dry, values, torch.tensor([places])) for places in ((2, 1), (1, 0))])
    assert not torch.allclose(made[0][0], made[1][0]), "in the chain"
    assert torch.equal(made[0][1], made[1][1]), "not in the chain"


def test_a_file_of_it(tmp_path: Path) -> None:
    path = tmp_path / "proxy.safetensors"
    save_chain_proxy(untrained(), path, {"rows": 3})
    again = load_chain_proxy(path)
    assert (again.config, again.codec) == (SIZES, codec())
    assert torch.equal(again.out.weight, untrained().out.weight)
    path.write_bytes(pickle.dumps({"weights": 1}))
    with pytest.raises(EstimatorError, match="is a pickle"):
        load_chain_proxy(path)
    with pytest.raises(EstimatorError, match="expected a proxy of a chain"):
        load_chain_proxy(tmp_path / "none.safetensors")
    with pytest.raises(EstimatorError, match="from 1 to 65536"):
        ChainProxyConfig(width=0)


def test_a_descent_finds_the_drive_and_leaves_the_rest() -> None:
    dry = mid(WET.render(without(SPACE, ORDER, TRUE), PERFORMANCE), RATE)
    knowing = Knowing(SIZES, codec()).requires_grad_(False).eval()
    true = codec().encode([said(TRUE)])
    wet = knowing(torch.from_numpy(dry)[None], torch.from_numpy(true.continuous), None)[0].numpy()
    starts = codec().encode([said(START)])
    found, apart = descend_chain(knowing, dry, wet, starts, np.array([0.1], np.float32), pull=0.0, steps=40)
    assert found[0, 0] == pytest.approx(float(true.continuous[0, 0]), abs=0.05)
    assert found[0, 1] == starts.continuous[0, 1]
    assert apart[0] < 0.02
    pulled, _ = descend_chain(knowing, dry, wet, starts, np.array([0.1], np.float32), pull=100.0, steps=5)
    assert abs(pulled[0, 0] - starts.continuous[0, 0]) < abs(found[0, 0] - starts.continuous[0, 0])


def test_what_it_finds_is_judged_by_the_chain() -> None:
    searcher = ChainFinetuning(Knowing(SIZES, codec()).requires_grad_(False).eval(), steps=8)
    where, objective = context()
    heard: list[Outcome] = []
    run(searcher, objective, where, budget=Budget(renders=30), on_outcome=heard.append)
    assert heard[0].proposal.patch == without(SPACE, ORDER, START), "the proxy hears the dry sound first"
    best = max(heard, key=lambda one: one.score)
    assert best.score > 0.5 * where.base_outcomes[0].score
    assert searcher.state.best.score == best.score
    assert best.proposal.searcher == "test+chain-finetuning"
    for one in heard[1:]:
        assert ORDER.chain(one.proposal.patch.values) == ("dark", "clip"), "the order stays"
        assert one.proposal.patch.values.get("level") == START.values.get("level"), "as does the voice"


def test_a_proxy_that_knows_nothing_makes_nothing_worse() -> None:
    where, objective = context(TRUE)
    searcher = ChainFinetuning(untrained(), patience=2, steps=2)
    made = run(searcher, objective, where, budget=Budget(renders=40))
    assert made.ended == "done"
    assert searcher.state.best.proposal.patch == TRUE


def test_it_goes_on_from_its_state() -> None:
    where, objective = context()
    searcher = ChainFinetuning(untrained(), steps=2)
    asked = []
    for stop in (False, True):
        searcher.start(where)
        patches = []
        for _ in range(4):
            proposals = searcher.ask(3)
            patches += [one.patch.sha256 for one in proposals]
            searcher.tell([outcome(one.patch, objective) for one in proposals])
            if stop:
                kept = copy.deepcopy(searcher.state)
                searcher = ChainFinetuning(untrained(), steps=2)
                searcher.start(where)
                searcher.state = kept
        asked.append(patches)
    assert asked[0] == asked[1]


def test_what_it_cannot_start_from() -> None:
    where, _ = context()
    searcher = ChainFinetuning(untrained())
    with pytest.raises(ParameterError, match="patches to start from"):
        searcher.start(Context(WET, PERFORMANCE, where.target))
    with pytest.raises(ParameterError, match="needs a target"):
        searcher.start(Context(WET, PERFORMANCE, None, where.base_outcomes))
    with pytest.raises(EstimatorError, match="expected an estimator for toy"):
        searcher.start(Context(Toy(), PERFORMANCE, where.target, where.base_outcomes))
    with pytest.raises(ParameterError, match="at least 1"):
        ChainFinetuning(untrained(), rounds=0)
