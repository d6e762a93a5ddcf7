"""Random routings: sparse, of the kinds that were weighed, never to what cannot be heard, never twice the same."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

import numpy as np
import pytest

from patchpilot.space import Parameter, Patch, Prior, Routing, RoutingSpace, Space
from patchpilot.space.distribution import Fixed, Uniform, Whole, choice
from patchpilot.space.matrix import Matrix

FIELDS = tuple(
    Parameter(f"modulation_1_{name}", -10.0, 10.0, 0.0, is_categorical=False)
    for name in ("amount", "power", "bipolar", "stereo", "bypass")
)
SLOTS = tuple(f"modulation_{i}_{name}" for i in range(1, 9) for name in ("amount", "power"))
SPACE = Space(
    instrument="toy",
    version="1",
    parameters=(
        Parameter("osc_on", 0.0, 1.0, 0.0, is_categorical=True),
        Parameter("osc_level", 0.0, 1.0, 1.0, is_categorical=False),
        Parameter("cutoff", 0.0, 1.0, 1.0, is_categorical=False),
        Parameter("lfo_1_rate", 0.0, 1.0, 1.0, is_categorical=False),
        Parameter("lfo_2_rate", 0.0, 1.0, 1.0, is_categorical=False),
    ),
    routing=RoutingSpace(
        ("env", "lfo_1", "lfo_2"), ("cutoff", "lfo_1_rate", "lfo_2_rate", "osc_level", *SLOTS), 8, FIELDS
    ),
)
MATRIX = Matrix(
    count=Whole(0, 6),
    most=6,
    sources={"env": 2.0, "lfo_?": 2.0},
    destinations={"cutoff": 4.0, "modulation_*": 4.0, "*": 3.0},
    amounts={"osc_level": Uniform(-0.2, 0.2), "*": Uniform(-1.0, 1.0)},
    power=Uniform(-5.0, 5.0),
    bipolar=0.5,
    stereo=0.25,
    bypass=0.0,
)


def drawn(matrix: Matrix, n: int, **more: object) -> list[list[Routing]]:
    rng = np.random.default_rng(3)
    return [
        matrix.routings(SPACE, rng.random((matrix.n_draws, 2)).tolist(), **more)  # type: ignore[arg-type]
        for _ in range(n)
    ]


def always(count: int, **more: object) -> Matrix:
    return dataclasses.replace(MATRIX, count=Fixed(count), **more)  # type: ignore[arg-type]


def test_there_are_as_many_as_drawn() -> None:
    counts = Counter(len(routings) for routings in drawn(MATRIX, 400))
    assert set(counts) == set(range(7))
    assert min(counts.values()) > 25


def test_no_more_than_the_patch_has_room_for() -> None:
    beside = [
        Routing("env", "cutoff", 0.5),
        Routing("env", "osc_level", 0.5),
        Routing("lfo_1", "cutoff", 0.1),
    ]
    made = drawn(always(6), 60, beside=beside)
    assert all(len(routings) == 5 for routings in made)
    pairs = [[(r.source, r.destination) for r in [*beside, *routings]] for routings in made]
    assert all(len(set(several)) == len(several) for several in pairs)


def test_sources_and_destinations_have_the_weight_of_their_kind() -> None:
    routings = [routing for several in drawn(always(1), 2000) for routing in several]
    sources = Counter(routing.source for routing in routings)
    assert sources["env"] == pytest.approx(1000, abs=100)
    assert sources["lfo_1"] == pytest.approx(500, abs=80)
    # A routing that is alone has no other to modulate, so the rest share what there is: 4 to 3.
    destinations = Counter(routing.destination for routing in routings)
    assert set(destinations) == {"cutoff", "lfo_1_rate", "lfo_2_rate", "osc_level"}
    assert destinations["cutoff"] == pytest.approx(2000 * 4 / 7, abs=100)


def test_no_pair_comes_twice_and_each_number_is_that_of_another_routing() -> None:
    n_slots = 0
    for routings in drawn(always(6), 200):
        pairs = [(routing.source, routing.destination) for routing in routings]
        assert len(set(pairs)) == len(pairs) == 6
        for number, routing in enumerate(routings, start=1):
            if routing.target is not None:
                n_slots += 1
                assert routing.target + 1 != number
                assert 0 <= routing.target < len(routings)
    assert n_slots > 200


def test_the_patch_still_modulates_the_routings_that_were_meant() -> None:
    """`Patch.make` sorts and renumbers: who modulates whose amount must not change."""

    def said(routings: list[Routing]) -> Counter[str]:
        def name(routing: Routing, depth: int = 0) -> str:
            if routing.target is None or depth == 6:
                return f"{routing.source}>{re.sub('[0-9]+_', '_', routing.destination)}:{routing.amount:.6f}"
            return f"{routing.source}>({name(routings[routing.target], depth + 1)}):{routing.amount:.6f}"

        return Counter(name(routing) for routing in routings)

    for routings in drawn(always(6), 60):
        assert said(list(Patch.make(SPACE, routings=routings).routings)) == said(routings)


def test_what_is_silent_is_not_modulated() -> None:
    routings = [r for several in drawn(always(4), 100, silent=("osc_", "cut")) for r in several]
    assert not [r for r in routings if r.destination in ("osc_level", "cutoff")]
    assert len(routings) == 400


def test_a_sources_own_controls_are_modulated_only_where_another_routing_has_it() -> None:
    uses = {"lfo_1": ("lfo_1_",), "lfo_2": ("lfo_2_",)}
    seen = 0
    for routings in drawn(always(3, uses=uses), 500):
        for i, routing in enumerate(routings):
            if routing.destination.startswith("lfo_"):
                others = [other.source for j, other in enumerate(routings) if j != i]
                assert routing.destination[:5] in others
                seen += 1
    assert seen > 20


def test_where_nothing_is_left_there_are_fewer_and_none_aims_at_what_is_not_there() -> None:
    only = dataclasses.replace(
        MATRIX, destinations={"cutoff": 1.0, "modulation_*": 1.0}, sources={"env": 1.0}
    )
    found = set()
    for routings in drawn(dataclasses.replace(only, count=Fixed(6)), 300):
        found.add(len(routings))
        assert all(r.target is None or r.target < len(routings) for r in routings)
    assert found <= set(range(1, 7))
    alone = dataclasses.replace(only, destinations={"cutoff": 1.0}, count=Fixed(6))
    assert {len(routings) for routings in drawn(alone, 20)} == {1}
    assert drawn(alone, 5, silent=("cutoff",)) == [[]] * 5


def test_numbers_and_switches_are_those_that_were_said() -> None:
    routings = [routing for several in drawn(always(6), 300) for routing in several]
    levels = [routing.amount for routing in routings if routing.destination == "osc_level"]
    others = [routing.amount for routing in routings if routing.destination != "osc_level"]
    assert max(map(abs, levels)) <= 0.2 < 0.9 < max(map(abs, others))
    assert -5.0 <= min(r.power for r in routings) < -4.5 < 4.5 < max(r.power for r in routings) <= 5.0
    assert np.mean([routing.bipolar for routing in routings]) == pytest.approx(0.5, abs=0.06)
    assert np.mean([routing.stereo for routing in routings]) == pytest.approx(0.25, abs=0.06)
    assert not any(routing.bypass for routing in routings)


def test_a_prior_routes_only_to_modules_that_are_on() -> None:
    prior = Prior("toy-v1", {"osc_on": choice({0: 1, 1: 1})}, gates={"osc_on": ("osc_",)}, matrix=always(5))
    patches = [prior.draw(SPACE, 0, index) for index in range(120)]
    is_on = [bool(patch.values.get("osc_on")) for patch in patches]
    to_osc = [any(r.destination == "osc_level" for r in patch.routings) for patch in patches]
    assert 30 < sum(is_on) < 90
    assert sum(to_osc) > 10
    assert not any(routed and not on for on, routed in zip(is_on, to_osc, strict=True))


def test_an_instrument_without_a_matrix_gets_no_routings() -> None:
    space = Space("toy", "1", SPACE.parameters)
    prior = Prior("toy-v1", {"cutoff": Uniform(0.0, 1.0)}, matrix=MATRIX)
    assert prior.draw(space, 0, 0).routings == ()


def test_it_says_all_that_is_drawn() -> None:
    matrix = dataclasses.replace(MATRIX, uses={"lfo_1": ("lfo_1_",)})
    assert matrix.lines == [
        "routings at random",
        "  how many                         whole 0 .. 6, at most 6",
        "  sources                          env 50.0%, lfo_? 50.0%",
        "  destinations                     cutoff 36.4%, modulation_* 36.4%, * 27.3%",
        "  amount to osc_level              -0.2 .. 0.2",
        "  amount to *                      -1 .. 1",
        "  power                            -5 .. 5",
        "  switches                         bipolar 50%, stereo 25%, bypass 0%",
        "destinations only where a source is in use",
        "  lfo_1                            lfo_1_",
    ]
