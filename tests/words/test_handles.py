"""Handles: nothing turned is the patch itself, and what is turned is all that changes."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Patch, Routing
from patchpilot.words.handles import Handles
from patchpilot.words.moved import turns
from tests.words.toys import Organ


def at(handles: Handles, **turned: float) -> Patch:
    """The patch with some handles turned; of openings by the beginning of their name, with _ for blanks."""
    point = np.zeros(len(handles))
    names = [*handles.view.names, *(one.edit.name.replace(" ", "_") for one in handles.openings)]
    for name, by in turned.items():
        point[names.index(name)] = by
    return handles.patch(handles.kept(point))


def test_nothing_turned_is_the_patch(vital: Vital) -> None:
    for index in range(3):
        patch = vital.priors["core-v1"].draw(vital.space, 1, index)
        handles = Handles.of(vital, patch)
        assert handles.patch(np.zeros(len(handles))) == patch
        assert (handles.low <= 0.0).all()
        assert (handles.high >= 0.0).all()
        for place in range(len(handles)):
            point = np.zeros(len(handles))
            point[place] = handles.high[place] or handles.low[place]
            assert handles.patch(point) != patch


def test_a_module_that_is_off_is_switched_on_once_it_is_turned(vital: Vital) -> None:
    handles = Handles.of(vital, Patch.make(vital.space))
    made = at(handles, noise_on=2.0)
    assert made.values["sample_on"] == 1.0
    assert made.values["sample_level"] == pytest.approx(0.02 + 2.0 * 0.06)
    assert "reverb_on" not in made.values
    both = at(handles, noise_on=2.0, reverb_on=1.0)
    assert both.values["reverb_on"] == 1.0
    assert both.values["sample_level"] == made.values["sample_level"]


def test_gains_of_one_module_are_handles_of_their_own(vital: Vital) -> None:
    handles = Handles.of(vital, Patch.make(vital.space))
    gains = [i for i, one in enumerate(handles.openings) if one.edit.name == "EQ on"]
    assert len(gains) == 3
    point = np.zeros(len(handles))
    point[len(handles.view) + gains[0]], point[len(handles.view) + gains[2]] = 1.0, -2.0
    values = handles.patch(point).values
    assert values["eq_on"] == 1.0
    assert values["eq_low_gain"] > 0.0 > values["eq_high_gain"]
    assert "eq_band_gain" not in values or values["eq_band_gain"] == 0.0


def test_pitch_is_left_alone(vital: Vital) -> None:
    patch = Patch.make(
        vital.space, routings=[Routing("env_2", "voice_transpose", 0.1), Routing("lfo_1", "osc_1_level", 0.2)]
    )
    handles = Handles.of(vital, patch)
    names = " ".join(handles.view.names)
    assert "voice_tune" not in names
    assert "osc_1_level" in names or "modulation" in names
    pitched = next(i for i, one in enumerate(patch.routings, start=1) if one.destination == "voice_transpose")
    assert f"modulation_{pitched}_amount" not in handles.view.names
    assert not any("semitones" in edit.name for edit in handles.edits)


def test_what_is_pinned_is_no_handle() -> None:
    organ = Organ()
    free, pinned = (Handles.of(organ, Patch.make(organ.space), names) for names in ((), ("tilt", "stop")))
    assert len(free) - len(pinned) == 2
    assert "tilt" not in pinned.view.names
    assert pinned.edits == ()


def test_turns_are_told_as_people_read_them(vital: Vital) -> None:
    before = Patch.make(vital.space, routings=[Routing("lfo_1", "filter_1_cutoff", 0.2)])
    after = before.changed(
        vital.space, {"filter_1_on": 1.0}, routings=[Routing("lfo_1", "filter_1_cutoff", -0.1)]
    )
    told = [(one.name, one.before, one.after) for one in turns(vital.space, before, after)]
    assert told == [("filter_1_on", "Off", "On"), ("lfo_1 > filter_1_cutoff", "+20%", "-10%")]
    assert list(turns(vital.space, before, before)) == []
