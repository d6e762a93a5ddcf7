from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchpilot.errors import PatchError
from patchpilot.instruments.vital.assets import lfo, white_noise
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Asset, AssetStore, Patch, Routing, Space
from patchpilot.space.canonical import canonical_json, float32, sha256

LFO_TO_CUTOFF = Routing("lfo_1", "filter_1_cutoff", 0.5)


def test_values_equal_to_the_default_are_left_out(space: Space) -> None:
    patch = Patch.make(space, {"filter_1_cutoff": space["filter_1_cutoff"].default, "osc_1_level": 0.5})
    assert patch.values == {"osc_1_level": 0.5}
    assert Patch.make(space, {p.name: p.default for p in space}).sha256 == Patch.make(space).sha256


def test_values_are_rounded_to_float32(space: Space) -> None:
    assert Patch.make(space, {"osc_1_level": 0.1}) == Patch.make(space, {"osc_1_level": 0.1 + 1e-9})
    assert Patch.make(space, {"osc_1_level": 0.1}).values["osc_1_level"] == float(np.float32(0.1))


def test_minus_zero_is_zero(space: Space) -> None:
    minus, plus = (Patch.make(space, {"osc_1_level": zero}) for zero in (-0.0, 0.0))
    assert math.copysign(1.0, minus.values["osc_1_level"]) == 1.0
    assert minus.canonical == plus.canonical


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e39])
def test_what_is_not_finite_in_float32_is_refused(space: Space, value: float) -> None:
    with pytest.raises(PatchError, match=r"osc_1_level: expected a finite number, got (nan|-?inf|1e\+39)"):
        Patch.make(space, {"osc_1_level": value})


def test_what_is_no_number_is_refused(space: Space) -> None:
    with pytest.raises(PatchError, match="osc_1_level: expected a number, got 'loud'"):
        Patch.make(space, {"osc_1_level": "loud"})  # type: ignore[dict-item]


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_float32_keeps_what_is_float32(value: float) -> None:
    assert float32(value) == value
    assert math.copysign(1.0, float32(value)) == (1.0 if value == 0.0 else math.copysign(1.0, value))


def test_an_unknown_parameter_is_refused_with_a_hint(space: Space) -> None:
    with pytest.raises(PatchError, match="no parameter 'osc_1_levle'; did you mean osc_1_level"):
        Patch.make(space, {"osc_1_levle": 0.5})


@pytest.mark.parametrize("value", [-1.0, 99.0])
def test_a_category_that_does_not_exist_is_refused(space: Space, value: float) -> None:
    with pytest.raises(
        PatchError, match=f"chorus_voices: expected a whole number from 1 to 4, got {value:g}"
    ):
        Patch.make(space, {"chorus_voices": value})


def test_an_asset_slot_that_does_not_exist_is_refused(space: Space) -> None:
    with pytest.raises(PatchError, match="no asset slot 'wavetable_4'; vital has: wavetable_1, "):
        Patch.make(space, assets={"wavetable_4": built_in("PWM")})


def test_routings_need_a_modulation_matrix() -> None:
    with pytest.raises(PatchError, match="rack has no modulation matrix, got 1 routings"):
        Patch.make(Space("rack", "1", ()), routings=[LFO_TO_CUTOFF])


def test_nothing_depends_on_the_order_in_which_it_is_given(space: Space) -> None:
    values = {"osc_1_level": 0.25, "filter_1_on": 1.0, "env_1_attack": 0.5}
    routings = [LFO_TO_CUTOFF, Routing("env_2", "osc_1_level", 0.1)]
    assets = {"wavetable_1": built_in("PWM"), "lfo_2": lfo([(0, 0), (1, 1)])}
    one = Patch.make(space, values, routings=routings, assets=assets)
    other = Patch.make(
        space,
        dict(reversed(values.items())),
        routings=routings[::-1],
        assets=dict(reversed(assets.items())),
    )
    assert one.canonical == other.canonical
    assert hash(one) == hash(other)


@pytest.mark.parametrize("seed", range(20))
def test_slots_of_a_random_patch_may_be_permuted(
    random_patch: Callable[[int], Patch], space: Space, seed: int
) -> None:
    patch = random_patch(seed)
    order = np.random.default_rng(seed).permutation(len(patch.routings)).tolist()
    place = {old: new for new, old in enumerate(order)}
    moved = [patch.routings[old] for old in order]
    moved = [r if r.target is None else r.retargeted(place.get(r.target, 63)) for r in moved]
    assert patch.changed(space, routings=moved).sha256 == patch.sha256


def test_names_and_comments_do_not_count(space: Space) -> None:
    named = Patch.make(space, info={"name": "Lead", "comments": "…"})
    assert named == Patch.make(space)
    assert named.sha256 == Patch.make(space).sha256
    assert named.name == "Lead"


def test_everything_that_sounds_counts(space: Space) -> None:
    patches = [
        Patch.make(space),
        Patch.make(space, {"osc_1_level": 0.25}),
        Patch.make(space, routings=[LFO_TO_CUTOFF]),
        Patch.make(space, routings=[LFO_TO_CUTOFF.turned("amount", 0.25)]),
        Patch.make(space, routings=[LFO_TO_CUTOFF.turned("bypass", 1.0)]),
        Patch.make(space, assets={"wavetable_1": built_in("PWM")}),
        Patch.make(space, assets={"wavetable_2": built_in("PWM")}),
        Patch.make(space, extra={"settings": {"from_the_future": 1}}),
    ]
    assert len({patch.sha256 for patch in patches}) == len(patches)


def test_an_asset_equal_to_the_default_is_left_out(space: Space) -> None:
    assert Patch.make(space, assets={"sample": white_noise()}) == Patch.make(space)


def test_an_asset_is_named_by_its_content() -> None:
    assert Asset("lfo", "{}", (b"ab", b"c")).sha256 != Asset("lfo", "{}", (b"a", b"bc")).sha256
    assert sha256(b"a", b"") != sha256(b"a")
    assert lfo([(0, 0), (1, 1)]).sha256 == lfo([(0.0, 0.0), (1.0, 1.0)]).sha256


def test_changed_keeps_what_it_is_not_told(space: Space) -> None:
    patch = Patch.make(
        space,
        {"osc_1_level": 0.25},
        routings=[LFO_TO_CUTOFF],
        extra={"preset": {"x": 1}},
        info={"name": "Lead"},
    )
    louder = patch.changed(space, {"osc_1_level": 0.75, "filter_1_on": 1.0})
    assert louder.values == {"filter_1_on": 1.0, "osc_1_level": 0.75}
    assert (louder.routings, louder.extra, louder.name) == (patch.routings, patch.extra, "Lead")
    assert patch.changed(space, routings=[]).routings == ()


@pytest.mark.parametrize("seed", range(5))
def test_json_and_a_store_hold_the_whole_patch(
    random_patch: Callable[[int], Patch], space: Space, tmp_path: Path, seed: int
) -> None:
    assets = {"wavetable_1": built_in("PWM"), "lfo_2": lfo([(0, 0), (1, 1)])}
    patch = random_patch(seed).changed(space, assets=assets, info={"name": "Lead"})
    store = AssetStore(tmp_path)
    again = Patch.from_json(json.loads(json.dumps(patch.to_json(store))), AssetStore(tmp_path))
    assert again == patch
    assert again.sha256 == patch.sha256
    assert again.info == patch.info
    assert sorted(store) == sorted(asset.sha256 for asset in assets.values())


def test_patches_share_an_asset_in_a_store(space: Space, tmp_path: Path) -> None:
    store = AssetStore(tmp_path)
    for level in (0.1, 0.2):
        Patch.make(space, {"osc_1_level": level}, assets={"wavetable_1": built_in("PWM")}).to_json(store)
    assert list(store) == [built_in("PWM").sha256]


@pytest.mark.parametrize("damage", [b"", b"\x07", b"\xff" * 100])
def test_a_damaged_asset_is_noticed(tmp_path: Path, damage: bytes) -> None:
    store = AssetStore(tmp_path)
    digest = store.put(built_in("PWM"))
    path = tmp_path / digest[:2] / digest
    for content in (damage, path.read_bytes()[:-1] + b"\x00", path.read_bytes()[:50]):
        path.write_bytes(content)
        with pytest.raises(PatchError, match=r"cut-off|another hash"):
            store.get(digest)


def test_a_missing_asset_is_noticed(space: Space, tmp_path: Path) -> None:
    data = Patch.make(space, assets={"wavetable_1": built_in("PWM")}).to_json(AssetStore(tmp_path))
    with pytest.raises(PatchError, match="was the folder copied whole"):
        Patch.from_json(data, AssetStore(tmp_path / "elsewhere"))


@pytest.mark.parametrize("data", [None, [], {}, {"format": 2}])
def test_json_of_another_format_is_refused(tmp_path: Path, data: object) -> None:
    with pytest.raises(PatchError, match="expected a patch of format 1; was it written by a newer version"):
        Patch.from_json(data, AssetStore(tmp_path))


@pytest.mark.parametrize("key", ["instrument", "values", "routings", "assets", "extra"])
def test_damaged_json_is_refused(space: Space, tmp_path: Path, key: str) -> None:
    data = Patch.make(space).to_json(AssetStore(tmp_path))
    for damaged in ({**data, key: 5}, {k: v for k, v in data.items() if k != key}):
        if damaged.get(key) == 5 and key in ("instrument", "extra"):
            continue
        with pytest.raises(
            PatchError, match="expected the JSON of a patch, but a part is missing or damaged"
        ):
            Patch.from_json(damaged, AssetStore(tmp_path))


def test_canonical_json_has_one_spelling_and_no_nan() -> None:
    assert canonical_json({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}'
    with pytest.raises(PatchError, match="expected plain JSON values with finite numbers"):
        canonical_json({"a": math.nan})
