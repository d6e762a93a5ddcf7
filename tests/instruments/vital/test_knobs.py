from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from patchpilot.distance import logmel
from patchpilot.instruments.vital.assets import lfo, wavetable
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Patch, Performance, Routing, Space, View


@pytest.fixture
def plain(space: Space) -> Patch:
    return Patch.make(space, {"osc_1_random_phase": 0.0}, assets={"wavetable_1": built_in("Strings")})


def test_knobs_of_what_is_on_and_of_nothing_else(vital: Vital, space: Space, plain: Patch) -> None:
    found = vital.knobs(plain)
    assert {"osc_1_wave_frame", "env_1_attack", "env_1_release", "voice_tune"} <= set(found)
    assert not [name for name in found if name.startswith(("osc_2", "sample", "filter", "eq", "env_2"))]
    more = vital.knobs(plain.changed(space, {"eq_on": 1.0, "filter_1_on": 1.0, "osc_2_on": 1.0}))
    assert {"eq_low_gain", "filter_1_cutoff", "osc_2_level", "osc_2_tune"} <= set(more)


def test_only_the_ratio_of_levels_counts(vital: Vital, space: Space, plain: Patch) -> None:
    assert "osc_1_level" not in vital.knobs(plain)
    found = vital.knobs(plain.changed(space, {"sample_on": 1.0, "sample_level": 0.9}))
    assert "osc_1_level" in found
    assert "sample_level" not in found


def test_a_table_of_one_frame_has_no_position(vital: Vital, space: Space) -> None:
    assert "osc_1_wave_frame" not in vital.knobs(Patch.make(space))


def test_routings_that_live(vital: Vital, space: Space, plain: Patch) -> None:
    routed = plain.changed(
        space,
        routings=[
            Routing("env_2", "filter_1_cutoff", 0.3),
            Routing("env_3", "voice_transpose", 0.1, bypass=True),
            Routing("lfo_1", "osc_1_tune", 0.1),
        ],
    )
    found = vital.knobs(routed)
    assert {"modulation_1_amount", "modulation_3_amount", "env_2_decay"} <= set(found)
    assert "modulation_2_amount" not in found
    assert "env_3_decay" not in found


def test_what_a_drawn_curve_moves_stays(vital: Vital, space: Space, plain: Patch) -> None:
    drawn = plain.changed(
        space,
        {"lfo_1_sync_type": 2.0, "lfo_1_sync": 0.0},
        routings=[Routing("lfo_1", "osc_1_wave_frame", 1.0)],
        assets={"lfo_1": lfo([(0.0, 0.0), (1.0, 1.0)])},
    )
    found = vital.knobs(drawn)
    assert not {"osc_1_wave_frame", "modulation_1_amount", "lfo_1_frequency"} & set(found)
    assert "env_1_release" in found


def test_all_of_them_make_a_view(vital: Vital, space: Space, random_patch: Callable[[int], Patch]) -> None:
    for seed in range(20):
        patch = random_patch(seed)
        found = vital.knobs(patch)
        view = View(space, patch, tuple(found))
        assert all(step > 0.0 for step in found.values())
        assert all(
            step < 0.5 * (p.maximum - p.minimum)
            for step, p in zip(found.values(), view.parameters, strict=True)
        )


def test_edits_apply_and_bring_built_in_tables_only(
    vital: Vital, space: Space, random_patch: Callable[[int], Patch]
) -> None:
    for seed in range(12):
        patch = random_patch(seed)
        edits = vital.edits(patch)
        assert len({edit.name for edit in edits}) == len(edits)
        for edit in edits:
            moved = edit.apply(space, patch)
            assert moved != patch
            assert all(
                vital.is_built_in(asset) for asset in moved.assets.values() if asset.kind == "wavetable"
            )
            assert set(edit.assets) == set(edit.asset_names)


def test_own_tables_are_not_swapped(vital: Vital, space: Space, plain: Patch) -> None:
    def swaps(patch: Patch) -> list[str]:
        return [edit.name for edit in vital.edits(patch) if "wavetable_1" in edit.assets]

    assert "oscillator 1 Vowels" in swaps(plain)
    first = plain.changed(space, assets={"wavetable_1": space.assets["wavetable_2"]})
    assert "oscillator 1 Vowels" in swaps(first)  # the init patch's table is nobody's own
    own = plain.changed(space, assets={"wavetable_1": wavetable(np.linspace(-1.0, 1.0, 2048)[None])})
    assert swaps(own) == []


def test_something_goes_on_sounding(vital: Vital, space: Space, plain: Patch) -> None:
    assert "oscillator 1 off" not in {edit.name for edit in vital.edits(plain)}
    two = plain.changed(space, {"sample_on": 1.0})
    assert {"oscillator 1 off", "noise off"} <= {edit.name for edit in vital.edits(two)}


def test_neutral_edits_are_hardly_heard(vital: Vital, space: Space, plain: Patch) -> None:
    performance = Performance.one_note(48, hold_s=0.4, length_s=0.5)
    neutral = [edit for edit in vital.edits(plain) if edit.is_neutral]
    assert {"EQ on", "noise on", "reverb on", "filter 1 on", "oscillator 3 on"} <= {
        edit.name for edit in neutral
    }
    before = vital.render(plain, performance)
    for edit in neutral:
        after = vital.render(edit.apply(space, plain), performance)
        # The engine glides from the default level over the first 30 ms, which makes a short burst of the noise.
        assert logmel(before, after) < (0.7 if edit.name == "noise on" else 0.35), edit.name
