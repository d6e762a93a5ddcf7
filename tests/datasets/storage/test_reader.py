from __future__ import annotations

import dataclasses
import json
import os
import pickle
import shutil
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.datasets.export.labels import labels
from patchpilot.datasets.faults import KEPT
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.datasets.storage.writer import Writer
from patchpilot.errors import DatasetError, ParameterError
from patchpilot.instruments.rack.inputs import audio_input
from patchpilot.instruments.take import Take
from patchpilot.space import Arc, AssetStore, AudioInput, Performance
from tests.datasets.storing import PLAN, TOY, add, entries, made, recipe, takes, verdict

N = 10
WANTED = [(c, take) for c in range(N) if verdict(c) == KEPT for take in takes(c)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("read") / "data.h5"
    with Writer.open(path, recipe(features=("b", "a")), TOY.space, provenance={"machine": "mine"}) as writer:
        add(writer, N)
        writer.seal()
    return path


def test_rows_are_the_takes_that_went_in(path: Path) -> None:
    with Dataset(path) as dataset:
        assert len(dataset) == len(WANTED) == 24
        for row, (candidate, take) in zip(dataset, WANTED, strict=True):
            assert row.take.id == take.id
            assert row.take.patch == row.patch == take.patch
            assert dict(row.patch.info) == dict(take.patch.info)
            assert row.take.performance == row.performance == take.performance
            assert row.take.origin.__dict__ == take.origin.__dict__
            assert row.take.fingerprint == take.fingerprint
            assert row.audio.samples.tobytes() == take.audio.samples.tobytes()
            assert row.audio.sample_rate == 44100
            note = take.performance.notes[0]
            assert (row.candidate, row.pitch) == (candidate, note.pitch)
            assert row.velocity == pytest.approx(note.velocity, abs=1e-7)
            assert (row.source, row.name) == ("synthetic", f"tøy {candidate}")
            assert row.patch_sha256 == take.patch.sha256
            assert row.routings == ()
            assert row.modulation.shape == (4, 0, 0)


def test_arcs_and_audio_of_performances_are_kept_and_exported(tmp_path: Path) -> None:
    heard = audio_input(Audio(np.linspace(-1, 1, 30, dtype=np.float32), 8000), "loop")
    arc = Arc("level", ((0.0, 0.1), (1.0, 0.9)))
    with Writer.open(tmp_path / "data.h5", recipe(), TOY.space) as writer:
        made = [dataclasses.replace(entry, take=_with(entry.take, arc, heard)) for entry in entries(0)]
        writer.add(0, KEPT, made)
        wanted = [entry.take for entry in made]
        writer.seal()
    store = AssetStore(tmp_path / "assets")
    with Dataset(tmp_path / "data.h5") as dataset:
        assert dataset.verify() == []
        for row, take in zip(dataset, wanted, strict=True):
            assert row.take.id == take.id
            assert row.performance == take.performance
            said = json.loads(json.dumps(labels(row, "wav", store)))
            assert Performance.from_json(said["performance"], store) == take.performance


def _with(take: Take, arc: Arc, heard: AudioInput) -> Take:
    performance = dataclasses.replace(take.performance, arcs=(arc,), inputs=(heard,))
    return dataclasses.replace(take, performance=performance)


def test_labels_are_what_the_engine_was_told(path: Path) -> None:
    with Dataset(path) as dataset:
        assert dataset.columns.values == ("level", "transpose")
        assert dataset.columns.continuous == ("level",)
        assert dataset.columns.categorical == ("transpose",)
        assert dataset.parameters == TOY.space.parameters
        for row, (_, take) in zip(dataset, WANTED, strict=True):
            level, transpose = take.patch.values.get("level", 0.5), take.patch.values.get("transpose", 0.0)
            assert row.values.tolist() == [level, transpose]
            assert row.continuous.tolist() == [np.float32(level)]
            assert row.categorical.tolist() == [transpose + 24]


def test_it_says_what_it_is(path: Path) -> None:
    with Dataset(path) as dataset:
        assert dataset.recipe == recipe(features=("b", "a"))
        assert dataset.is_sealed
        assert dataset.tried == N
        assert dataset.rejected == {"failed": 1, "silent": 1}
        assert dataset.details == {5: "boom 5"}
        assert dataset.provenance == {"machine": "mine"}
        assert (dataset.sources, dataset.destinations) == ((), ())
        assert dataset.verdicts.tolist() == [verdict(c) for c in range(N)]


def test_rows_are_counted_from_both_ends(path: Path) -> None:
    with Dataset(path) as dataset:
        assert dataset[-1].index == 23
        assert dataset[int(np.int64(5))].candidate == dataset[5].candidate
        for index in (24, -25):
            with pytest.raises(IndexError):
                dataset[index]


@pytest.mark.parametrize("places", [[3], [3, 1, 2], [5, 5, -1, 0], np.array([7, 2]), []])
def test_a_batch_is_its_rows(path: Path, places: list[int]) -> None:
    with Dataset(path) as dataset:
        batch = dataset.batch(places)
        assert set(batch) == {
            "audio", "values", "continuous", "categorical", "pitch", "velocity", "features/a", "features/b"
        }  # fmt: skip
        assert all(len(column) == len(places) for column in batch.values())
        for k, place in enumerate(places):
            row = dataset[place]
            assert np.array_equal(batch["audio"][k], row.audio.samples)
            assert np.array_equal(batch["values"][k], row.values)
            assert np.array_equal(batch["categorical"][k], row.categorical)
            assert np.array_equal(batch["features/a"][k], row.features["a"])
            assert (batch["pitch"][k], batch["velocity"][k]) == (row.pitch, np.float32(row.velocity))
        assert set(dataset.batch(places, audio=False, features=False)) == {
            "values", "continuous", "categorical", "pitch", "velocity"
        }  # fmt: skip


def test_columns_are_read_whole(path: Path) -> None:
    with Dataset(path) as dataset:
        assert dataset.column("metadata/name").tolist() == [f"tøy {c}" for c, _ in WANTED]
        assert dataset.column("metadata/velocity").shape == (24,)
        assert dataset.column("params/values").shape == (24, 2)
        assert dataset.column("features/b")[0].tolist() == entries(0, ("b",))[0].features["b"].tolist()  # type: ignore[union-attr]
        for name in ("audio/waveforms", "nothing", "params"):
            with pytest.raises(ParameterError, match="metadata/velocity"):
                dataset.column(name)


def test_it_may_be_pickled(path: Path) -> None:
    with Dataset(path) as dataset, pickle.loads(pickle.dumps(dataset)) as again:
        assert again[3].take.id == dataset[3].take.id


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_it_may_be_used_after_a_fork(path: Path) -> None:
    with Dataset(path) as dataset:
        wanted = dataset[4].audio.samples.tobytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of later Pythons, about threads of libraries
            child = os.fork()
        if child == 0:
            ok = False
            try:
                ok = dataset[4].audio.samples.tobytes() == wanted
            finally:
                os._exit(0 if ok else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert dataset[4].audio.samples.tobytes() == wanted


def test_threads_may_share_it(path: Path) -> None:
    with Dataset(path) as dataset, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda place: dataset[place].audio.samples.tobytes(), list(range(24)) * 4))
    assert found == [take.audio.samples.tobytes() for _, take in WANTED] * 4


def test_what_is_being_written_can_be_read_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "data.h5"
    with Writer.open(path, recipe(), TOY.space) as writer:
        add(writer, 4)
        writer.commit()
        with Dataset(path) as dataset:
            before = dataset.content_hash
            for upto in range(5, 25):
                add(writer, upto, commit_every=3)
                assert len(dataset) == 9
                assert [row.take.id for row in dataset] == [take.id for _, take in WANTED[:9]]
            assert dataset.content_hash == before
            assert not dataset.is_sealed
            assert dataset.verify() == []


def test_a_log_that_was_left_is_applied_or_told_where_nothing_may_be_written(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from patchpilot.datasets.storage.disk import RealDisk
    from patchpilot.datasets.storage.redo import has_whole_redo, write_redo

    left = tmp_path / "left.h5"
    shutil.copy(path, left)
    data = left.read_bytes()
    with left.open("r+b") as file:  # a change half made
        file.seek(64)
        file.write(bytes(100))
    write_redo(RealDisk(), left, {0: data[:4096]}, len(data))
    with monkeypatch.context() as patch:
        patch.setattr("patchpilot.datasets.storage.open_file.Lock", _no_lock)
        with pytest.raises(DatasetError, match="heals when it is opened where it may be written"):
            Dataset(left)
    with Dataset(left) as dataset:
        assert dataset.verify() == []
    assert not has_whole_redo(left)
    assert left.read_bytes() == data


def _no_lock(path: Path) -> None:
    from patchpilot.files import output_error

    raise output_error(path, PermissionError(13, "Permission denied"))


def _newer(path: Path) -> None:
    made(path, 2)
    with h5py.File(path, "r+") as file:
        file.attrs["format"] = "patchpilot-dataset-9"


def _halved(path: Path) -> None:
    made(path, 2)
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Path.exists, "no file"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.write_bytes(b""), "no HDF5 file"),
        (lambda path: path.write_text("RIFF and more" * 10), "no HDF5 file"),
        (lambda path: h5py.File(path, "w").close(), "of another program"),
        (lambda path: h5py.File(path, "w", libver="v110").close(), "of another program"),
        (_halved, "is cut off"),
        (lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n"), "another program"),
        (_newer, "newer version"),
    ],
)
def test_what_is_no_whole_dataset_is_told(tmp_path: Path, make: object, words: str) -> None:
    path = tmp_path / "data.h5"
    make(path)  # type: ignore[operator]
    with pytest.raises(DatasetError, match=words) as caught:
        Dataset(path)
    assert str(path) in str(caught.value)


def test_without_audio_there_are_labels(tmp_path: Path) -> None:
    path = tmp_path / "data.h5"
    made(path, 3, recipe(audio="none", features=("x",)))
    with Dataset(path) as dataset:
        assert dataset.verify() == []
        assert "audio" not in dataset.batch([0])
        assert dataset[0].patch == takes(0)[0].patch
        with pytest.raises(DatasetError, match="without audio"):
            _ = dataset[0].audio


@pytest.mark.parametrize(
    ("kind", "relative", "absolute"), [("float16", 2.0**-11, 2.0**-25), ("flac", 0.0, 2.0**-24)]
)
def test_lossy_audio_is_near_and_verified(
    tmp_path: Path, kind: str, relative: float, absolute: float
) -> None:
    path = tmp_path / "data.h5"
    made(path, 3, recipe(audio=kind))
    with Dataset(path) as dataset:
        assert dataset.verify() == []
        for row, (_, take) in zip(dataset, WANTED, strict=False):
            wanted = take.audio.samples
            error = np.abs(row.audio.samples - wanted)
            assert error.max() > 0.0
            assert (error <= np.maximum(relative * np.abs(wanted), absolute)).all()
            assert row.audio.samples.dtype == np.float32
        assert dataset.batch([1])["audio"].shape == (1, 1, PLAN.n_samples)


@pytest.mark.parametrize("kind", ["flac", pytest.param("float16", marks=pytest.mark.slow), "float32"])
def test_a_flipped_byte_is_found(tmp_path: Path, kind: str) -> None:
    """Wherever it is, it is found, or it changes nothing that can be read."""
    path = tmp_path / "data.h5"
    digest = made(path, 2, recipe(audio=kind))
    whole = path.read_bytes()
    with Dataset(path) as dataset:
        audio, labels = _audio(dataset), _labels(dataset)
    rng = np.random.default_rng(0)
    n_found = 0
    for place in rng.integers(0, len(whole), 40).tolist():
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            with Dataset(path) as dataset:
                if dataset.verify():
                    n_found += 1
                    continue
                assert dataset.content_hash == digest
                assert (_audio(dataset), _labels(dataset)) == (audio, labels)
        except DatasetError:
            n_found += 1
    assert n_found > 4


@pytest.mark.parametrize(
    "name",
    ["audio/waveforms", "params/values", "params/continuous", "params/categorical", "metadata/take/data",
     "metadata/take/end", "metadata/name", "metadata/velocity", "metadata/row_sha256", "metadata/patch_sha256",
     "metadata/audio_sha256", "features/a", "candidates/verdict", "candidates/detail/data"],
)  # fmt: skip
def test_a_flipped_byte_is_found_wherever_rows_are(tmp_path: Path, name: str) -> None:
    path = tmp_path / "data.h5"
    made(path, 8, recipe(features=("a",)), compression="none")
    with h5py.File(path, "r+") as file:
        row = file[name][2:3]
        changed = bytearray(row.tobytes())
        changed[0] ^= 1
        file[name][2:3] = np.frombuffer(changed, row.dtype).reshape(row.shape)
    with Dataset(path) as dataset:
        assert dataset.verify() != []


def _audio(dataset: Dataset) -> list[bytes]:
    return [row.audio.samples.tobytes() for row in dataset]


def _labels(dataset: Dataset) -> list[object]:
    rows = [(row.take.id, row.name, row.values.tolist(), row.categorical.tolist()) for row in dataset]
    return [rows, dataset.provenance, dataset.parameters, dataset.details, dataset.rejected]
