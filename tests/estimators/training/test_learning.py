"""Curriculum, optimiser, mean weights, and when to stop."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

pytest.importorskip("torch")

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import nn, torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.tokens import Token
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.curriculum import effect_switches, effects_on, stage_of, stages
from patchpilot.estimators.training.early import FACTOR, MANY, Divergence, EarlyStopping
from patchpilot.estimators.training.ema import Ema
from patchpilot.estimators.training.gcwd import Gcwd
from patchpilot.estimators.training.schedule import Schedule
from patchpilot.space import Parameter, Space

SWITCHES = ("osc_2_on", "chorus_on", "filter_fx_on", "sample_on", "glide_on")
SPACE = Space(
    "synth",
    "1",
    tuple(
        Parameter(name, 0.0, 1.0, 0.0, is_categorical=name.endswith("_on"), group=name.rpartition("_")[0])
        for module in ("osc_2", "chorus", "filter_fx", "sample", "glide")
        for name in (f"{module}_on", f"{module}_mix")
    ),
)
CODEC = Codec(
    "synth",
    "1",
    (
        *(
            Token(f"{name[:-3]}_mix", "value", 0.0, 1.0, gate=name, open_at=(1,))
            for name in SWITCHES
            if name != "glide_on"
        ),
        *(Token(name, "value", options=(0.0, 1.0)) for name in SWITCHES),
    ),
    {},
    {},
)


def test_effects_are_switches_of_modules_that_there_is_one_of() -> None:
    named = [CODEC.categorical[k].name for k in effect_switches(CODEC, SPACE)]
    assert named == [
        "chorus_on",
        "filter_fx_on",
        "sample_on",
    ]  # not the oscillator, nor what switches nothing
    sampler = Space(SPACE.instrument, SPACE.version, SPACE.parameters, assets={"sample": None})  # type: ignore[dict-item]
    named = [CODEC.categorical[k].name for k in effect_switches(CODEC, sampler)]
    assert named == ["chorus_on", "filter_fx_on"]  # what plays an asset is a source
    assert effect_switches(CODEC, SPACE, ("osc_2_on",)) == (0,)
    with pytest.raises(EstimatorError, match="no switch 'cake_on' varies in these rows"):
        effect_switches(CODEC, SPACE, ("cake_on",))


def test_stages_go_from_dry_sounds_to_all() -> None:
    labels = CODEC.encode(
        [
            {("value", name): 1.0 for name in names}
            for names in ((), ("osc_2_on",), ("chorus_on",), ("chorus_on", "filter_fx_on", "osc_2_on"))
        ]
    )
    assert effects_on(CODEC, effect_switches(CODEC, SPACE), labels).tolist() == [0, 0, 1, 2]
    made = stages("dry:2,effects:3,all", 9, CODEC, SPACE)
    assert [(stage.name, stage.first, stage.last) for stage in made] == [
        ("dry", 0, 2),
        ("effects", 2, 5),
        ("all", 5, 9),
    ]
    assert [stage.holds(labels).tolist() for stage in made] == [
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]
    assert [stage_of(made, epoch).name for epoch in (0, 1, 2, 4, 5, 8)] == ["dry"] * 2 + ["effects"] * 2 + [
        "all"
    ] * 2
    assert [stage.name for stage in stages("", 3, CODEC, SPACE)] == ["all"]


@pytest.mark.parametrize(
    "text", ["dry:2", "wet:1,all", "dry,all", "dry:9,all", "dry:0,all", "dry:x,all", ",", "all:2"]
)
def test_a_curriculum_that_is_none_is_told(text: str) -> None:
    with pytest.raises(EstimatorError, match="curriculum"):
        stages(text, 9, CODEC, SPACE)


def small() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(3, 2)


def test_a_step_is_that_of_the_equation() -> None:
    network = small()
    weight, bias = (tensor.detach().numpy().astype(float) for tensor in network.parameters())
    optimiser = Gcwd(network, lr=1.0, weight_decay=0.1, clip=0.5)
    gradient = {"weight": np.full((2, 3), 3.0), "bias": np.full(2, -4.0)}
    for _ in range(2):
        for name, parameter in network.named_parameters():
            parameter.grad = torch.tensor(gradient[name], dtype=torch.float32)
        norm = float(optimiser.clipped())
        optimiser.step(0.01)
    assert norm == pytest.approx(math.sqrt(6 * 9 + 2 * 16))
    for name, value, decay in (("weight", weight, 0.1), ("bias", bias, 0.0)):
        clipped = gradient[name] * 0.5 / norm
        m = v = 0.0 * clipped
        for t in (1, 2):
            m, v = 0.9 * m + 0.1 * clipped, 0.999 * v + 0.001 * clipped**2
            update = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
            value = value - 0.01 * decay * value - 0.01 * update
        assert np.allclose(getattr(network, name).detach().numpy(), value, atol=1e-6)


def test_clipping_does_not_weaken_the_decay() -> None:
    networks = [small(), small()]
    for network, clip in zip(networks, (0.0, 1e-9), strict=True):
        optimiser = Gcwd(network, lr=1.0, weight_decay=0.5, clip=clip)
        for parameter in network.parameters():
            parameter.grad = torch.zeros_like(parameter)
        optimiser.clipped()
        optimiser.step(0.1)
    assert torch.equal(networks[0].weight, networks[1].weight)
    assert torch.allclose(networks[0].weight, 0.95 * small().weight)
    assert torch.equal(networks[0].bias, small().bias)


def test_an_optimiser_goes_on_from_what_it_said() -> None:
    networks = [small(), small()]
    first, second = (Gcwd(network, lr=1.0, weight_decay=0.1, clip=1.0) for network in networks)

    def step(optimiser: Gcwd, network: nn.Linear, size: float) -> None:
        for parameter in network.parameters():
            parameter.grad = torch.full_like(parameter, size)
        optimiser.clipped()
        optimiser.step(0.1)

    step(first, networks[0], 0.2)
    networks[1].load_state_dict(copy.deepcopy(networks[0].state_dict()))
    second.restore(first.tensors())
    for optimiser, network in zip((first, second), networks, strict=True):
        step(optimiser, network, -0.3)
    assert torch.equal(networks[0].weight, networks[1].weight)


def test_mean_weights_follow_slowly_and_forget_the_first_soon() -> None:
    network = small()
    mean = Ema(network, 0.9)
    with torch.no_grad():
        network.weight.fill_(1.0)
    before = mean.network.weight.clone()
    mean.update(network, 0)  # of one step a tenth is kept
    assert torch.allclose(mean.network.weight, 0.1 * before + 0.9)
    for steps in range(1, 200):
        mean.update(network, steps)
    assert torch.allclose(mean.network.weight, torch.ones(2, 3))


def test_the_learning_rate_rises_and_falls() -> None:
    schedule = Schedule(0.4, 0.1, 100)
    rates = [schedule(step) for step in range(101)]
    assert rates[0] == pytest.approx(0.04)
    assert max(rates) == rates[10] == 0.4
    assert rates[55] == pytest.approx(0.2)
    assert rates[100] == pytest.approx(0.0)
    assert sorted(rates[10:], reverse=True) == rates[10:]


def test_patience_counts_in_the_last_stage_only() -> None:
    stopping = EarlyStopping(2)
    assert stopping.heard(1.0, 0)
    assert not any(stopping.heard(2.0, epoch, counts=False) for epoch in (1, 2, 3))
    assert not stopping.is_over
    assert not any(stopping.heard(2.0, epoch) for epoch in (4, 5))
    assert stopping.is_over
    assert (stopping.best, stopping.best_epoch) == (1.0, 0)
    never = EarlyStopping(0)
    assert not any(never.heard(math.inf, epoch) or never.is_over for epoch in range(99))


@pytest.mark.parametrize(("first", "best"), [(4.0, 1.0), (5.0, -3.0), (-1.0, -2.0)])
def test_a_loss_diverges_where_it_stays_high(first: float, best: float) -> None:
    watch = Divergence()
    for loss in (first, *[best] * 2000):
        watch.heard(loss)
    allowed = best + FACTOR * max(abs(best), first - best)
    for _ in range(2000):
        watch.heard(0.9 * allowed)
    assert watch.reason == ""
    watch = Divergence.from_json(watch.to_json())
    for _ in range(300 + MANY):
        watch.heard(2.0 * allowed + 1.0)
    assert "at its best" in watch.reason


def test_a_few_steps_that_are_not_finite_are_none() -> None:
    watch = Divergence()
    for _ in range(5):
        for loss in (*[math.nan] * (MANY - 1), 1.0):
            watch.heard(loss)
    assert watch.reason == ""
    assert Divergence.from_json(watch.to_json()) == watch
    for _ in range(MANY):
        watch.heard(math.inf)
    assert "not finite" in watch.reason


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"lr": math.nan}, "learning rate"),
        ({"epochs": 0}, "epochs"),
        ({"held_out": 0.0}, "held-out share"),
        ({"size": "huge"}, "size"),
        ({"head": "cake"}, "head"),
        ({"device": "tpu"}, "device"),
    ],
)
def test_a_recipe_out_of_its_range_is_told(asked: dict[str, object], words: str) -> None:
    with pytest.raises(EstimatorError, match=words):
        TrainConfig(**asked)  # type: ignore[arg-type]


def test_a_recipe_is_read_back_and_its_device_is_no_part_of_it() -> None:
    config = TrainConfig(effects=("chorus_on",), device="cpu")
    assert TrainConfig.from_json(config.to_json()) == config
    assert config.differences(TrainConfig(effects=("chorus_on",))) == []
    assert config.differences(TrainConfig(seed=2)) == [
        "seed here 0, there 2",
        "effects here chorus_on, there none",
    ]
    with pytest.raises(EstimatorError, match="damaged"):
        TrainConfig.from_json({"epochs": 3})
