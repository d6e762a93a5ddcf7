from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchpilot.errors import ParameterError, PatchError
from patchpilot.space import Parameter, Patch, Space


def test_every_control_of_vital_is_a_parameter_a_slot_or_a_view_setting(space: Space) -> None:
    assert space.routing is not None
    slot_controls = space.routing.n_slots * len(space.routing.fields)
    assert (len(space), slot_controls, len(space.unused)) == (448, 320, 4)
    assert len(space) + slot_controls + len(space.unused) == 772


def test_293_controls_are_continuous_and_155_categorical(space: Space) -> None:
    assert sum(not p.is_categorical for p in space) == 293
    assert sum(p.is_categorical for p in space) == 155


def test_names_are_unique_and_groups_known(space: Space) -> None:
    assert len(space.by_name) == len(space)
    assert {"osc_1", "filter_fx", "env_6", "lfo_8", "reverb", "global"} <= {p.group for p in space}


@pytest.mark.parametrize("view", ["core", "tier1", "tier2", "tier3", "full"])
def test_views_name_each_parameter_once_in_the_spaces_order(space: Space, view: str) -> None:
    names = space.views[view]
    assert list(names) == [p.name for p in space if p.name in set(names)]


def test_core_is_small_and_each_tier_holds_the_one_before(space: Space) -> None:
    sizes = {name: sum(not space[n].is_categorical for n in names) for name, names in space.views.items()}
    assert 16 <= sizes["core"] <= 40
    assert sizes["core"] < sizes["tier1"] < sizes["tier2"] == 293
    assert {"osc_1_level", "filter_1_cutoff", "filter_1_on", "env_1_attack"} <= set(space.views["core"])
    assert set(space.views["tier1"]) < set(space.views["tier2"]) == set(space.by_name)


def _every_norm(parameter: Parameter) -> list[float]:
    n = parameter.n_categories
    if n:
        return [i / (n - 1) for i in sorted({*range(0, n, n // 1000 + 1), n - 1})]
    return [0.0, 1e-9, 0.25, 1 / 3, 0.5, 0.999, 1.0]


def test_encode_inverts_decode_for_every_parameter_at_its_ends_and_between(space: Space) -> None:
    for parameter in space:
        for norm in _every_norm(parameter):
            value = parameter.value(norm)
            assert parameter.norm(value) == pytest.approx(norm, abs=2e-7), parameter.name
            assert parameter.value(parameter.norm(value)) == value, parameter.name
            assert value == float(np.float32(value))
            assert np.float32(parameter.minimum) <= value <= np.float32(parameter.maximum)


def test_decode_inverts_encode_for_every_default_to_float32(space: Space) -> None:
    defaults = space.decode(space.encode({}))
    assert defaults == {
        p.name: pytest.approx(float(np.float32(p.default)), rel=3e-7, abs=1e-7) for p in space
    }
    assert Patch.make(space, defaults) == Patch.make(space)


@pytest.mark.parametrize("seed", range(200))
def test_random_vectors_survive_the_round_trip(space: Space, seed: int) -> None:
    vector = np.random.default_rng(seed).random(len(space))
    values = space.decode(vector)
    assert space.decode(space.encode(values)) == values
    continuous = np.array([not p.is_categorical for p in space])
    np.testing.assert_allclose(space.encode(values)[continuous], vector[continuous], atol=2e-7)


@given(
    minimum=st.floats(-1e4, 1e4, width=32),
    width=st.floats(0.015625, 1e4, width=32),
    norm=st.floats(0.0, 1.0),
)
def test_any_continuous_range_is_inverted_to_float32(minimum: float, width: float, norm: float) -> None:
    parameter = Parameter("x", minimum, minimum + width, minimum, is_categorical=False)
    value = parameter.value(norm)
    ulp = float(np.spacing(np.float32(max(abs(minimum), abs(minimum + width)))))
    assert abs(parameter.value(parameter.norm(value)) - value) <= ulp
    assert abs(parameter.norm(value) - norm) <= ulp / width


@given(minimum=st.integers(-64, 64), n=st.integers(2, 200), data=st.data())
def test_any_category_is_inverted_exactly(minimum: int, n: int, data: st.DataObject) -> None:
    parameter = Parameter("x", float(minimum), float(minimum + n - 1), float(minimum), is_categorical=True)
    value = float(minimum + data.draw(st.integers(0, n - 1)))
    assert parameter.n_categories == n
    assert parameter.value(parameter.norm(value)) == value


def test_what_lies_outside_is_clipped(space: Space) -> None:
    cutoff = space["filter_1_cutoff"]
    assert cutoff.value(7.0) == cutoff.maximum
    assert cutoff.value(-1.0) == cutoff.minimum
    assert cutoff.norm(cutoff.maximum + 1.0) == 1.0


@pytest.mark.parametrize(
    ("curve", "stored", "shown"),
    [
        ("linear", -3.0, -3.0), ("indexed", 2.0, 2.0), ("quadratic", 3.0, 9.0), ("quartic", 2.0, 16.0),
        ("square_root", 9.0, 3.0), ("square_root", -1.0, 0.0), ("exponential", -2.0, 0.25),
    ],
)  # fmt: skip
def test_the_shown_quantity_follows_the_curve(curve: str, stored: float, shown: float) -> None:
    parameter = Parameter("x", -10.0, 10.0, 0.0, is_categorical=False, curve=curve, multiply=2.0, offset=1.0)  # type: ignore[arg-type]
    assert parameter.shown(stored) == 2.0 * shown + 1.0


def test_values_are_shown_as_vital_shows_them(space: Space) -> None:
    assert space["filter_1_model"].text(0.0) == "Analog"
    assert space["env_1_attack"].text(0.5) == "62.5 ms"  # 0.5⁴ s
    assert space["lfo_1_frequency"].text(1.0) == "2 Hz"
    assert space["env_1_attack"].stored_unit == "s^(1/4)"
    assert space["lfo_1_frequency"].stored_unit == "log2 Hz"


def test_an_unknown_parameter_is_refused_with_the_nearest_names(space: Space) -> None:
    with pytest.raises(
        PatchError, match="vital has no parameter 'filter_1_cutof'; did you mean filter_1_cutoff"
    ):
        space["filter_1_cutof"]


@pytest.mark.parametrize("vector", [np.zeros(447), np.full(448, np.nan), np.zeros((1, 448))])
def test_decode_wants_one_finite_number_for_each_parameter(space: Space, vector: object) -> None:
    with pytest.raises(ParameterError, match="expected 448 finite numbers"):
        space.decode(np.asarray(vector))


def test_an_unknown_view_is_refused_with_the_known_ones(space: Space) -> None:
    with pytest.raises(ParameterError, match="no view 'cor'; there are: core, tier1, tier2, tier3, full"):
        space.view("cor")
