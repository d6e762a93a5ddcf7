"""Vital's priors are frozen: what was drawn from them once is drawn for ever, and most of it sounds."""

from __future__ import annotations

import re

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.instruments.vital.effect_order import EFFECTS, chain, decode_order
from patchpilot.instruments.vital.priors import CORE, TIER3
from patchpilot.instruments.vital.priors_effects import EFFECT_CHAINS
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in_names
from patchpilot.space import Patch, Performance, Prior, Space

PRIORS = (CORE, TIER3, EFFECT_CHAINS)
FROZEN = {
    "core-v1": "b5eb29bf86b5990637eafdbfc354e0fc345a899c231bcaa034aa357ea81fa31f",
    "tier3-v1": "ddec8acfba46d08edbe3919dcf55f7bd38f87680585e507a7d99199a622dc794",
    "effects-v1": "9c8d88f6c22aace3b719763f887527bbf5a0adb94dd428fd601738738934b0ea",
}
"""Libraries and frozen sets name these digests. A prior is never changed: make another, with another name."""
FIRST_THREE = {
    "core-v1": (
        "d3be31c132df23db18d28ba741b0a2e88b28f6ee2c841c751db3603711addbaf",
        "311045efc6d186db4acb4d4862f1de99c963f20ded4260e50e320d71efab50c6",
        "a7d6141dccd333e237f68133d0a7d867fd3e0e54b665982fe32970930bb9e4d6",
    ),
    "tier3-v1": (
        "56c310c6c9960c3a8fe61113ae354c08d77ccbd44d235506ee7ba30e2468ecbf",
        "25b47364a7a6fd9be2ad69d869a2f23eb3acba9a704b11a944fbc373521ed3d5",
        "da0045445ca91a80a45eaf6f24967f6e2ecb75b34cc2859ebaa0b12c23808732",
    ),
    "effects-v1": (
        "ef854cb320db5414bcbbecd8fa6de48d259d1507e162492bdcf9e4f1ed02b653",
        "b39f99f5c25a996d74a1b34ed0c2db88b34067c80f440656d0f3b64d1ea7c1a4",
        "e0047a717fdc9ababb1270506f88970980c2611dc84fbcb0e1ab36b766d56e0e",
    ),
}
SILENT_DBFS = -60.0


def drawn(prior: Prior, space: Space, n: int) -> list[Patch]:
    return [prior.draw(space, 5, index) for index in range(n)]


def test_all_priors_are_there_and_the_libraries_is_the_first(vital: Vital) -> None:
    assert list(vital.priors) == [
        "core-v1",
        "tier3-v1",
        "effects-v1",
        *(f"wide-tier{i}-v1" for i in (1, 2, 3)),
    ]
    assert all(vital.priors[prior.name] is prior for prior in PRIORS)


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_a_prior_is_frozen(prior: Prior) -> None:
    assert prior.sha256 == FROZEN[prior.name]


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_what_was_drawn_once_is_drawn_for_ever(prior: Prior, space: Space) -> None:
    assert tuple(prior.draw(space, 0, index).sha256 for index in range(3)) == FIRST_THREE[prior.name]


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_all_values_are_within_the_engines_ranges(prior: Prior, space: Space) -> None:
    for patch in drawn(prior, space, 60):
        for name, value in patch.values.items():
            assert space[name].minimum <= value <= space[name].maximum, name
        assert all(-1.0 <= routing.amount <= 1.0 for routing in patch.routings)


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_each_asset_is_a_built_in_one_of_the_name_it_says(prior: Prior, vital: Vital) -> None:
    for patch in drawn(prior, vital.space, 30):
        assert all(vital.is_built_in(asset) for asset in patch.assets.values())
        names = patch.info["assets"]
        assert set(patch.assets) <= set(names)
        assert set(names.values()) <= set(built_in_names())


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_modules_that_are_off_are_left_alone(prior: Prior, space: Space) -> None:
    for patch in drawn(prior, space, 60):
        for switch, beginnings in prior.gates.items():
            if not patch.values.get(switch):
                assert not [name for name in (*patch.values, *patch.assets) if name.startswith(beginnings)]


def test_core_draws_no_phases_and_tier3_draws_them_all(space: Space) -> None:
    for patch in drawn(CORE, space, 40):
        assert patch.values["osc_1_random_phase"] == 0.0
        assert "osc_2_on" not in patch.values or patch.values["osc_2_random_phase"] == 0.0
    for patch in drawn(TIER3, space, 40):
        assert not [name for name in patch.values if name.endswith("_random_phase")], "1 is the default"


def test_tier3_uses_what_core_does_not(space: Space) -> None:
    patches = drawn(TIER3, space, 120)
    switches = [switch for switch in TIER3.gates if switch not in CORE.gates]
    assert {"osc_3_on", "filter_2_on", "flanger_on", "phaser_on", "compressor_on"} == set(switches)
    for switch in switches:
        share = sum(switch in patch.values for patch in patches) / len(patches)
        assert 0.05 < share < 0.5, switch
    sources = {routing.source for patch in patches for routing in patch.routings}
    assert {"lfo_1", "lfo_2", "random_1", "velocity"} <= sources
    assert {slot for patch in patches for slot in patch.assets} == {
        "wavetable_1",
        "wavetable_2",
        "wavetable_3",
    }


def test_effects_come_in_all_orders_and_mostly_by_twos_to_fives(space: Space) -> None:
    patches = drawn(EFFECT_CHAINS, space, 400)
    chains = [chain(patch.values) for patch in patches]
    assert 0.75 < sum(2 <= len(one) <= 5 for one in chains) / len(chains) < 0.9
    for effect in EFFECTS:
        assert 0.3 < sum(effect in one for one in chains) / len(chains) < 0.5, effect
        first = sum(
            decode_order(patch.values.get("effect_chain_order", 0.0))[0] == effect for patch in patches
        )
        assert 0.05 < first / len(patches) < 0.2, effect


def test_the_text_can_be_read(space: Space) -> None:
    """Every line under "values" names a control and says what is drawn; nothing is left to guess."""
    lines = TIER3.text.splitlines()
    values = lines[2 : lines.index("assets")]
    assert len(values) == len(TIER3.values)
    for line in values:
        name, said = line.split(maxsplit=1)
        assert name in space.by_name
        assert re.search(r"\d", said)
    assert "  env_2 > filter_2_cutoff          30% there: -0.3 .. 0.6" in lines


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_most_of_it_sounds(prior: Prior, vital: Vital) -> None:
    patches = drawn(prior, vital.space, 12)
    _check_audible(vital, patches, most_silent=3)


@pytest.mark.slow
@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_at_most_an_eighth_is_silent(prior: Prior, vital: Vital) -> None:
    patches = drawn(prior, vital.space, 100)
    _check_audible(vital, patches, most_silent=12)


def _check_audible(vital: Vital, patches: list[Patch], *, most_silent: int) -> None:
    n_silent = 0
    for _, audio in vital.stream([(patch, Performance()) for patch in patches]):
        assert isinstance(audio, Audio), audio
        assert np.isfinite(audio.samples).all()
        power = float(np.mean(np.square(audio.mono(), dtype=np.float64)))
        n_silent += power < 10.0 ** (SILENT_DBFS / 10.0)
    assert n_silent <= most_silent
