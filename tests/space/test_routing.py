from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patchpilot.errors import PatchError
from patchpilot.space import Patch, Routing, Space
from patchpilot.space.routing import in_order


def permuted(routings: Sequence[Routing], order: Sequence[int]) -> list[Routing]:
    """The same matrix with its slots in another order: new slot i holds the old slot order[i]."""
    place = {old: new for new, old in enumerate(order)}
    moved = (routings[old] for old in order)
    return [r if r.target is None else r.retargeted(place.get(r.target, r.target)) for r in moved]


@st.composite
def matrices(draw: st.DrawFn) -> tuple[list[Routing], list[int]]:
    """Up to nine routings, alike more often than not, and a permutation of them."""
    n = draw(st.integers(0, 9))
    slots = st.builds("modulation_{}_{}".format, st.integers(1, n + 1), st.sampled_from(["amount", "power"]))
    routing = st.builds(
        Routing,
        st.sampled_from(["lfo_1", "lfo_2"]),
        st.sampled_from(["volume", "osc_1_level"]) | slots | slots,
        amount=st.sampled_from([0.25, 0.5]),
        bipolar=st.booleans(),
    )
    return draw(st.lists(routing, min_size=n, max_size=n)), draw(st.permutations(range(n)))


def twins(*slots: int) -> list[Routing]:
    """Routings alike in all but the slot they modulate; 0 for none."""
    return [Routing("lfo_1", f"modulation_{slot}_amount" if slot else "volume", 0.5) for slot in slots]


@given(matrices())
@example((twins(0, 0, 1, 2), [0, 1, 3, 2]))  # two pairs of twins
@example((twins(2, 1, 4, 3), [0, 2, 1, 3]))  # two circles of two
@example((twins(2, 1, 3, 4), [2, 0, 3, 1]))  # a circle of two, and two that modulate themselves
@example((twins(0, 0, 1), [1, 0, 2]))  # twins, one of which is modulated
def test_the_order_of_the_slots_does_not_matter(case: tuple[list[Routing], list[int]]) -> None:
    routings, order = case
    assert in_order(permuted(routings, order), 64) == in_order(routings, 64)


@given(matrices())
def test_putting_in_order_changes_only_the_order(case: tuple[list[Routing], list[int]]) -> None:
    routings, _ = case
    ordered = in_order(routings, 64)
    assert sorted(_unfolded(ordered, i) for i in range(len(ordered))) == sorted(
        _unfolded(routings, i) for i in range(len(routings))
    )
    assert in_order(ordered, 64) == ordered


def _unfolded(routings: Sequence[Routing], start: int) -> str:
    """A routing and what it modulates, and what that modulates, … without any slot numbers."""
    words, at = [], start
    for _ in range(len(routings) + 1):
        if at >= len(routings):
            words.append("empty")
            break
        r = routings[at]
        aim = r.destination if r.target is None else r.destination.rsplit("_", 1)[1]
        words.append(f"{r.source}>{aim}*{r.amount}/{r.bipolar}")
        if r.target is None:
            break
        at = r.target
    return " ".join(words)


def test_sixty_four_twins_are_put_in_order_in_no_time() -> None:
    assert in_order(twins(*[0] * 64), 64) == tuple(twins(*[0] * 64))
    circle = twins(*[*range(2, 65), 1])
    turned = permuted(circle, np.random.default_rng(0).permutation(64).tolist())
    assert in_order(turned, 64) == in_order(circle, 64)


def test_turning_an_amount_does_not_move_a_routing() -> None:
    routings = [Routing("lfo_2", "volume", 0.1), Routing("lfo_1", "volume", 0.9), *twins(1)]
    ordered = in_order(routings, 64)
    for i, routing in enumerate(ordered):
        turned = [*ordered[:i], routing.turned("amount", -1.0).turned("power", 9.0), *ordered[i + 1 :]]
        assert in_order(turned, 64) == tuple(turned)


def test_the_order_says_who_modulates_whom() -> None:
    first, second = Routing("lfo_1", "volume", 0.5), Routing("lfo_2", "volume", 0.5)
    by_hand = in_order([second, first, Routing("env_2", "modulation_1_amount", 0.3)], 64)
    assert by_hand == (Routing("env_2", "modulation_3_amount", 0.3), first, second)


def test_an_aim_at_an_empty_slot_stays_at_an_empty_slot() -> None:
    aimless = Routing("lfo_1", "modulation_40_power", 0.5)
    assert in_order([Routing("lfo_1", "volume", 0.5), aimless], 64)[0].destination == "modulation_3_power"
    assert in_order([aimless], 64) == in_order([Routing("lfo_1", "modulation_9_power", 0.5)], 64)


def test_numbers_are_float32_and_finite() -> None:
    assert Routing("lfo_1", "volume", 0.1).amount == float(np.float32(0.1))
    assert str(Routing("lfo_1", "volume", -0.0).amount) == "0.0"
    with pytest.raises(PatchError, match="routing amount: expected a finite number, got nan"):
        Routing("lfo_1", "volume", float("nan"))


def test_a_mapping_has_one_spelling() -> None:
    spelt = (
        Routing("lfo_1", "volume", 0.5, mapping=text) for text in ('{"b": 0.1, "a": 1}', '{"a":1.0,"b":1e-1}')
    )
    assert len(set(spelt)) == 1
    with pytest.raises(PatchError, match="routing mapping: expected JSON, got 'up'"):
        Routing("lfo_1", "volume", 0.5, mapping="up")


def test_a_destination_the_engine_does_not_list_is_refused_by_name(space: Space) -> None:
    with pytest.raises(PatchError, match=r"'osc_1_on' is not a modulation destination .* engine would crash"):
        Patch.make(space, routings=[Routing("lfo_1", "osc_1_on", 0.5)])


def test_an_unknown_source_is_refused_by_name(space: Space) -> None:
    with pytest.raises(PatchError, match=r"unknown modulation source 'lfo_9'; known: .*lfo_8"):
        Patch.make(space, routings=[Routing("lfo_9", "osc_1_level", 0.5)])


def test_a_sixty_fifth_routing_is_refused(space: Space) -> None:
    with pytest.raises(PatchError, match="expected at most 64 modulation routings, got 65"):
        Patch.make(space, routings=[Routing("lfo_1", "osc_1_level", 0.5)] * 65)
