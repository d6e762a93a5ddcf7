"""Where an instrument says its chain."""

from __future__ import annotations

import pytest

from patchpilot.errors import EstimatorError, ParameterError
from patchpilot.estimators.sequence.orders import Numbered, Places, order_of, orders_of, with_chain, without
from patchpilot.instruments.vital.effect_order import EFFECTS, N_ORDERS, ORDER, chain_values
from patchpilot.modules.base import choice
from patchpilot.space import Parameter, Patch, Space
from tests.estimators.wet import Wet
from tests.toy import Toy

SPACE = Wet().space


def vital() -> Space:
    switches = [Parameter(f"{effect}_on", 0.0, 1.0, 0.0, is_categorical=True) for effect in EFFECTS]
    number = Parameter(ORDER, 0.0, N_ORDERS - 1.0, 0.0, is_categorical=True)
    drive = Parameter("distortion_drive", -30.0, 30.0, 0.0, is_categorical=False)
    return Space(instrument="vital", version="1", parameters=(number, *switches, drive))


def test_of_a_rack() -> None:
    order = order_of(SPACE)
    assert order == Places("fx_", ("clip", "dark"))
    assert order.names == ("fx_slot_1", "fx_slot_2")
    assert order.knobs(SPACE, "dark") == ("fx_dark_tone",)
    assert order.chain(order.values(("dark", "clip"))) == ("dark", "clip")


def test_of_vital() -> None:
    order = order_of(vital())
    assert order == Numbered()
    assert order.chain(chain_values(["reverb", "chorus"])) == ("reverb", "chorus")
    assert order.values(["reverb", "chorus"]) == chain_values(["reverb", "chorus"])
    assert order.knobs(vital(), "distortion") == ("distortion_drive",)


def test_a_racks_chain_comes_before_that_of_the_synthesizer_in_it() -> None:
    both = Space(instrument="rack", version="1", parameters=(*vital().parameters, *SPACE.parameters))
    assert orders_of(both) == (Places("fx_", ("clip", "dark")), Numbered())


def test_of_none() -> None:
    assert orders_of(Toy().space) == ()
    with pytest.raises(EstimatorError, match=r"toy has no chain.*any_order=True"):
        order_of(Toy().space)


def test_names_that_begin_alike() -> None:
    names = ("delay", "delay_2")
    parameters = [
        *(
            Parameter(
                f"fx_slot_{i}", 0.0, 2.0, 0.0, True, curve="indexed", options=choice("off", *names).options
            )
            for i in (1, 2)
        ),
        Parameter("fx_delay_mix", 0.0, 1.0, 0.0, is_categorical=False),
        Parameter("fx_delay_2_mix", 0.0, 1.0, 0.0, is_categorical=False),
    ]
    space = Space(instrument="rack", version="1", parameters=tuple(parameters))
    assert order_of(space).knobs(space, "delay") == ("fx_delay_mix",)
    assert order_of(space).knobs(space, "delay_2") == ("fx_delay_2_mix",)


def test_other_chains_of_a_patch() -> None:
    order = order_of(SPACE)
    patch = Patch.make(
        SPACE, {"level": 0.7, "fx_clip_drive": 5.0, "fx_dark_tone": 0.8, **order.values(("clip", "dark"))}
    )
    alone = with_chain(SPACE, order, patch, ("dark",))
    assert order.chain(alone.values) == ("dark",)
    assert alone.values["fx_dark_tone"] == pytest.approx(0.8)
    assert "fx_clip_drive" not in alone.values, "what is silent is at its default"
    dry = without(SPACE, order, patch)
    assert order.chain(dry.values) == ()
    assert dry.values["level"] == pytest.approx(0.7)
    with pytest.raises(ParameterError, match="each once"):
        with_chain(SPACE, order, patch, ("dark", "dark"))
