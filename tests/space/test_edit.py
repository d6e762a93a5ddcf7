from __future__ import annotations

import pytest

from patchpilot.errors import PatchError
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Edit, Patch, Routing, Space


def test_an_edit_changes_what_it_names_and_nothing_else(space: Space) -> None:
    patch = Patch.make(
        space,
        {"filter_1_on": 1.0, "env_1_attack": 0.3},
        routings=[Routing("env_3", "voice_transpose", 0.1)],
        assets={"wavetable_1": built_in("Strings")},
        info={"name": "Mine", "assets": {"wavetable_1": "Strings"}},
    )
    edit = Edit(
        "second oscillator",
        {"osc_2_on": 1.0},
        assets={"wavetable_2": built_in("PWM")},
        asset_names={"wavetable_2": "PWM"},
        routings=(Routing("env_2", "filter_1_cutoff", 0.2),),
    )
    made = edit.apply(space, patch)
    assert dict(made.values) == {**patch.values, "osc_2_on": 1.0}
    assert [routing.source for routing in made.routings] == ["env_2", "env_3"]
    assert made.assets == {"wavetable_1": built_in("Strings"), "wavetable_2": built_in("PWM")}
    assert made.info == {"name": "Mine", "assets": {"wavetable_1": "Strings", "wavetable_2": "PWM"}}


def test_an_empty_edit_changes_nothing(space: Space) -> None:
    patch = Patch.make(space, {"filter_1_on": 1.0})
    assert Edit("nothing").apply(space, patch) == patch


def test_what_the_space_does_not_have_is_refused(space: Space) -> None:
    with pytest.raises(PatchError):
        Edit("nonsense", {"no_such_knob": 1.0}).apply(space, Patch.make(space))
