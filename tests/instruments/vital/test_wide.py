"""Vital's priors for datasets draw every control of their tier, each rule has its reason, and they never change."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.datasets.faults import KEPT, Limits
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in_names
from patchpilot.instruments.vital.wide import RULES, TIERS, drawn, wide_prior
from patchpilot.space import Patch, Space
from patchpilot.space.distribution import Fixed, Uniform, Whole

FROZEN = {
    1: "5a52faf7b7e6afbad09557918d5b6233ca7c27131dfc7839badd28e8f97bda63",
    2: "94da2c39e73962955bca6030443a1280206468a531802fbbf4b1fc2417721e6d",
    3: "3ac610046876a59f171d67a7389f9eae69581b70601f9ebf97a27c84da0d76ee",
}
"""Datasets name these digests. A prior is never changed: make another, with another name."""
FIRST_THREE = {
    1: (
        "90316cdc4f4c51eb6e7a7fc9ac6922071676702fef8cd5bee4576863ea79f068",
        "4d4a16d18191b24147c81bbe0a664ee75a6fed89b38f01ebb87e27aa889ceb59",
        "1d3ec1423e69a77b874d7fd467f62345d5e7b5341b67c1dc5e0cac6002ca191d",
    ),
    2: (
        "a11d4a828374151e4d47fa07621a5825d790ea645cd87f6a48653f4adbcdab54",
        "2f3f88d6725fcbc8d6b4681de473818c017f9c9cdf8baf49e4ba3aa183de7347",
        "436adc43997de37f7fd821dc53b5ed050dcec0cecf520a6bb25e23b5391769c4",
    ),
    3: (
        "a6a23adcf2868ab83bb9ef8bb79cb53306e05c0657efc775a734d98c3197eb4b",
        "3c206acf10896335f26faf39e59d19661a667e3877be6b572271b7525f8c677a",
        "2e68b54462c4d5ee01f292fafd432dace163ff5dca582e748b894e6a52cb441b",
    ),
}
FIXED = (
    "bypass", "mpe_enabled", "legato", "polyphony", "portamento_force", "portamento_scale", "portamento_slope",
    "portamento_time", "pitch_wheel", "pitch_bend_range", "voice_priority", "voice_override", "oversampling",
    "osc_1_on",
)  # fmt: skip
"""All that is not drawn: one note sounds the same whatever they say, or costs more time, or nothing sounds."""


def patches(space: Space, tier: int, n: int) -> list[Patch]:
    sampler = Drawn(space, wide_prior(space, tier), tier, 5)
    return [sampler.draft(index).patch for index in range(n)]


@pytest.mark.parametrize("tier", TIERS)
def test_a_prior_is_frozen(tier: int, vital: Vital) -> None:
    prior = vital.priors[f"wide-tier{tier}-v1"]
    assert prior.sha256 == FROZEN[tier]
    assert prior.text == wide_prior(vital.space, tier).text


@pytest.mark.parametrize("tier", TIERS)
def test_what_was_drawn_once_is_drawn_for_ever(tier: int, space: Space) -> None:
    sampler = Drawn(space, wide_prior(space, tier), tier, 0)
    assert tuple(sampler.draft(index).patch.sha256 for index in range(3)) == FIRST_THREE[tier]


@pytest.mark.parametrize("tier", TIERS)
def test_every_control_of_the_tier_is_there(tier: int, space: Space) -> None:
    prior = wide_prior(space, tier)
    assert list(prior.values) == list(space.views[f"tier{tier}"])
    fixed = [name for name, of in prior.values.items() if isinstance(of, Fixed)]
    assert set(fixed) == set(FIXED) & set(prior.values)
    assert (prior.matrix is not None) == (tier == 3)


def test_every_control_moves_over_what_its_rule_says(space: Space) -> None:
    """By single values: both ends of all 448 are reached, and ends that are the engine's own are not left."""
    for parameter in space:
        of = drawn(parameter)
        values = [
            of.value(u, v) for u in np.linspace(0.0, 1.0 - 2**-53, 40) for v in np.linspace(0.0, 0.999, 40)
        ]
        assert min(values) >= parameter.minimum, parameter.name
        assert max(values) <= parameter.maximum, parameter.name
        assert (len(set(values)) == 1) == (parameter.name in FIXED), parameter.name
        if parameter.is_categorical:
            assert all(float(value).is_integer() for value in values), parameter.name


def test_what_no_rule_names_is_drawn_over_its_whole_range(space: Space) -> None:
    free = [parameter for parameter in space if not any(rule.fits(parameter.name) for rule in RULES)]
    assert len(free) > 300
    for parameter in free:
        of = drawn(parameter)
        assert isinstance(of, Whole if parameter.is_categorical else Uniform)
        assert (of.low, of.high) == (parameter.minimum, parameter.maximum)


def test_each_rule_is_for_something_and_none_hides_another(space: Space) -> None:
    first = [next((rule for rule in RULES if rule.fits(p.name)), None) for p in space]
    assert set(RULES) == {rule for rule in first if rule is not None}


def test_each_rule_is_told_with_its_reason(space: Space) -> None:
    lines = wide_prior(space, 3).text.splitlines()
    why = lines[lines.index("why") :]
    for rule in RULES:
        assert any(line.startswith(f"  {rule.names}") and line.endswith(rule.reason) for line in why)
    values = lines[2 : lines.index("assets")]
    assert len(values) == 448
    assert all(re.match(r"  \w+ +.*\d", line) for line in values)
    assert "routings at random" in lines
    tier1 = wide_prior(space, 1)
    assert "polyphony" not in tier1.text, "rules for other tiers are left out"


@pytest.mark.parametrize("tier", TIERS)
def test_patches_are_what_the_engine_takes_and_modules_that_are_off_are_left_alone(
    tier: int, vital: Vital
) -> None:
    space, prior = vital.space, wide_prior(vital.space, tier)
    view = set(space.views[f"tier{tier}"])
    for patch in patches(space, tier, 60):
        assert set(patch.values) <= view
        for name, value in patch.values.items():
            assert space[name].minimum <= value <= space[name].maximum, name
        for switch, beginnings in prior.gates.items():
            if not patch.values.get(switch):
                touched = [*patch.values, *patch.assets, *(r.destination for r in patch.routings)]
                assert not [name for name in touched if name.startswith(beginnings)]
        assert all(vital.is_built_in(asset) for asset in patch.assets.values())
        assert set(patch.info["assets"].values()) <= set(built_in_names())
        assert "oversampling" not in patch.values


def test_all_is_used(space: Space) -> None:
    several = patches(space, 3, 150)
    for switch in wide_prior(space, 3).gates:
        assert 0.15 < np.mean([switch in patch.values for patch in several]) < 0.75, switch
    counts = [len(patch.routings) for patch in several]
    assert min(counts) == 0
    assert 10 <= max(counts) <= 12
    assert 3.0 < float(np.mean(counts)) < 7.0
    routings = [routing for patch in several for routing in patch.routings]
    assert len({routing.source for routing in routings}) > 25
    assert len({routing.destination for routing in routings}) > 150
    assert any(routing.target is not None for routing in routings)
    orders = {patch.values.get("effect_chain_order", 0.0) for patch in several}
    assert len(orders) == 150


def test_every_source_and_destination_can_come(space: Space) -> None:
    assert space.routing is not None
    matrix = wide_prior(space, 3).matrix
    assert matrix is not None
    rng = np.random.default_rng(0)
    made = [matrix.routings(space, rng.random((matrix.n_draws, 2)).tolist()) for _ in range(3000)]
    routings = [routing for several in made for routing in several]
    assert {routing.source for routing in routings} == set(space.routing.sources)
    plain = {name for name in space.routing.destinations if not name.startswith("modulation_")}
    assert len(plain - {routing.destination for routing in routings}) < 10


@pytest.mark.parametrize("tier", TIERS)
def test_most_of_it_sounds(tier: int, vital: Vital) -> None:
    assert rejected(vital, tier, range(6), Plan(length_s=0.6, hold_s=0.5)) <= 2


@pytest.mark.slow
@pytest.mark.parametrize("tier", TIERS)
def test_at_most_a_fifth_is_rejected(tier: int, vital: Vital) -> None:
    assert rejected(vital, tier, range(100), Plan()) <= 20


def rejected(vital: Vital, tier: int, places: Sequence[int], plan: Plan) -> int:
    """Of how many patches a note is silent, clipped, not finite or DC."""
    sampler = Drawn(vital.space, wide_prior(vital.space, tier), tier, 5)
    pairs = [(sampler.draft(i).patch, performance) for i in places for performance in plan.performances(5, i)]
    bad = set()
    for place, audio in vital.stream(pairs):
        assert isinstance(audio, Audio), audio
        if Limits().verdict(audio) != KEPT:
            bad.add(place // plan.per_patch)
    return len(bad)
