"""Tiers: which controls are columns, what of a patch they can say, and what is drawn by default."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.datasets.tiers import default_prior, prior_named, raw_prior, reduced, view_names
from patchpilot.errors import ParameterError
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Patch, Prior, Routing, Space
from patchpilot.space.distribution import Uniform
from tests.toy import Toy


def test_columns_are_the_tiers_view_in_the_spaces_order(space: Space) -> None:
    assert [len(view_names(space, tier)) for tier in (1, 2, 3)] == [118, 448, 448]
    order = [parameter.name for parameter in space]
    assert list(view_names(space, 1)) == sorted(view_names(space, 1), key=order.index)


def test_an_instrument_without_tiers_has_all_its_controls_in_each() -> None:
    assert [view_names(Toy().space, tier) for tier in (1, 2, 3)] == [("level", "transpose")] * 3


def test_a_patch_is_cut_down_to_what_the_labels_say(space: Space) -> None:
    table = {"wavetable_3": built_in("PWM")}
    values = {"osc_1_level": 0.5, "osc_3_level": 0.25}
    patch = Patch.make(
        space, values, routings=[Routing("lfo_1", "osc_1_level", 0.5)], assets=table, info={"name": "Glass"}
    )
    first, second = reduced(space, patch, 1), reduced(space, patch, 2)
    assert first == Patch.make(space, {"osc_1_level": 0.5}, assets=table)
    assert second == Patch.make(space, values, assets=table)
    assert first.info == {"name": "Glass"}
    assert reduced(space, patch, 3) is patch
    assert reduced(space, first, 1) is first


def test_the_default_prior_is_the_tiers_own(vital: Vital) -> None:
    assert [default_prior(vital, tier).name for tier in (1, 2, 3)] == [
        "wide-tier1-v1",
        "wide-tier2-v1",
        "wide-tier3-v1",
    ]


def test_without_one_it_is_the_instruments_first_and_else_the_raw_one() -> None:
    toy = Toy()
    assert default_prior(toy, 2) is toy.priors["toy-v1"]
    toy.priors["wide-tier2-v1"] = Prior("wide-tier2-v1", {})
    toy.priors["wide-tier2-v2"] = Prior("wide-tier2-v2", {})
    assert default_prior(toy, 2).name == "wide-tier2-v2", "the latest"
    assert default_prior(toy, 1).name == "toy-v1"
    toy.priors = {}
    assert default_prior(toy, 1).text == raw_prior(toy.space, 1).text


def test_a_prior_is_found_by_its_name_and_others_are_told() -> None:
    toy = Toy()
    assert prior_named(toy, 1, "toy-v1") is toy.priors["toy-v1"]
    assert prior_named(toy, 2, "none").name == "none-tier2"
    with pytest.raises(ParameterError, match="no prior 'core' for toy; there are: toy-v1, none"):
        prior_named(toy, 1, "core")


def test_the_raw_prior_knows_no_constraint() -> None:
    prior = raw_prior(Toy().space, 3)
    assert prior.matrix is None, "the toy has no modulation"
    assert prior.values["level"] == Uniform(0.0, 1.0)
    patches = [prior.draw(Toy().space, 0, index) for index in range(400)]
    levels = np.array([patch.values.get("level", 0.5) for patch in patches])
    assert np.histogram(levels, 4, (0.0, 1.0))[0] == pytest.approx([100] * 4, abs=30)
    assert {patch.values.get("transpose", 0.0) for patch in patches} == {float(n) for n in range(-24, 25)}


@pytest.mark.parametrize(("tier", "n_values"), [(1, 118), (2, 448), (3, 448)])
def test_the_raw_prior_of_vital_draws_every_control_over_its_whole_range(
    tier: int, n_values: int, space: Space
) -> None:
    prior = raw_prior(space, tier)
    assert list(prior.values) == list(view_names(space, tier))
    assert len(prior.values) == n_values
    assert not prior.gates
    ends = [prior.patch(space, np.full((prior.n_draws, 2), u)).values for u in (0.0, 1.0 - 2**-53)]
    for name in view_names(space, tier):
        parameter = space[name]
        assert ends[0].get(name, parameter.default) == pytest.approx(parameter.minimum)
        assert ends[1].get(name, parameter.default) == pytest.approx(parameter.maximum)


def test_the_raw_prior_routes_anything_to_anything(space: Space) -> None:
    assert space.routing is not None
    patches = [raw_prior(space, 3).draw(space, 0, index) for index in range(150)]
    counts = [len(patch.routings) for patch in patches]
    assert min(counts) < 5
    assert max(counts) > 60
    routings = [routing for patch in patches for routing in patch.routings]
    assert {routing.source for routing in routings} == set(space.routing.sources)
    assert len({routing.destination for routing in routings}) > 400
    assert all(r.target is None or r.target < len(p.routings) for p in patches for r in p.routings)
    assert not any(patch.routings for patch in (raw_prior(space, 2).draw(space, 0, i) for i in range(3)))
