from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.datasets.inspection.histograms import histograms
from patchpilot.datasets.inspection.levels import level, measure
from patchpilot.datasets.inspection.summary import summary
from patchpilot.datasets.storage.reader import Dataset
from tests.datasets.looked_at import N_PATCHES, PLAN, QUIET, ROUTED, SPACE, entries, made, patch

KEPT = [candidate for candidate in range(N_PATCHES) if candidate not in (3, 11)]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("summary") / "data.h5")


@pytest.fixture(scope="module")
def said(file: Path) -> Any:
    with Dataset(file) as dataset:
        return json.loads(json.dumps(summary(dataset), allow_nan=False))


def test_what_the_file_is(said: Any) -> None:
    assert {name: said[name] for name in ("rows", "instrument", "tier", "seed", "tried", "sealed")} == {
        "rows": 3 * len(KEPT), "instrument": "toy", "tier": 3, "seed": 7, "tried": N_PATCHES, "sealed": True,
    }  # fmt: skip
    assert said["rejected"] == {"clipped": 1, "silent": 1}
    assert said["rejected_share"] == pytest.approx(2 / 12, abs=1e-6)
    assert said["patches"] == {"kept": 10, "different": 9}
    assert said["sources"] == {"augmented": 9, "preset": 12, "synthetic": 9}
    assert said["notes"] == {"48": 10, "60": 10, "72": 10}
    assert (said["velocities"]["low"], said["velocities"]["high"]) == pytest.approx((0.5, 0.9))
    assert sum(said["velocities"]["bins"]) == 30
    assert said["sampler"] == ["prior toys", "  level  anything", "", "more", "more"]
    assert said["provenance"]["packages"] == {"numpy": "2.0"}
    assert said["audio"] == {
        "format": "float32", "channels": 2, "sample_rate": 8000, "samples": 2000, "length_s": 0.25, "hold_s": 0.2,
    }  # fmt: skip


def test_the_hash_is_that_of_the_file(file: Path, said: Any) -> None:
    with Dataset(file) as dataset:
        assert said["content_hash"] == dataset.content_hash


def test_arrays_have_their_shapes_and_sizes(file: Path, said: Any) -> None:
    arrays = {array["name"]: array for array in said["arrays"]}
    waves = arrays["audio/waveforms"]
    assert (waves["shape"], waves["dtype"], waves["compression"]) == ([30, 2, 2000], "float32", "lzf")
    assert waves["bytes"] == 30 * 2 * 2000 * 4
    assert waves["ratio"] == pytest.approx(waves["bytes"] / waves["stored_bytes"], abs=1e-3)
    assert arrays["params/values"]["shape"] == [30, 5]
    assert sum(array["stored_bytes"] for array in said["arrays"]) < file.stat().st_size


def test_levels_are_those_of_the_sounds(said: Any) -> None:
    rms = [20 * np.log10(level(e.take.audio)) for candidate in KEPT for e in entries(candidate)]
    levels = said["levels"]
    assert levels["rms_db"]["50"] == pytest.approx(np.percentile(rms, 50), abs=0.01)
    assert levels["rms_db"]["99"] == pytest.approx(np.percentile(rms, 99), abs=0.01)
    peaks = [np.abs(e.take.audio.samples).max() for candidate in KEPT for e in entries(candidate)]
    assert levels["peak"] == pytest.approx(max(peaks), abs=1e-4)
    assert levels["above_full_scale"] == pytest.approx(np.mean(np.array(peaks) > 1), abs=1e-6)
    first = 3 * KEPT.index(QUIET)
    assert levels["near_silent"] == {"count": 3, "rows": [first, first + 1, first + 2]}


def test_a_level_is_the_rms_of_the_mono_mix() -> None:
    (entry, *_) = entries(0)
    mono = entry.take.audio.mono().astype(float)
    assert level(entry.take.audio) == pytest.approx(np.sqrt(np.mean(mono**2)), rel=1e-5)


def test_duplicates_are_found(said: Any) -> None:
    again = said["duplicates"]["equal_patch_and_performance"]
    first = 3 * KEPT.index(7)
    assert again == {"count": 3, "rows": [first, first + 1, first + 2]}
    sounds = said["duplicates"]["equal_sound"]
    assert sounds["count"] == 6
    assert sounds["rows"][:3] == [3 * KEPT.index(5) + k for k in range(3)]


def test_routings_count_each_patch_once(said: Any) -> None:
    found = said["routings"]
    routed = len(ROUTED) + 1  # candidate 7 is 6 again
    assert found["per_patch"] == {"0": len(KEPT) - routed, "2": routed}
    assert found["mean"] == pytest.approx(2 * routed / len(KEPT))
    assert found["sources"] == {"lfo_1": routed, "velocity": routed}
    assert found["destinations"] == {"filter_1_cutoff": routed, "modulation_1_amount": routed}


def test_parameters_have_histograms(said: Any) -> None:
    found = said["parameters"]
    assert list(found) == [parameter.name for parameter in SPACE]
    levels = [patch(candidate).values.get("osc_1_level", 0.5) for candidate in KEPT]
    expected = 3 * np.histogram(levels, bins=10, range=(0, 1))[0]
    assert found["osc_1_level"]["bins"] == expected.tolist()
    assert found["osc_1_level"]["at_default"] == pytest.approx(levels.count(0.5) / len(KEPT))
    assert found["osc_1_wave"] == {
        "kind": "categorical", "at_default": 0.4, "counts": {"Sine": 12, "Soft Saw": 9, "Square": 9},
    }  # fmt: skip
    assert found["filter_1_cutoff"]["at_default"] == 0.9


def test_the_number_of_bins_is_an_argument(file: Path) -> None:
    with Dataset(file) as dataset:
        found = histograms(dataset, bins=4)
    assert {len(h.counts) for h in found.values() if not h.parameter.is_categorical} == {4}
    assert {int(h.counts.sum()) for h in found.values()} == {30}
    assert found["filter_1_on"].moved == 1.0


def test_quick_leaves_the_audio_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dataset, "samples", lambda *_: pytest.fail("audio was read"))
    with Dataset(file) as dataset:
        assert summary(dataset, quick=True)["levels"] is None


def test_a_dataset_of_other_tiers_and_audio(tmp_path: Path) -> None:
    with Dataset(made(tmp_path / "one.h5", tier=1, audio="none")) as dataset:
        said = summary(dataset)
    assert said["routings"] is None
    assert said["levels"] is None
    assert said["features"] == ["flat"]
    with Dataset(made(tmp_path / "two.h5", tier=2, audio="flac")) as dataset:
        assert summary(dataset)["levels"]["peak"] > 1.0


def test_what_is_still_written_and_what_is_empty(tmp_path: Path) -> None:
    with Dataset(made(tmp_path / "some.h5", n_patches=2, seal=False)) as dataset:
        said = summary(dataset)
    assert (said["rows"], said["sealed"], said["tried"]) == (6, False, 2)
    with Dataset(made(tmp_path / "none.h5", n_patches=0, seal=False)) as dataset:
        said = summary(dataset)
        assert json.dumps(said, allow_nan=False)
    assert (said["rows"], said["tried"], said["levels"], said["rejected_share"]) == (0, 0, None, 0.0)


def test_progress_is_told_and_memory_does_not_grow(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patchpilot.datasets.inspection.levels._BLOCK_BYTES", 4 * 8 * PLAN.n_samples)
    told: list[int] = []
    with Dataset(file) as dataset:
        dataset.samples(0)
        tracemalloc.start()
        measured = measure(dataset, on_progress=told.append)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert told == [4, 8, 12, 16, 20, 24, 28, 30]
    assert measured.rms_db.shape == (30,)
    assert most < 30 * 8 * PLAN.n_samples  # less than all of the audio
