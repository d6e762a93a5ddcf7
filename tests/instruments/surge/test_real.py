"""The instrument on Surge itself; skipped where its Python module is not."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import F32, Audio
from patchpilot.datasets.presets.files import preset_files
from patchpilot.distance import LogMel
from patchpilot.engine import Job
from patchpilot.instruments.surge import playing
from patchpilot.instruments.surge.document import fxp, natural
from patchpilot.instruments.surge.fxp import OSCILLATORS
from patchpilot.instruments.surge.surge import Surge
from patchpilot.space import Patch, Performance
from patchpilot.space.canonical import sha256

SHORT = Performance.one_note(57, hold_s=0.7, length_s=1.0)
N_FACTORY = 10
SAME = 0.05
"""Headline distance of what sounds the same; numbers of a preset have six digits."""


def test_the_space_is_whole(surge: Surge) -> None:
    space = surge.space
    assert len(space) > 600
    assert space.routing is not None
    assert {"lfo1", "filtereg", "velocity", "ctrl1"} <= set(space.routing.sources)
    assert 16 <= len(space.views["core"]) <= 32
    assert not any(space[name].is_categorical for name in space.views["core"])
    assert {"Classic", "Sine", "Wavetable"} <= set(space["a_osc1_type"].options)
    types = surge.catalogue.types
    assert len(types["osc"]) >= 8
    assert len(types["fx"]) >= 15


def test_drawn_patches_are_the_same_on_other_workers_and_in_another_order(surge: Surge) -> None:
    prior = surge.priors["core-v1"]
    patches = [prior.draw(surge.space, 0, index) for index in range(9)]
    patches = [patch for patch in patches if not surge.is_random(patch)][:6]
    assert len(patches) == 6
    first = [surge.render(patch, SHORT).samples for patch in patches]
    with Surge(workers=2) as other:
        again = dict(other.stream((patch, SHORT) for patch in patches[::-1]))
    for patch, one, two in zip(patches, first, [again[5 - i] for i in range(6)], strict=True):
        assert isinstance(two, Audio)
        assert np.array_equal(one, two.samples), patch


def test_most_drawn_patches_are_heard(surge: Surge) -> None:
    prior = surge.priors["core-v1"]
    peaks = [
        np.abs(surge.render(prior.draw(surge.space, 1, index), SHORT).samples).max() for index in range(24)
    ]
    assert sum(peak > 0.01 for peak in peaks) >= 20


def test_the_engine_reads_what_was_written(surge: Surge, tmp_path: Path) -> None:
    for index in range(4):
        patch = surge.priors["core-v1"].draw(surge.space, 2, index)
        path = tmp_path / "bare.fxp"
        path.write_bytes(fxp(surge.catalogue, patch).to_bytes())
        again = surge.load(path)
        for name in surge.catalogue.ids:
            wanted, _ = natural(surge.catalogue, patch.values, name)
            read, _ = natural(surge.catalogue, again.values, name)
            assert read == pytest.approx(wanted, abs=1e-4, rel=1e-5), name
        routed = [r for r in patch.routings if surge.catalogue.is_routed(patch.values, r)]
        assert len(again.routings) == len(routed)
        assert again.extra == "{}"
        assert LogMel(surge.render(patch, SHORT))(surge.render(again, SHORT)) < SAME


def test_factory_patches_sound_as_surge_plays_them(surge: Surge, tmp_path: Path) -> None:
    if surge.place.data is None:
        pytest.skip("needs Surge's data folder")
    files = preset_files([surge.place.data / "patches_factory"], ".fxp")
    for file in random.Random(2).sample(files, N_FACTORY):
        patch = surge.load(file.path)
        theirs = _played(surge, file.path.read_bytes(), patch)
        ours = surge.render(patch, SHORT)
        assert LogMel(Audio(theirs, 44100))(ours) < SAME, file.name
        path = tmp_path / "ours.fxp"
        surge.export(patch, path)
        assert surge.load(path) == patch
        path.write_bytes(fxp(surge.catalogue, patch).to_bytes())
        again = surge.load(path)
        assert (again.extra, again.assets) == (patch.extra, patch.assets), file.name
        assert LogMel(ours)(surge.render(again, SHORT)) < SAME, file.name


def test_knobs_are_what_one_note_tells(surge: Surge) -> None:
    plain = Patch.make(surge.space)
    assert "a_osc1_param5" not in surge.knobs(plain)  # the detuning of a single voice
    assert "a_osc1_param5" in surge.knobs(plain.changed(surge.space, {"a_osc1_param6": 0.7}))
    types = surge.space["fx1_type"].options
    delayed = surge.knobs(plain.changed(surge.space, {"fx1_type": float(types.index("Delay"))}))
    labels = [member.label for member in surge.catalogue.types["fx"][types.index("Delay")]]
    width = next(n for n, label in enumerate(labels) if label.endswith("Width"))
    assert "fx1_p0" in delayed
    assert f"fx1_p{width}" not in delayed


def test_wavetables_of_the_data_folder_are_built_in(surge: Surge) -> None:
    from patchpilot.instruments.surge import tables

    names = list(tables.files(surge.place.data))
    if not names:
        pytest.skip("needs Surge's data folder")
    asset = surge.table(names[0])
    assert surge.is_built_in(asset)
    assert surge.asset(asset.sha256) == asset
    wavetable = float(surge.space["a_osc1_type"].options.index("Wavetable"))
    values = {"a_osc1_type": wavetable, "a_osc1_retrigger": 1.0}
    plain = Patch.make(surge.space, values)
    other = Patch.make(surge.space, values, assets={f"{OSCILLATORS[0]}_wavetable": asset})
    assert LogMel(surge.render(plain, SHORT))(surge.render(other, SHORT)) > SAME


def _played(surge: Surge, preset: bytes, patch: Patch) -> F32:
    """What the engine makes of a file that nobody but itself has read."""
    base = {"preset": preset, "sample_rate": 44100, "engine_seed": 0}
    argument = playing.played(surge.catalogue, patch, SHORT)
    (found,) = surge._pool.map([Job(base, sha256(preset), ("play", argument))])
    assert isinstance(found, np.ndarray)
    return found
