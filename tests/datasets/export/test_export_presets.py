"""Exports of Vital's rows: the preset sounds as the row does, and brings its wavetables along."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import numpy as np
from scipy.io import wavfile

from patchpilot.datasets.export import export
from patchpilot.datasets.generation import generate
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import AssetStore, Patch

PLAN = Plan(notes=(48,), hold_s=0.2, length_s=0.3)


def test_an_exported_preset_sounds_like_its_row(vital: Vital, tmp_path: Path) -> None:
    sampler = Drawn(vital.space, vital.priors["core-v1"], 3, 0)
    with generate(vital, tmp_path / "data.h5", 3, tier=3, sampler=sampler, plan=PLAN) as dataset:
        export(dataset, tmp_path / "presets", "presets", instrument=vital)
        export(dataset, tmp_path / "tars", "webdataset")
        store = AssetStore(tmp_path / "tars" / "assets")
        assert list(store)
        with tarfile.open(tmp_path / "tars" / "shard-000000.tar") as tar:
            for row, path in zip(dataset, sorted((tmp_path / "presets").glob("*.vital")), strict=True):
                patch = vital.load(path)
                assert patch == row.patch
                assert patch.name == row.name
                heard = vital.render(patch, row.performance).samples
                np.testing.assert_array_equal(heard, row.audio.samples)
                np.testing.assert_array_equal(wavfile.read(path.with_suffix(".wav"))[1].T, heard)
                said = tar.extractfile(f"{row.index:09d}.json")
                assert said is not None
                assert Patch.from_json(json.load(said)["patch"], store) == row.patch
