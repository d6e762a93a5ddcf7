"""Priors of chains, and what of a chain is worth turning."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from patchpilot.instruments.rack import musical
from patchpilot.instruments.rack.chain import chain
from patchpilot.instruments.rack.chained import LENGTHS, ChainPrior, chain_priors
from patchpilot.instruments.vital.effect_order import N_ORDERS, ORDER
from patchpilot.modules import kinds, knob, module
from patchpilot.modules.base import Signal
from patchpilot.modules.collection.live_devices import BIG_8
from patchpilot.modules.ordered import chain_of, slots
from patchpilot.space import Parameter, Patch, Prior, Space
from patchpilot.space.distribution import Fixed, Whole, choice

NAMES = ("more", "scale", "bend")


@module(level=knob(1.0, 0.0, 2.0))
def ones(gate: Signal, *, level: float) -> Signal:
    """Ones."""
    return np.full_like(gate, level)


@module(add=knob(1.0, 0.0, 4.0))
def more(audio: Signal, *, add: float) -> Signal:
    """Adds."""
    return audio + np.float32(add)


@module(times=knob(2.0, 0.0, 4.0), mix=knob(1.0, 0.0, 1.0))
def scale(audio: Signal, *, times: float, mix: float) -> Signal:
    """Multiplies."""
    return audio * np.float32(times * mix)


@module(power=knob(2.0, 1.0, 3.0))
def bend(audio: Signal, *, power: float) -> Signal:
    """Takes a power."""
    return audio ** np.float32(power)


def rack() -> Any:
    return chain(ones, [more, scale, bend], any_order=True)


def prior(name: str = "uniform-v1-chain-v1") -> ChainPrior:
    found = rack().priors[name]
    assert isinstance(found, ChainPrior)
    return found


def test_chains_are_of_one_effect_or_more_each_once_and_what_is_silent_is_at_its_default() -> None:
    space, drawn = rack().space, Counter[tuple[str, ...]]()
    for index in range(600):
        patch = prior().draw(space, 3, index)
        found = chain_of(patch.values, NAMES, "fx_")
        drawn[found] += 1
        assert {
            name: patch.values.get(name, space[name].default) for name in slots(found, NAMES, "fx_")
        } == slots(found, NAMES, "fx_"), "said in the one way that data sets use"
        for name in patch.values:
            if name.startswith("fx_") and "slot" not in name:
                assert name.split("_")[1] in found
    lengths = Counter(len(one) for one in drawn.elements())
    assert lengths[1] / 600 == pytest.approx(LENGTHS[0] / sum(LENGTHS[:3]), abs=0.06)
    assert set(lengths) == {1, 2, 3}
    assert len(drawn) == 15, "every chain occurs"
    assert drawn["more", "bend"] > 1.5 * drawn["bend", "more"], "the usual order is more frequent"


def test_the_dry_twin_has_the_same_voices() -> None:
    space = rack().space
    for index in range(20):
        wet, dry = (
            prior(name).draw(space, 1, index) for name in ("uniform-v1-chain-v1", "dry-uniform-v1-chain-v1")
        )
        assert dry.values.get("ones_level") == wet.values.get("ones_level") is not None
        assert chain_of(dry.values, NAMES, "fx_") == ()
        assert not [name for name in dry.values if name.startswith("fx_") and "slot" not in name]
    assert prior().sha256 != prior("dry-uniform-v1-chain-v1").sha256


def test_an_instruments_own_effects_are_off() -> None:
    own = (
        Parameter(ORDER, 0.0, N_ORDERS - 1.0, 0.0, is_categorical=True),
        Parameter("reverb_on", 0.0, 1.0, 0.0, is_categorical=True),
    )
    made = rack()
    space = Space(instrument="vital", version="1", parameters=(*own, *made.space.parameters))
    plain = Prior("own-v1", {ORDER: Whole(0, N_ORDERS - 1), "reverb_on": choice({0: 0.5, 1: 0.5})})
    found = chain_priors({"own-v1": plain}, space, "fx", made.graph.nodes["fx"].module)["own-v1-chain-v1"]
    drawn = [found.draw(space, 0, index) for index in range(10)]
    assert not [patch for patch in drawn if {ORDER, "reverb_on"} & set(patch.values)]


def test_nothing_is_promised_where_a_place_is_pinned() -> None:
    assert list(rack().pin(fx_slot_1="more").priors) == ["uniform-v1"]


def test_effects_that_do_not_sound_are_not_turned() -> None:
    made = rack()
    patch = Patch.make(made.space, slots(("scale",), NAMES, "fx_"))
    assert set(made.knobs(patch)) == {"ones_level", "fx_scale_times", "fx_scale_mix"}
    everything = Patch.make(made.space, slots(NAMES, NAMES, "fx_"))
    assert set(made.knobs(everything)) > {"fx_more_add", "fx_bend_power"}


@pytest.mark.parametrize("name", BIG_8)
def test_settings_are_within_the_ranges_of_their_knobs(name: str) -> None:
    found = kinds.named(name)
    rng = np.random.default_rng(0)
    for parameter in found.parameters:
        drawn = [musical.setting(name, parameter).value(*rng.random(2)) for _ in range(200)]
        assert parameter.minimum <= min(drawn) <= max(drawn) <= parameter.maximum, parameter.name
        assert len(set(drawn)) > 1 or isinstance(musical.setting(name, parameter), Fixed)


def test_the_tables_speak_of_what_there_is() -> None:
    for table in (musical.RANGES, musical.OPTIONS):
        for name, parameter in table:
            assert parameter in {p.name for p in kinds.named(name).parameters}, (name, parameter)
    assert set(musical.WEIGHTS) == set(BIG_8)
