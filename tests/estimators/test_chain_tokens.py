"""A chain whose order is chosen, as tokens: what its effects say counts only where they sound."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from patchpilot.estimators.codec import Codec, said
from patchpilot.estimators.fitting import fitted
from patchpilot.estimators.sequence.orders import order_of
from patchpilot.estimators.symmetry import symmetric_modules
from patchpilot.estimators.training.curriculum import effect_switches, effects_on
from patchpilot.space import Patch
from tests.estimators.wet import Wet

WET = Wet()


@cache
def drawn() -> list[Patch]:
    prior = WET.priors["toy-v1-chain-v1"]
    return [prior.draw(WET.space, 0, index) for index in range(200)]


@cache
def codec() -> Codec:
    return fitted(WET.space, [said(patch) for patch in drawn()])


def test_an_effect_hangs_on_the_places_of_its_chain() -> None:
    gates = {token.name: (token.gate, token.open_at) for token in codec().tokens}
    assert gates["fx_clip_drive"] == ("fx_slot", (1,))
    assert gates["fx_dark_tone"] == ("fx_slot", (2,))
    assert gates["level"] == gates["fx_slot_1"] == ("", ())
    assert Codec.from_json(codec().to_json()) == codec()


def test_it_sounds_at_any_of_its_places() -> None:
    labels = codec().encode([said(patch) for patch in drawn()])
    names = [token.name for token in codec().tokens]
    order = order_of(WET.space)
    for effect, knob in (("clip", "fx_clip_drive"), ("dark", "fx_dark_tone")):
        there = [effect in order.chain(patch.values) for patch in drawn()]
        assert labels.active[:, names.index(knob)].tolist() == there
    for row, patch in enumerate(drawn()[:40]):
        again = codec().decode(WET.space, labels, row, WET.asset)
        assert order.chain(again.values) == order.chain(patch.values)
        assert {k: pytest.approx(v, abs=1e-4) for k, v in patch.values.items()} == again.values


def test_places_may_not_change_places() -> None:
    assert symmetric_modules(codec()) == []


def test_a_curriculum_counts_the_effects_of_the_chain() -> None:
    switches = effect_switches(codec(), WET.space)
    assert {codec().categorical[k].name for k in switches} == {"fx_slot_1", "fx_slot_2"}
    labels = codec().encode([said(patch) for patch in drawn()])
    order = order_of(WET.space)
    assert effects_on(codec(), switches, labels).tolist() == [len(order.chain(p.values)) for p in drawn()]


def test_a_proxy_hears_the_same_gates() -> None:
    torch = pytest.importorskip("torch")
    from patchpilot.estimators.networks.soft import SoftTokens

    labels = codec().encode([said(patch) for patch in drawn()])
    tokens = SoftTokens(codec(), 1)
    hard = tokens.probabilities(torch.from_numpy(labels.categorical))
    np.testing.assert_array_equal(tokens.active(hard).numpy() > 0.5, labels.active)
    half = torch.full_like(hard, 0.5)  # of two places, each half likely to hold it: three quarters
    place = [token.name for token in codec().tokens].index("fx_dark_tone")
    assert float(tokens.active(half)[0, place]) == pytest.approx(0.75)
