"""Exports: what comes out is what is in the file, whole, and the same bytes each time."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from scipy.io import wavfile

from patchpilot.audio import Audio, peak
from patchpilot.datasets.export import export
from patchpilot.datasets.export import webdataset as module
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import DatasetError, OutputError, ParameterError
from patchpilot.files import write_bytes
from patchpilot.space import AssetStore, Patch, Performance
from tests.datasets.small import Buzzing, small


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    with small(tmp_path_factory.mktemp("export") / "data.h5", 12, features=("logmel",)) as made:
        yield made


@pytest.fixture(scope="module")
def mute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    with small(tmp_path_factory.mktemp("mute") / "data.h5", 4, audio="none") as made:
        yield made


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        found = {}
        for member in tar.getmembers():
            data = tar.extractfile(member)
            assert data is not None
            assert (member.mtime, member.uid, member.uname) == (0, 0, "")
            found[member.name] = data.read()
        return found


def test_a_webdataset_holds_the_rows(dataset: Dataset, tmp_path: Path) -> None:
    done = export(dataset, tmp_path, "webdataset", shard_rows=5)
    assert (done.rows, done.done, done.files) == (12, 12, 3)
    shards = [members(tmp_path / f"shard-{i:06d}.tar") for i in range(3)]
    assert [len(shard) // 5 for shard in shards] == [5, 5, 2]
    files = shards[0] | shards[1] | shards[2]
    store = AssetStore(tmp_path / "assets")
    for row in dataset:
        key = f"{row.index:09d}"
        rate, samples = wavfile.read(io.BytesIO(files[f"{key}.wav"]))
        assert rate == row.audio.sample_rate
        np.testing.assert_array_equal(samples.T, row.audio.samples)
        for name, column in {
            "continuous": row.continuous,
            "categorical": row.categorical,
            "logmel": row.features["logmel"],
        }.items():
            np.testing.assert_array_equal(np.load(io.BytesIO(files[f"{key}.{name}.npy"])), column)
        said = json.loads(files[f"{key}.json"])
        assert (said["row"], said["pitch"], said["name"]) == (row.index, row.pitch, row.name)
        assert Patch.from_json(said["patch"], store) == row.patch
    manifest = json.loads((tmp_path / "export.json").read_text())
    assert manifest["complete"]
    assert manifest["columns"]["continuous"] == list(dataset.columns.continuous)
    assert [p["name"] for p in manifest["parameters"]] == list(dataset.columns.values)


@pytest.mark.parametrize("kind", ["webdataset", "parquet", "presets"])
def test_the_same_rows_give_the_same_bytes(dataset: Dataset, tmp_path: Path, kind: str) -> None:
    for name in ("a", "b"):
        export(dataset, tmp_path / name, kind, rows=(2, 6), instrument=Buzzing())
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


class Loud(Buzzing):
    def render(self, patch: Patch, performance: Performance) -> Audio:
        return Audio(super().render(patch, performance).samples * np.float32(2.5), performance.sample_rate)


@pytest.mark.parametrize("toy", [Buzzing(), Loud()])
def test_flac_is_the_sound_within_24_bits(tmp_path: Path, toy: Buzzing) -> None:
    dataset = small(tmp_path / "data.h5", toy=toy)
    assert any(peak(row.audio) > 1.0 for row in dataset) == isinstance(toy, Loud)
    export(dataset, tmp_path, "webdataset", audio="flac")
    files = members(tmp_path / "shard-000000.tar")
    for row in dataset:
        samples, _ = soundfile.read(io.BytesIO(files[f"{row.index:09d}.flac"]), dtype="float64")
        gain = json.loads(files[f"{row.index:09d}.json"])["flac_gain"]
        np.testing.assert_allclose(samples.T * gain, row.audio.samples, atol=2.0**-23 * gain)


def test_a_parquet_file_holds_the_rows(dataset: Dataset, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    export(dataset, tmp_path, "parquet", rows=(3, None), audio="wav", shard_rows=4)
    rows: list[dict[str, Any]] = []
    for i in range(3):
        table = parquet.read_table(tmp_path / f"part-{i:06d}.parquet")
        names = json.loads(table.schema.metadata[b"patchpilot"])
        assert names["categorical"] == list(dataset.columns.categorical)
        rows += table.to_pylist()
    assert [row["row"] for row in rows] == list(range(3, 12))
    store = AssetStore(tmp_path / "assets")
    for said in rows:
        row = dataset[said["row"]]
        np.testing.assert_array_equal(np.float32(said["continuous"]), row.continuous)
        np.testing.assert_array_equal(said["categorical"], row.categorical)
        np.testing.assert_array_equal(np.float32(said["features_logmel"]), row.features["logmel"].ravel())
        assert [np.float32(said[name]) for name in dataset.columns.values] == row.values.tolist()
        _, samples = wavfile.read(io.BytesIO(said["audio"]["bytes"]))
        np.testing.assert_array_equal(samples.T, row.audio.samples)
        assert Patch.from_json(json.loads(said["patch"]), store) == row.patch
        assert (said["source"], said["name"]) == ("synthetic", row.name)


def test_a_parquet_file_has_no_sound_unless_it_is_asked_for(dataset: Dataset, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    export(dataset, tmp_path, "parquet")
    assert "audio" not in parquet.read_table(tmp_path / "part-000000.parquet").column_names


def test_presets_are_the_instruments_own(dataset: Dataset, tmp_path: Path) -> None:
    export(dataset, tmp_path, "presets", rows=(0, 2), instrument=Buzzing())
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "000000 buzz-v1 0 note 48.toy",
        "000000 buzz-v1 0 note 48.wav",
        "000001 buzz-v1 0 note 60.toy",
        "000001 buzz-v1 0 note 60.wav",
        "export.json",
    ]
    assert (tmp_path / names[0]).read_text() == dataset[0].patch.canonical
    _, samples = wavfile.read(tmp_path / names[1])
    np.testing.assert_array_equal(samples.T, dataset[0].audio.samples)
    with pytest.raises(ParameterError, match="needs the instrument toy, got none"):
        export(dataset, tmp_path / "other", "presets")


def test_stopped_it_goes_on(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, half = tmp_path / "whole", tmp_path / "half"
    export(dataset, whole, "webdataset", shard_rows=4)
    written: list[Path] = []

    def stopped(path: Path, data: bytes) -> None:
        if len(written) == 1:
            raise KeyboardInterrupt
        written.append(path)
        write_bytes(path, data)

    monkeypatch.setattr(module, "write_bytes", stopped)
    with pytest.raises(KeyboardInterrupt):
        export(dataset, half, "webdataset", shard_rows=4)
    assert not json.loads((half / "export.json").read_text())["complete"]
    first = (half / "shard-000000.tar").stat()
    monkeypatch.undo()
    seen: list[int] = []
    export(dataset, half, "webdataset", shard_rows=4, on_progress=lambda state: seen.append(state.done))
    assert seen == [4, 8, 12]
    assert (half / "shard-000000.tar").stat().st_mtime_ns == first.st_mtime_ns  # not written again
    assert contents(half) == contents(whole)


def test_what_is_there_is_kept_unless_forced(dataset: Dataset, tmp_path: Path) -> None:
    export(dataset, tmp_path, "webdataset", shard_rows=3)
    before = contents(tmp_path)
    export(dataset, tmp_path, "webdataset", shard_rows=3)  # whole already
    with pytest.raises(OutputError, match=r"holds another export \(webdataset of rows \[0, 12\]"):
        export(dataset, tmp_path, "webdataset", rows=(0, 3), shard_rows=3)
    assert contents(tmp_path) == before
    export(dataset, tmp_path, "webdataset", rows=(0, 3), shard_rows=3, force=True)
    tars = [name for name in contents(tmp_path) if name.endswith(".tar")]
    assert tars == ["shard-000000.tar"]  # none of the other export is left among the new shards


def test_files_of_others_are_kept(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "shard-000000.tar").write_text("mine")
    with pytest.raises(OutputError, match=r"shard-000000\.tar exists and is kept"):
        export(dataset, tmp_path, "webdataset")
    assert contents(tmp_path) == {"shard-000000.tar": b"mine"}
    other = tmp_path / "other"
    other.mkdir()
    (other / "export.json").write_text('{"format": 1}')
    with pytest.raises(OutputError, match="is not what an export of ours leaves"):
        export(dataset, other, "webdataset", force=True)


def test_a_manifest_removes_nothing_outside_its_folder(dataset: Dataset, tmp_path: Path) -> None:
    precious, folder = tmp_path / "precious", tmp_path / "folder"
    precious.write_text("mine")
    export(dataset, folder, "webdataset")
    manifest = json.loads((folder / "export.json").read_text())
    manifest["files"].append("../precious")
    (folder / "export.json").write_text(json.dumps(manifest))
    export(dataset, folder, "webdataset", rows=(0, 1), force=True)
    assert precious.read_text() == "mine"


def test_a_dataset_without_audio_is_exported_without(mute: Dataset, tmp_path: Path) -> None:
    export(mute, tmp_path / "a", "webdataset")
    assert not [name for name in members(tmp_path / "a" / "shard-000000.tar") if name.endswith(".wav")]
    with pytest.raises(DatasetError, match="made without audio"):
        export(mute, tmp_path / "b", "webdataset", audio="wav")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rows": (3, 3)}, "0 <= A < B <= 12, got 3:3"),
        ({"rows": (0, 13)}, "got 0:13"),
        ({"rows": (-1, 3)}, "got -1:3"),
        ({"kind": "csv"}, "expected a format among webdataset, parquet, presets"),
        ({"audio": "mp3"}, "expected audio as one of wav, flac, none"),
        ({"shard_rows": 0}, "at least one row"),
    ],
)
def test_arguments_out_of_range_are_refused(
    dataset: Dataset, tmp_path: Path, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(ParameterError, match=said):
        export(dataset, tmp_path / "out", **({"kind": "webdataset"} | wrong))
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_told(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        export(dataset, tmp_path / "file", "webdataset")
