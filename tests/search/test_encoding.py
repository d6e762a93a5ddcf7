"""Patches as points and back: numbers, switches, assets and routings of any instrument."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.search.encoding import Encoding
from patchpilot.search.freedom import Freedom
from patchpilot.search.marginal import Smooth, Steps, samples
from patchpilot.space import Patch, Routing
from patchpilot.space.distribution import Peaked, sometimes
from patchpilot.space.distribution import Uniform as Alike
from tests.toy import Toy


@pytest.fixture(scope="module")
def vital() -> Iterator[Instrument]:
    with instrument("vital", workers=1) as made:
        yield made


def points(encoding: Encoding, n: int) -> Any:
    return np.random.default_rng(0).random((n, len(encoding.genes)))


@pytest.mark.parametrize("prior", ["core-v1", "tier3-v1", "wide-tier1-v1"])
def test_there_and_back(vital: Instrument, prior: str) -> None:
    encoding = Encoding.of(vital, Freedom(prior=prior))
    for point in points(encoding, 10):
        patch = encoding.patch(point)
        assert encoding.patch(encoding.point(patch)) == patch


def test_every_kind_of_thing_is_there(vital: Instrument) -> None:
    encoding = Encoding.of(vital)
    kinds = {gene.name: gene.kind for gene in encoding.genes}
    assert kinds["filter_1_cutoff"] == "value"
    assert kinds["osc_2_on"] == "value"
    assert kinds["wavetable_1"] == "asset"
    assert kinds["env_2>filter_1_cutoff"] == "route"
    patches = [encoding.patch(point) for point in points(encoding, 40)]
    assert len({patch.assets["wavetable_1"].sha256 for patch in patches if "wavetable_1" in patch.assets}) > 5
    assert {len(patch.routings) for patch in patches} >= {0, 1, 2}
    names = {name for patch in patches for name in patch.info.get("assets", {}).values()}
    assert "Basic Shapes" in names


def test_uniform_points_are_what_the_prior_draws(vital: Instrument) -> None:
    encoding = Encoding.of(vital)
    patches = [encoding.patch(point) for point in points(encoding, 400)]
    on = np.mean([patch.values.get("osc_2_on", 0.0) for patch in patches])
    assert on == pytest.approx(0.5, abs=0.08)
    single = np.mean([patch.values.get("osc_1_unison_voices", 1.0) == 1.0 for patch in patches])
    assert single == pytest.approx(0.58, abs=0.08)


def test_starts_sound_as_the_prior_draws_them(vital: Instrument) -> None:
    encoding = Encoding.of(vital)
    for index, start in enumerate(encoding.starts(5, 6)):
        patch, drawn = encoding.patch(start), vital.priors["core-v1"].draw(vital.space, 5, index)
        assert patch.assets == drawn.assets
        for gene in encoding.genes:
            if gene.kind == "value" and gene.name in drawn.values:
                assert patch.values.get(gene.name, vital.space[gene.name].default) == pytest.approx(
                    drawn.values[gene.name], abs=1e-4
                )


def test_a_base_keeps_what_no_coordinate_says(vital: Instrument) -> None:
    routings = [Routing("lfo_3", "osc_1_pan", 0.4, power=2.0), Routing("lfo_2", "modulation_1_amount", 0.3)]
    base = Patch.make(vital.space, {"osc_3_on": 1.0, "beats_per_minute": 2.5}, routings=routings)
    encoding = Encoding.of(vital, base=base)
    assert encoding.patch(encoding.point(base)).values == pytest.approx(base.values)
    made = [encoding.patch(point) for point in points(encoding, 20)]
    for patch in made:
        assert patch.values["beats_per_minute"] == 2.5
        own = [r for r in patch.routings if r.source == "lfo_3"]
        assert [(r.destination, r.power) for r in own] == [("osc_1_pan", 2.0)]
        second = next(r for r in patch.routings if r.source == "lfo_2")
        assert second.target is not None
        assert patch.routings[second.target] == own[0]
    assert len({r.amount for patch in made for r in patch.routings if r.source == "lfo_3"}) > 5
    assert len({patch.values.get("osc_3_level") for patch in made}) > 5


def test_fixed_pinned_randomised_searched(vital: Instrument) -> None:
    base = Patch.make(vital.space, {"filter_1_on": 1.0, "filter_1_cutoff": 50.0, "osc_1_level": 0.9})
    free = Freedom(
        searched=("osc_1_*", "filter_1_*"),
        fixed={"filter_1_resonance": 0.25},
        pinned=("filter_1_cutoff", "filter_1_on", "osc_1_tune"),
        randomised=("osc_1_level",),
    )
    encoding = Encoding.of(vital, free, base)
    names = {gene.name for gene in encoding.genes}
    assert names.isdisjoint({"filter_1_resonance", "filter_1_cutoff", "osc_1_tune", "osc_1_level"})
    assert all(name.startswith(("osc_1_", "filter_1_")) for name in names)
    point = points(encoding, 1)[0]
    made = [encoding.patch(point, (1, i)) for i in range(5)]
    assert {patch.values["filter_1_resonance"] for patch in made} == {0.25}
    assert {patch.values["filter_1_cutoff"] for patch in made} == {50.0}
    assert len({patch.values.get("osc_1_level") for patch in made}) == 5
    assert encoding.patch(point, (1, 3)) == made[3]


def test_an_instrument_without_priors_is_searched_by_its_knobs_and_edits() -> None:
    toy = Toy()
    toy.priors = {}
    encoding = Encoding.of(toy)
    assert [gene.name for gene in encoding.genes] == ["level", "transpose"]
    assert encoding.box.counts == (0, 49)
    values = [encoding.patch(point).values.get("transpose", 0.0) for point in points(encoding, 300)]
    assert np.mean([value == 0.0 for value in values]) == pytest.approx(0.75, abs=0.08)
    assert min(values) < -12.0
    starts = encoding.starts(0, 3)
    assert encoding.patch(starts[0]) == encoding.base


def test_what_is_no_point_is_refused() -> None:
    encoding = Encoding.of(Toy())
    for wrong in ([0.5], [0.5, np.nan]):
        with pytest.raises(ParameterError, match="expected 2 finite numbers"):
            encoding.patch(np.array(wrong))


def test_a_value_that_is_drawn_often_has_a_long_part() -> None:
    drawn = Smooth.of(0.0, 20.0, samples(sometimes(0.4, Alike(0.0, 15.0))))
    at = [drawn.value(u) for u in np.linspace(0.0, 1.0, 1001)]
    assert np.mean(np.array(at) == 0.0) == pytest.approx(0.58, abs=0.02)
    assert max(at) == 20.0
    assert drawn.value(drawn.place(0.0)) == 0.0
    for value in (0.3, 7.0, 14.9, 18.0, 20.0):
        assert drawn.value(drawn.place(value)) == pytest.approx(value, abs=1e-9)
    assert drawn.value(drawn.place(99.0)) == 20.0


def test_a_distribution_comes_back_as_it_was() -> None:
    drawn = Smooth.of(-1.0, 9.0, samples(Peaked(0.0, 2.0, 7.0)))
    uniform = [drawn.value(u) for u in np.random.default_rng(1).random(4000)]
    assert np.mean(uniform) == pytest.approx(0.96 * 3.0 + 0.04 * 4.0, abs=0.1)
    assert np.all(np.diff([drawn.value(u) for u in np.linspace(0, 1, 500)]) >= 0.0)


def test_choices_have_parts_as_long_as_they_are_likely() -> None:
    steps = Steps.of([6.0, 0.0, 3.0])
    chosen = [steps.choice(u) for u in np.linspace(0.0, 1.0, 1001)]
    assert np.bincount(chosen) / 1001 == pytest.approx([0.653, 0.013, 0.333], abs=0.01)
    assert [steps.choice(steps.place(i)) for i in range(3)] == [0, 1, 2]
    assert len(Steps.of([0.0, 0.0]).edges) == 3
