"""Priors: a patch is a function of (prior, seed, index), and a prior says what it draws."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchpilot.errors import ParameterError, PatchError
from patchpilot.space import Asset, Parameter, Patch, Prior, RoutingSpace, Space
from patchpilot.space.prior import Fixed, Matrix, Mix, Peaked, Route, Uniform, Whole, choice, pick, sometimes

UNIT = st.floats(0.0, 1.0, exclude_max=True)
REAL = st.floats(-1e4, 1e4)
WEIGHTS = st.lists(st.floats(0.01, 10.0), min_size=1, max_size=8)

FIELDS = tuple(
    Parameter(name, -10.0, 10.0, 0.0, is_categorical=False)
    for name in ("amount", "power", "bipolar", "stereo", "bypass")
)
SPACE = Space(
    instrument="toy",
    version="1",
    parameters=(
        Parameter("filter_on", 0.0, 1.0, 0.0, is_categorical=True),
        Parameter("filter_cutoff", 0.0, 100.0, 50.0, is_categorical=False),
        Parameter("osc_level", 0.0, 1.0, 1.0, is_categorical=False),
        Parameter("osc_on", 0.0, 1.0, 0.0, is_categorical=True),
        Parameter("voices", 1.0, 8.0, 1.0, is_categorical=True),
    ),
    routing=RoutingSpace(("lfo", "env"), ("filter_cutoff", "osc_level"), 4, FIELDS),
    assets={"wave": Asset("wave", "{}")},
)
TOY = Prior(
    name="toy-v1",
    values={
        "filter_on": choice({0: 0.5, 1: 0.5}),
        "filter_cutoff": Uniform(10.0, 20.0),
        "osc_level": Peaked(0.0, 0.3, 1.0),
        "osc_on": choice({0: 0.3, 1: 0.7}),
        "voices": Uniform(1.0, 8.0),
    },
    assets={"wave": {"sine": 3.0, "saw": 1.0}},
    routes=(Route("lfo", "osc_level", Uniform(0.0, 1.0), 0.25), Route("env", "filter_cutoff", Fixed(0.5))),
    gates={"filter_on": ("filter_",), "osc_on": ("osc_", "wave")},
    asset=lambda name: Asset("wave", f'{{"name":"{name}"}}'),
)


def drawn(n: int, prior: Prior = TOY, seed: int = 0) -> list[Patch]:
    return [prior.draw(SPACE, seed, index) for index in range(n)]


# Distributions: they are inverse cumulative ones, so they rise, stay in their range, and have their mean.


@given(REAL, REAL, UNIT, UNIT)
def test_a_uniform_value_is_in_its_range(a: float, b: float, u: float, v: float) -> None:
    low, high = min(a, b), max(a, b)
    assert low - 1e-6 <= Uniform(low, high).value(u, v) <= high + 1e-6


@given(st.lists(REAL, min_size=3, max_size=3, unique=True), UNIT, UNIT)
def test_a_peaked_value_rises_within_its_range(corners: list[float], u: float, v: float) -> None:
    triangle = Peaked(*sorted(corners))
    below, above = triangle.value(min(u, v), 0.0), triangle.value(max(u, v), 0.0)
    assert triangle.low - 1e-6 <= below <= above + 1e-6 <= triangle.high + 2e-6


@pytest.mark.parametrize("triangle", [Peaked(0.0, 0.2, 1.0), Peaked(-2.0, 2.0, 2.0), Peaked(0.0, 0.0, 3.0)])
def test_a_triangle_has_its_mean_and_its_mode(triangle: Peaked) -> None:
    values = np.array([triangle.value((i + 0.5) / 20_000, 0.0) for i in range(20_000)])
    assert values.mean() == pytest.approx((triangle.low + triangle.mode + triangle.high) / 3, abs=1e-3)
    counts, edges = np.histogram(values, bins=20, range=(triangle.low, triangle.high))
    assert abs(edges[int(counts.argmax())] - triangle.mode) <= 2 * (edges[1] - edges[0])


@given(WEIGHTS, UNIT)
def test_the_part_that_is_picked_is_there(weights: list[float], u: float) -> None:
    i = pick(weights, u)
    assert 0 <= i < len(weights)
    total = sum(weights)
    assert sum(weights[:i]) / total <= u + 1e-9
    assert u <= sum(weights[: i + 1]) / total + 1e-9


def test_even_a_draw_that_rounding_puts_past_the_end_picks_the_last() -> None:
    assert pick([0.1, 0.2], 1.0) == 1


@given(st.dictionaries(st.integers(-5, 5).map(float), st.floats(0.1, 3.0), min_size=1), UNIT, UNIT)
def test_a_choice_is_one_of_its_values(weights: dict[float, float], u: float, v: float) -> None:
    assert choice(weights).value(u, v) in weights


def test_a_choice_has_its_weights() -> None:
    got = Counter(choice({0: 1.0, 7: 3.0}).value(0.5, (i + 0.5) / 1000) for i in range(1000))
    assert got == {0: 250, 7: 750}


@given(UNIT, UNIT)
def test_sometimes_is_mostly_something_else(u: float, v: float) -> None:
    value = sometimes(0.25, Uniform(5.0, 6.0), otherwise=-1.0).value(u, v)
    assert (value == -1.0) == (v < 0.75)
    assert value == -1.0 or value == Uniform(5.0, 6.0).value(u, v)


def test_a_mixture_draws_where_and_which_apart() -> None:
    mixed = Mix(((0.5, Uniform(0.0, 1.0)), (0.5, Uniform(10.0, 11.0))))
    assert [mixed.value(u, v) for u, v in itertools.product((0.0, 0.5), (0.1, 0.9))] == [0, 10, 0.5, 10.5]


# Drawing.


def test_the_same_place_is_the_same_patch_and_others_are_others() -> None:
    first, again = drawn(20), drawn(20)
    assert first == again
    assert len({patch.sha256 for patch in first}) > 15
    assert TOY.draw(SPACE, 1, 0) != first[0]


def test_a_patch_does_not_depend_on_what_was_drawn_before() -> None:
    assert TOY.draw(SPACE, 3, 17) == drawn(18, seed=3)[17]


def test_values_are_where_their_distributions_say() -> None:
    patches = drawn(300)
    cutoffs = [p.values["filter_cutoff"] for p in patches if "filter_cutoff" in p.values]
    assert min(cutoffs) < 11
    assert max(cutoffs) > 19
    assert all(10.0 <= cutoff <= 20.0 for cutoff in cutoffs)
    voices = {p.values.get("voices", 1.0) for p in patches}
    assert voices == {float(n) for n in range(1, 9)}


def test_routings_are_there_as_often_as_said() -> None:
    patches = drawn(400)
    assert all(any(r.source == "env" and r.amount == 0.5 for r in p.routings) for p in patches)
    often = sum(any(r.source == "lfo" for r in p.routings) for p in patches)
    assert 70 <= often <= 130


def test_what_is_switched_off_is_left_at_its_defaults() -> None:
    for patch in drawn(100):
        assert ("filter_cutoff" in patch.values) == ("filter_on" in patch.values)
        assert ("osc_level" in patch.values) == ("osc_on" in patch.values) == ("wave" in patch.assets)


def test_assets_have_their_weights_and_their_names() -> None:
    names = Counter(p.info["assets"]["wave"] for p in drawn(400) if "wave" in p.assets)
    assert set(names) == {"sine", "saw"}
    assert 2.0 < names["sine"] / names["saw"] < 4.5


@pytest.mark.parametrize(("seed", "index"), [(-1, 0), (0, -1)])
def test_there_is_nothing_before_the_start(seed: int, index: int) -> None:
    with pytest.raises(ParameterError, match=rf"expected seed >= 0 and index >= 0, got {seed} and {index}"):
        TOY.draw(SPACE, seed, index)


def test_a_prior_of_another_instrument_is_refused() -> None:
    prior = Prior("other-v1", {"filter_cut": Fixed(0.0)})
    with pytest.raises(PatchError, match="no parameter 'filter_cut'; did you mean filter_cutoff"):
        prior.draw(SPACE, 0, 0)


# What it says.


def test_the_text_says_all_that_is_drawn() -> None:
    assert TOY.text.splitlines() == [
        "prior toy-v1",
        "values",
        "  filter_on                        50% 0 | 50% 1",
        "  filter_cutoff                    10 .. 20",
        "  osc_level                        0 .. 0.3 .. 1",
        "  osc_on                           30% 0 | 70% 1",
        "  voices                           1 .. 8",
        "assets",
        "  wave                             sine 75.0%, saw 25.0%",
        "routings",
        "  lfo > osc_level                  25% there: 0 .. 1",
        "  env > filter_cutoff              100% there: 0.5",
        "only while switched on",
        "  filter_on                        filter_",
        "  osc_on                           osc_, wave",
    ]


def test_another_distribution_is_another_digest() -> None:
    other = dataclasses.replace(TOY, values={**TOY.values, "voices": Uniform(1.0, 7.0)})
    assert other.sha256 != TOY.sha256
    assert dataclasses.replace(TOY, name="toy-v2").sha256 != TOY.sha256
    assert dataclasses.replace(TOY).sha256 == TOY.sha256


def test_a_patch_is_seated_on_another_key_as_far_as_it_does_not_follow_by_itself() -> None:
    space = Space(
        "toy",
        "1",
        (
            Parameter("cutoff", 0.0, 100.0, 50.0, is_categorical=False),
            Parameter("follows", 0.0, 1.0, 0.0, is_categorical=False),
            Parameter("fixed", 0.0, 100.0, 20.0, is_categorical=False),
            Parameter("on", 0.0, 1.0, 1.0, is_categorical=True),
        ),
    )
    prior = Prior("seated-v1", {}, cutoffs={"cutoff": "follows", "fixed": None}, gates={"on": ("fixed",)})
    init = Patch.make(space)
    assert prior.seated(space, init, 12.0).values == {"cutoff": 62.0, "fixed": 32.0}
    half = Patch.make(space, {"follows": 0.5})
    assert prior.seated(space, half, -12.0).values["cutoff"] == 44.0
    assert prior.seated(space, init, 99.0).values["cutoff"] == 100.0
    assert "fixed" not in prior.seated(space, Patch.make(space, {"on": 0.0}), 12.0).values
    assert prior.seated(space, init, 0.0) == init


def test_a_switch_that_is_on_by_itself_can_be_drawn_off() -> None:
    space = Space("toy", "1", (Parameter("on", 0.0, 1.0, 1.0, is_categorical=True),))
    prior = Prior("off-v1", {"on": Fixed(0.0)}, gates={"on": ("on",)})
    assert prior.draw(space, 0, 0).values == {"on": 0.0}


# Other numbers, routings at random, and why.


def test_a_patch_is_made_of_any_uniform_numbers_of_the_right_count() -> None:
    assert TOY.n_draws == 5 + 1 + 2 * 2
    low = TOY.patch(SPACE, np.zeros((10, 2)))
    high = TOY.patch(SPACE, np.full((10, 2), 0.999))
    assert "filter_on" not in low.values
    assert high.values["filter_cutoff"] == pytest.approx(19.99)
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((4, 9))))
    assert TOY.patch(SPACE, stream.random((10, 2))) == TOY.draw(SPACE, 4, 9)


@pytest.mark.parametrize("shape", [(9, 2), (10, 3), (20,)])
def test_more_or_fewer_numbers_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ParameterError, match=r"toy-v1: expected uniform numbers of shape \(10, 2\), got"):
        TOY.patch(SPACE, np.zeros(shape))


def test_routings_at_random_come_after_the_others_and_do_not_repeat_them() -> None:
    matrix = Matrix(Fixed(2), 2, {"env": 1.0}, {"*": 1.0}, {"*": Fixed(0.25)}, Fixed(1.0))
    prior = dataclasses.replace(TOY, matrix=matrix)
    assert prior.n_draws == TOY.n_draws + matrix.n_draws
    for patch in (prior.draw(SPACE, 0, index) for index in range(40)):
        assert [
            r.amount for r in patch.routings if (r.source, r.destination) == ("env", "filter_cutoff")
        ] == [0.5]
        # Nothing else is left to the envelope but the level, and that only while the oscillator is on.
        others = [r.destination for r in patch.routings if r.amount == 0.25]
        assert others == (["osc_level"] if "osc_on" in patch.values else [])


def test_whole_numbers_are_all_alike_both_ends_included() -> None:
    counts = Counter(Whole(-2, 3).value((i + 0.5) / 600, 0.0) for i in range(600))
    assert counts == {float(n): 100 for n in range(-2, 4)}
    assert Whole(0, 7).value(1.0 - 2**-53, 0.0) == 7.0
    assert str(Whole(0, 7)) == "whole 0 .. 7"


def test_reasons_are_said_and_belong_to_what_a_prior_is() -> None:
    told = dataclasses.replace(TOY, reasons={"osc_level": "so that it is heard"})
    assert told.text == f"{TOY.text}\nwhy\n  osc_level                        so that it is heard"
    assert told.sha256 != TOY.sha256
    assert told.draw(SPACE, 0, 3) == TOY.draw(SPACE, 0, 3)
