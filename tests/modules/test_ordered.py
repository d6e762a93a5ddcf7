"""Effects in an order that is chosen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from patchpilot.errors import ParameterError, RackError
from patchpilot.instruments.rack.chain import chain
from patchpilot.instruments.rack.rack import Rack
from patchpilot.modules import faust, knob, module, node, ordered
from patchpilot.modules.base import Signal
from patchpilot.modules.kinds import module_of
from patchpilot.modules.ordered import chain_of, slots
from patchpilot.space import Note, Patch, Performance
from patchpilot.space.arc import Arc
from tests.modules.conftest import play


@module(add=knob(1.0, 0.0, 4.0), varying=("add",))
def more(audio: Signal, *, add: float) -> Signal:
    """Adds a number."""
    return audio + np.float32(add) if np.ndim(add) == 0 else audio + add


@module(times=knob(2.0, 0.0, 4.0))
def scale(audio: Signal, *, times: float) -> Signal:
    """Multiplies."""
    return audio * np.float32(times)


@module(power=knob(2.0, 1.0, 3.0))
def bend(audio: Signal, sidechain: Signal | None = None, *, power: float) -> Signal:
    """Takes a power."""
    assert sidechain is None
    return audio ** np.float32(power)


@module(at=knob(0.5, 0.0, 1.0))
def two(audio: Signal, sidechain: Signal, *, at: float) -> Signal:
    """Needs two."""
    return audio * sidechain * at


@module(level=knob(1.0, 0.0, 2.0))
def ones(gate: Signal, *, level: float) -> Signal:
    """Ones."""
    return np.full_like(gate, level)


NAMES = ("more", "scale", "bend")
halve = faust("halve", "Half as loud.", "*(by)", by=knob(0.5, 0.0, 1.0))
SHORT = Performance((Note(60, 1.0, 0.0, 0.1),), length_s=0.1, sample_rate=8000)


@pytest.mark.parametrize(
    ("order", "result"),
    [
        ((), 3.0),
        (("more",), 4.0),
        (("more", "scale"), 8.0),
        (("scale", "more"), 7.0),
        (("more", "scale", "bend"), 64.0),
        (("bend", "scale", "more"), 19.0),
        (("scale", "bend", "more"), 37.0),
    ],
)
def test_the_places_say_the_order(order: tuple[str, ...], result: float) -> None:
    fx = ordered([more, scale, bend])
    options = {f"slot_{i}": name for i, name in enumerate([*order, "off", "off", "off"][:3], 1)}
    made = play(fx, {"in": np.full((2, 10), 3.0)}, options)
    np.testing.assert_array_equal(made, np.float32(result))


def test_a_second_mention_is_passed_over_and_gaps_are_nothing() -> None:
    made = play(
        ordered([more, scale, bend]),
        {"in": np.full((2, 10), 3.0)},
        {"slot_1": "off", "slot_2": "scale", "slot_3": "scale"},
    )
    np.testing.assert_array_equal(made, np.float32(6.0))
    assert chain_of({"slot_1": 0.0, "slot_2": 2.0, "slot_3": 2.0}, NAMES) == ("scale",)


def test_chains_of_all_orders_come_back() -> None:
    from itertools import permutations

    for size in range(4):
        for order in permutations(NAMES, size):
            assert chain_of(slots(order, NAMES, "fx_"), NAMES, "fx_") == order
    assert chain_of({}, NAMES) == NAMES
    with pytest.raises(ParameterError, match="each once"):
        slots(("more", "more"), NAMES)


def test_its_space_its_values_and_its_json() -> None:
    fx = ordered([node(more, "plus", add=3.0), scale], "fx")
    assert [p.name for p in fx.parameters] == ["slot_1", "slot_2", "plus_add", "scale_times"]
    assert fx.parameters[0].options == ("off", "plus", "scale")
    assert [p.default for p in fx.parameters] == [1.0, 2.0, 3.0, 2.0]
    assert fx.varying == {"plus_add"}
    again = module_of(json.loads(json.dumps(fx.to_json())))
    assert again.to_json() == fx.to_json()
    assert again.parameters == fx.parameters


@pytest.mark.parametrize(
    ("effects", "said"),
    [
        ([], "got none"),
        ([more, more], "name of its own"),
        ([ones], "ones does not"),
        ([two], "two needs sidechain"),
    ],
)
def test_what_is_no_chain(effects: list[object], said: str) -> None:
    with pytest.raises(RackError, match=said):
        ordered(effects)


def test_as_a_rack(tmp_path: Path) -> None:
    with chain(node(ones, "one", level=2.0), [more, scale, halve], any_order=True) as rack:
        assert [n for n in rack.space.by_name if n.startswith("fx_slot")] == [
            "fx_slot_1",
            "fx_slot_2",
            "fx_slot_3",
        ]
        names = ("more", "scale", "halve")

        def sound(*order: str, arcs: tuple[Arc, ...] = ()) -> Signal:
            patch = Patch.make(rack.space, slots(order, names, "fx_"))
            performance = Performance(SHORT.notes, length_s=0.1, sample_rate=8000, arcs=arcs)
            return rack.render(patch, performance).samples

        assert np.all(sound("scale", "more") == 5.0)
        assert np.all(sound("more", "scale", "halve") == 3.0)
        assert np.all(sound("halve", "more") == 2.0)
        moved = sound("more", arcs=(Arc("fx_more_add", ((0.0, 0.0), (1.0, 1.0))),))[0]
        assert moved[-1] > moved[0] >= 2.0

        patch = Patch.make(rack.space, slots(("scale", "more"), names, "fx_"))
        swaps = [edit for edit in rack.edits(patch) if "before" in edit.name]
        assert [edit.name for edit in swaps] == ["fx: more before scale"]
        assert chain_of(swaps[0].apply(rack.space, patch).values, names, "fx_") == ("more", "scale")

        rack.export(patch, tmp_path / "free.rack.json")
        with Rack.open(tmp_path / "free.rack.json") as again:
            assert again.load(tmp_path / "free.rack.json") == patch
            assert np.all(again.render(patch, SHORT).samples == 5.0)


def test_every_order_is_drawn_alike() -> None:
    rack = chain(ones, [more, scale, bend], any_order=True)
    drawn = [rack.priors["uniform-v1"].draw(rack.space, 0, i) for i in range(3000)]
    chains = [chain_of(patch.values, NAMES, "fx_") for patch in drawn]
    pairs = [c for c in chains if set(c) == {"more", "bend"}]
    assert pairs.count(("more", "bend")) / len(pairs) == pytest.approx(0.5, abs=0.06)
    assert len(set(chains)) == 16  # 1 + 3 + 6 + 6
