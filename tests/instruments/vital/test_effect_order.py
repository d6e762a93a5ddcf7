"""The number of an order, and that the engine means the same by it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchpilot.audio import Audio
from patchpilot.distance import logmel
from patchpilot.errors import ParameterError
from patchpilot.instruments.vital.effect_order import (
    EFFECTS,
    N_ORDERS,
    ORDER,
    chain,
    chain_values,
    decode_order,
    encode_order,
)
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Note, Patch, Performance, Space

SHORT = Performance(notes=(Note(hold_s=0.3),), length_s=0.5)
HEARD = {
    "osc_1_random_phase": 0.0,
    "distortion_drive": 20.0,
    "filter_fx_drive": 10.0,
    "eq_low_gain": 12.0,
    "flanger_sync": 0.0,
    "phaser_sync": 0.0,
    "chorus_sync": 0.0,
    "delay_sync": 0.0,
    "delay_frequency": 4.0,
}


@given(st.integers(0, N_ORDERS - 1))
def test_decode_and_encode_are_inverse(number: int) -> None:
    assert encode_order(decode_order(number)) == number


def test_numbers_that_are_known() -> None:
    assert decode_order(0) == EFFECTS
    assert decode_order(N_ORDERS - 1) == EFFECTS[::-1]
    assert decode_order(1) == (*EFFECTS[:7], "reverb", "phaser")
    assert len({decode_order(number) for number in range(5000)}) == 5000


def test_the_parameter_holds_all_orders(space: Space) -> None:
    assert (space[ORDER].minimum, space[ORDER].maximum, space[ORDER].default) == (0.0, N_ORDERS - 1, 0.0)
    switches = {name for name in space.by_name if name.endswith("_on")}
    assert {f"{effect}_on" for effect in EFFECTS} < switches


@pytest.mark.parametrize("number", [-1, N_ORDERS, 0.5, float("nan"), float("inf")])
def test_what_is_no_order_is_refused(number: float) -> None:
    with pytest.raises(ParameterError, match="expected a whole number from 0 to 362879"):
        decode_order(number)


def test_a_wrong_list_of_effects_is_refused() -> None:
    with pytest.raises(ParameterError, match="once, got chorus"):
        encode_order(["chorus"])
    with pytest.raises(ParameterError, match="expected each of"):
        chain_values(["chorus", "chorus"])
    with pytest.raises(ParameterError, match="expected each of"):
        chain_values(["wah"])


def test_a_chain_is_what_is_on_in_its_order() -> None:
    values = chain_values(["reverb", "eq", "distortion"])
    assert chain(values) == ("reverb", "eq", "distortion")
    assert chain({**values, "eq_on": 0.0}) == ("reverb", "distortion")
    assert chain({"reverb_on": 1.0, "chorus_on": 1.0}) == ("chorus", "reverb")
    assert chain({}) == ()
    assert chain_values([])[ORDER] == 0.0


def test_the_engine_goes_in_that_order(vital: Vital) -> None:
    default = heard(vital, {"distortion_on": 1.0, "reverb_on": 1.0})
    same = heard(vital, chain_values(["distortion", "reverb"]))
    swapped = heard(vital, chain_values(["reverb", "distortion"]))
    assert np.array_equal(default.samples, same.samples)
    assert logmel(default, swapped) > 0.1


def test_effects_that_are_off_have_no_part_in_the_order(vital: Vital) -> None:
    values = chain_values(["reverb", "distortion"])
    moved = [
        "reverb",
        "flanger",
        "distortion",
        *(e for e in EFFECTS[::-1] if e not in ("reverb", "flanger", "distortion")),
    ]
    assert encode_order(moved) != values[ORDER]
    one, other = heard(vital, values), heard(vital, {**values, ORDER: float(encode_order(moved))})
    assert np.array_equal(one.samples, other.samples)


@pytest.mark.slow
@pytest.mark.parametrize("pair", list(combinations(EFFECTS, 2)), ids="-".join)
def test_each_name_is_the_engines(vital: Vital, pair: tuple[str, str]) -> None:
    """Whatever stands between and around two effects, only which of them is first makes a difference, to the bit."""
    rng = np.random.default_rng(0)
    on = {f"{effect}_on": 1.0 for effect in pair}
    orders = [decode_order(int(number)) for number in rng.integers(0, N_ORDERS, 6)]
    orders += [order[::-1] for order in orders[:1]]
    sounds: dict[bool, set[bytes]] = {True: set(), False: set()}
    for order in orders:
        sound = heard(vital, {**on, ORDER: float(encode_order(order))})
        sounds[order.index(pair[0]) < order.index(pair[1])].add(sound.samples.tobytes())
    assert len(sounds[True]) == len(sounds[False]) == 1
    assert sounds[True] != sounds[False]


def heard(vital: Vital, values: dict[str, float]) -> Audio:
    table = {"wavetable_1": built_in("Saw to Square")}
    return vital.render(Patch.make(vital.space, {**HEARD, **values}, assets=table), SHORT)
