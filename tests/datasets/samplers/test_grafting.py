"""A module that is put into another patch brings all that belongs to it, and nothing else changes."""

from __future__ import annotations

import pytest

from patchpilot.datasets.samplers._grafting import Modules, graft, module_of
from patchpilot.instruments.vital.assets import lfo
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Patch, Routing, Space


@pytest.fixture(scope="module")
def modules(space: Space) -> Modules:
    return Modules.of(space)


SHAPE = lfo([(0.0, 0.0), (0.3, 1.0), (1.0, 0.0)])


def test_modules_are_known_by_their_names() -> None:
    assert [module_of(name) for name in ("osc_2_level", "wavetable_2", "filter_fx_mix", "lfo_8")] == [
        "osc_2", "osc_2", "filter_fx", "lfo_8",
    ]  # fmt: skip
    assert module_of("macro_control_3") == "macro_control_3"
    assert module_of("reverb_dry_wet") == "reverb"


def test_an_oscillator_comes_with_its_table(space: Space, modules: Modules) -> None:
    donor = Patch.make(
        space,
        {"osc_2_on": 1, "osc_2_level": 0.3, "volume": 3000},
        assets={"wavetable_2": built_in("Vowels")},
        info={"assets": {"wavetable_2": "Vowels"}},
    )
    host = Patch.make(space, {"osc_2_pan": 0.5, "osc_1_level": 0.4}, assets={"wavetable_1": built_in("PWM")})
    child = graft(modules, host, donor, ["osc_2"])
    assert (
        dict(child.values)
        == Patch.make(space, {"osc_1_level": 0.4, "osc_2_on": 1, "osc_2_level": 0.3}).values
    )
    assert child.assets == {"wavetable_1": built_in("PWM"), "wavetable_2": built_in("Vowels")}
    assert child.info["assets"] == {"wavetable_2": "Vowels"}


def test_what_moves_a_module_takes_a_free_place(space: Space, modules: Modules) -> None:
    host = Patch.make(
        space,
        {"lfo_1_frequency": 1.5},
        routings=[Routing("lfo_1", "osc_1_level", 0.2), Routing("env_2", "filter_1_cutoff", 0.9)],
    )
    donor = Patch.make(
        space,
        {"filter_1_on": 1, "lfo_1_frequency": 3.0, "env_3_decay": 0.7},
        routings=[
            Routing("lfo_1", "filter_1_cutoff", 0.5),
            Routing("velocity", "filter_1_resonance", 0.3),
            Routing("env_3", "lfo_1_frequency", 0.4),
            Routing("lfo_1", "osc_1_pan", 0.1),
        ],
        assets={"lfo_1": SHAPE},
    )
    child = graft(modules, host, donor, ["filter_1"])
    assert {(r.source, r.destination) for r in child.routings} == {
        ("lfo_1", "osc_1_level"),
        ("lfo_2", "filter_1_cutoff"),
        ("velocity", "filter_1_resonance"),
        ("env_3", "lfo_2_frequency"),
    }
    assert child.values["lfo_1_frequency"] == 1.5
    assert child.values["lfo_2_frequency"] == 3.0
    assert child.values["env_3_decay"] == pytest.approx(0.7)
    assert child.assets == {"lfo_2": SHAPE}


def test_the_envelope_of_the_amplitude_stays_where_it_is(space: Space, modules: Modules) -> None:
    donor = Patch.make(
        space, {"filter_1_on": 1, "env_1_attack": 0.9}, routings=[Routing("env_1", "filter_1_cutoff", 0.5)]
    )
    child = graft(modules, Patch.make(space, {"env_1_attack": 0.1}), donor, ["filter_1"])
    assert [(r.source, r.destination) for r in child.routings] == [("env_1", "filter_1_cutoff")]
    assert child.values["env_1_attack"] == pytest.approx(0.1)


def test_a_swapped_lfo_moves_what_its_predecessor_moved(space: Space, modules: Modules) -> None:
    host = Patch.make(
        space, routings=[Routing("lfo_1", "osc_1_level", 0.2), Routing("note", "lfo_1_phase", 1)]
    )
    donor = Patch.make(space, {"lfo_1_frequency": 2.0}, assets={"lfo_1": SHAPE})
    child = graft(modules, host, donor, ["lfo_1"])
    assert [(r.source, r.destination) for r in child.routings] == [("lfo_1", "osc_1_level")]
    assert child.assets == {"lfo_1": SHAPE}


def test_routings_of_routings_follow_them(space: Space, modules: Modules) -> None:
    def made(source: str, amount: float) -> list[Routing]:
        return [
            Routing("velocity", "reverb_dry_wet", amount),
            Routing(source, "filter_1_cutoff", amount),
            Routing("note", "modulation_2_amount", amount),
        ]

    host = Patch.make(space, {"filter_1_drive": 3.0}, routings=made("env_2", 0.1))
    donor = Patch.make(space, {"filter_1_on": 1}, routings=made("lfo_4", 0.2))
    child = graft(modules, host, donor, ["filter_1"])
    assert sorted((r.source, r.destination, r.target is not None) for r in child.routings) == [
        ("lfo_4", "filter_1_cutoff", False),
        (
            "note",
            child.routings[[r.target is not None for r in child.routings].index(True)].destination,
            True,
        ),
        ("velocity", "reverb_dry_wet", False),
    ]
    (meta,) = [r for r in child.routings if r.target is not None]
    assert meta.amount == pytest.approx(0.2), "the host's went with what it modulated"
    assert meta.target is not None
    assert child.routings[meta.target].source == "lfo_4"


def test_there_are_never_more_routings_than_slots(space: Space, modules: Modules) -> None:
    assert space.routing is not None
    free = [d for d in space.routing.destinations if module_of(d) not in ("filter_1", "modulation", "env_2")]
    host = Patch.make(space, routings=[Routing("velocity", d, 0.1) for d in free[:63]])
    donor = Patch.make(
        space,
        {"filter_1_on": 1},
        routings=[Routing("note", "filter_1_cutoff", 0.1), Routing("note", "filter_1_drive", 0.1)],
    )
    child = graft(modules, host, donor, ["filter_1"])
    assert len(child.routings) == 64


def test_where_no_place_is_free_the_routing_is_left_out(space: Space, modules: Modules) -> None:
    busy = [Routing(f"env_{i}", f"osc_1_{part}", 0.1) for i, part in
            zip(range(2, 7), ("level", "pan", "tune", "phase", "wave_frame"), strict=True)]  # fmt: skip
    donor = Patch.make(
        space,
        routings=[Routing("env_2", "filter_1_cutoff", 0.5), Routing("note", "modulation_1_amount", 0.5)],
    )
    child = graft(modules, Patch.make(space, routings=busy), donor, ["filter_1"])
    assert len(child.routings) == 5
