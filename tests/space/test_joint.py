from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import ParameterError, PatchError
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Always, Joint, OneNotes, Patch, PatternSpace, Performance, Space, View


@pytest.fixture(scope="module")
def view(space: Space) -> View:
    base = Patch.make(space, {"filter_1_on": 1.0, "osc_1_random_phase": 0.0})
    return View(space, base, ("filter_1_cutoff", "osc_1_level"))


def test_a_vector_is_a_patch_and_a_performance(view: View) -> None:
    phrases = PatternSpace(arcs=(view.space["filter_1_resonance"],))
    joint = Joint(view, phrases)
    assert len(joint) == len(joint.parameters) == 2 + len(phrases.space)
    assert len({p.name for p in joint.parameters}) == len(joint)
    vector = np.random.default_rng(0).random(len(joint))
    patch, performance = joint.play(vector)
    assert patch == view.patch(vector[:2])
    assert performance == phrases.performance(vector[2:])
    values = phrases.space.decode(vector[2:])
    again = joint.play(joint.encode(patch, values))
    assert (again[0], again[1].sha256) == (patch, performance.sha256)


def test_either_may_be_left_alone(view: View) -> None:
    only_patch = Joint(view, Always(Performance.one_note(40)))
    assert only_patch.play([0.0, 1.0])[1] == Performance.one_note(40)
    only_phrase = Joint(View(view.space, view.base, ()), OneNotes(Performance(tempo_bpm=90.0)))
    patch, performance = only_phrase.play(only_phrase.encode(view.base, {"pitch": 50.0, "length_s": 1.0}))
    assert patch == view.base
    assert (performance.notes[0].pitch, performance.tempo_bpm) == (50, 90.0)
    assert performance.length_s == pytest.approx(1.0)
    assert [p.name for p in only_phrase.parameters] == [
        "play_pitch", "play_velocity", "play_hold_s", "play_length_s",
    ]  # fmt: skip


def test_a_note_may_be_chosen_in_part(view: View) -> None:
    base = Performance.one_note(40, velocity=0.3, hold_s=0.7, length_s=1.1).with_seed(5)
    pitches = OneNotes.only("pitch", base=base)
    assert [p.name for p in pitches.space] == ["pitch"]
    played = Joint(View(view.space, view.base, ()), pitches).play([1.0])[1]
    assert played == Performance.one_note(127, velocity=0.3, hold_s=0.7, length_s=1.1).with_seed(5)
    with pytest.raises(PatchError, match="no parameter 'pitsch'; did you mean pitch"):
        OneNotes.only("pitsch")


@pytest.mark.parametrize("vector", [[0.5], [0.5, 0.5, 0.5], [0.5, np.nan]])
def test_a_vector_of_another_length_or_with_nan_is_refused(view: View, vector: list[float]) -> None:
    with pytest.raises(ParameterError, match="finite numbers"):
        Joint(view, Always()).play(vector)


def test_an_instrument_plays_what_it_says(vital: Vital, view: View) -> None:
    phrases = PatternSpace((1, 1), (240.0, 240.0), n_steps=4, arcs=(view.space["osc_1_pan"],), n_points=2)
    joint = Joint(view, phrases)
    pairs = [
        joint.play(joint.encode(view.base, {"pulses": 2.0, "arc_osc_1_pan_2": pan})) for pan in (0.0, 1.0)
    ]
    for pair, audio in zip(pairs, vital.render_many(pairs), strict=True):
        assert isinstance(audio, Audio)
        assert len(audio) == round(pair[1].length_s * 44100)
        late = np.square(audio.samples[:, 24000:40000]).sum(axis=1)
        assert bool(late[1] > 2 * late[0]) is (pair is pairs[1])
