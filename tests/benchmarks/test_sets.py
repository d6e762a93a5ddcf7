"""The frozen sets stay what they were: patches of the priors from a seed of their own, and CC0 recordings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from matchbench import sets

from patchpilot.instruments.vital.priors import CORE, TIER3
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Patch, Performance, Prior, Space

WANTED = (("a", CORE, 200), ("a2", TIER3, 100))


@pytest.mark.parametrize(("name", "prior", "n"), WANTED)
def test_a_set_holds_what_its_prior_draws(name: str, prior: Prior, n: int, space: Space) -> None:
    """`read_patches` compares each patch with its sha256, so that loading one is the proof of it."""
    patches = list(sets.read_patches(sets.FILES[name], space))
    assert len(patches) == n == sets.size(name) == len({patch.sha256 for _, patch in patches})
    assert [index for index, _ in patches] == sorted({index for index, _ in patches})
    assert all(prior.draw(space, sets.SEED, index) == patch for index, patch in patches)


@pytest.mark.parametrize(("name", "prior", "n"), WANTED)
def test_a_set_says_what_it_was_drawn_from(name: str, prior: Prior, n: int) -> None:
    head = sets.header(sets.FILES[name])
    assert (head["prior"], head["prior_sha256"], head["seed"]) == (prior.name, prior.sha256, 20261121)
    assert Performance.from_json(head["performance"]) == sets.PERFORMANCE
    assert head["tried"] >= n


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a", "a2"])
def test_its_patches_sound(name: str, vital: Vital) -> None:
    for sound in sets.sounds(name, vital.space)[::10]:  # all did when they were frozen
        audio = sound.played(vital)
        assert not isinstance(audio, Path)
        assert float((audio.mono().astype(float) ** 2).mean()) >= 1e-6


def test_patches_are_written_as_they_are_read(space: Space, tmp_path: Path) -> None:
    drawn = [(index, TIER3.draw(space, 4, index)) for index in (3, 5)]
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(sets.lines({"prior": "x"}, drawn)), "utf-8")
    assert list(sets.read_patches(path, space)) == drawn
    assert sets.header(path) == {"prior": "x"}


def test_a_patch_that_was_changed_is_told(space: Space, tmp_path: Path) -> None:
    _, line = sets.lines({}, [(7, CORE.draw(space, 4, 7))])
    data = json.loads(line)
    data["values"]["osc_1_wave_frame"] = 1.0
    path = tmp_path / "some.jsonl"
    path.write_text("{}\n" + json.dumps(data), "utf-8")
    with pytest.raises(ValueError, match=r"some.jsonl: patch 7 is [0-9a-f]{64}, expected [0-9a-f]{64}"):
        list(sets.read_patches(path, space))


def test_the_recordings(space: Space) -> None:
    sounds = sets.sounds("b", space)
    assert [sound.place for sound in sounds] == list(range(20))
    assert sum(sound.pitched for sound in sounds) == 16
    assert set(sets.UNPITCHED) <= {sound.name for sound in sounds}
    assert all(sound.patch is None and sound.file is not None for sound in sounds)


def test_there_are_three_sets(space: Space) -> None:
    with pytest.raises(ValueError, match="no set 'c'; there are: a, a2, b"):
        sets.sounds("c", space)


def test_the_notes_of_a_patch_are_its_oscillators(space: Space) -> None:
    assert sets.notes_of(Patch.make(space)) == {60}
    assert sets.notes_of(Patch.make(space, {"osc_1_transpose": 12, "osc_2_transpose": 7})) == {72}
    assert sets.notes_of(Patch.make(space, {"osc_2_on": 1, "osc_2_transpose": -12})) == {48, 60}
    assert sets.notes_of(Patch.make(space, {"osc_1_on": 0, "osc_3_on": 1, "osc_3_transpose": 19})) == {79}
