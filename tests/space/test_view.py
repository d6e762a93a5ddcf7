from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from patchpilot.errors import ParameterError, PatchError
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Patch, Routing, Space, View

ALL_VIEWS = ("core", "tier1", "tier2", "tier3", "full")


@pytest.fixture(scope="module")
def base(space: Space) -> Patch:
    return Patch.make(
        space,
        {"filter_1_on": 1.0, "osc_2_level": 0.25},
        routings=[Routing("lfo_1", "filter_1_cutoff", 0.3), Routing("env_2", "modulation_1_amount", -0.5)],
        assets={"wavetable_1": built_in("PWM")},
        extra={"preset": {"x": 1}},
        info={"name": "Base"},
    )


@pytest.mark.parametrize("name", ALL_VIEWS)
def test_the_base_survives_the_round_trip(space: Space, base: Patch, name: str) -> None:
    view = space.view(name, base)
    assert view.patch(view.encode(base)) == base
    assert space.view(name).base == Patch.make(space)


@pytest.mark.parametrize("name", ALL_VIEWS)
@pytest.mark.parametrize("seed", range(5))
def test_random_vectors_survive_the_round_trip(space: Space, base: Patch, name: str, seed: int) -> None:
    view = space.view(name, base)
    patch = view.patch(np.random.default_rng(seed).random(len(view)))
    assert view.patch(view.encode(patch)) == patch


@pytest.mark.parametrize("seed", range(20))
def test_every_random_patch_survives_its_own_full_view(
    space: Space, random_patch: Callable[[int], Patch], seed: int
) -> None:
    patch = random_patch(seed)
    view = space.view("full", patch)
    assert view.patch(view.encode(patch)).sha256 == patch.sha256


def test_only_what_a_view_names_moves(space: Space, base: Patch) -> None:
    patch = space.view("core", base).patch(np.ones(len(space.views["core"])))
    moved = {name for name in space.by_name if patch.values.get(name) != base.values.get(name)}
    assert moved <= set(space.views["core"])
    assert (patch.routings, patch.assets, patch.extra) == (base.routings, base.assets, base.extra)


def test_tier3_turns_amounts_and_full_all_five_controls_of_the_routings(space: Space, base: Patch) -> None:
    assert len(space.view("tier3", base)) == 448 + 2
    assert len(space.view("full", base)) == 448 + 10
    assert len(space.view("tier3")) == len(space.view("full")) == 448


def test_a_routing_is_turned_in_its_place(space: Space, base: Patch) -> None:
    names = tuple(f"modulation_1_{field}" for field in ("amount", "power", "bipolar", "stereo", "bypass"))
    view = View(space, base, names)
    first, second = view.patch([1.0, 0.0, 1.0, 0.4, 1.0]).routings
    assert second == base.routings[1]
    assert first == Routing(
        base.routings[0].source, base.routings[0].destination, 1.0, -10.0, bipolar=True, bypass=True
    )
    np.testing.assert_allclose(
        view.encode(base), [0.25 if base.routings[0].amount < 0 else 0.65, 0.5, 0, 0, 0]
    )


def test_a_routing_the_base_does_not_have_is_refused(space: Space, base: Patch) -> None:
    with pytest.raises(ParameterError, match="modulation_3_amount: the base patch has 2 routings"):
        View(space, base, ("modulation_3_amount",))


def test_a_field_no_routing_has_is_refused(space: Space, base: Patch) -> None:
    with pytest.raises(
        ParameterError, match="modulation_1_depth: a routing has no 'depth', only amount, power"
    ):
        View(space, base, ("modulation_1_depth",))


def test_a_name_twice_is_refused(space: Space, base: Patch) -> None:
    with pytest.raises(ParameterError, match="expected each parameter once"):
        View(space, base, ("volume", "volume"))


def test_an_unknown_name_is_refused_with_a_hint(space: Space, base: Patch) -> None:
    with pytest.raises(PatchError, match="no parameter 'volumes'; did you mean volume"):
        View(space, base, ("volumes",))


@pytest.mark.parametrize("vector", [[0.5], [0.5, np.nan], [[0.5, 0.5]]])
def test_a_vector_of_another_shape_or_with_nan_is_refused(space: Space, base: Patch, vector: object) -> None:
    with pytest.raises(ParameterError, match=r"expected 2 finite numbers in \[0, 1\], got shape"):
        View(space, base, ("volume", "osc_1_level")).patch(np.asarray(vector))
