from __future__ import annotations

import dataclasses
import multiprocessing
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.datasets.faults import KEPT, SILENT
from patchpilot.datasets.storage.lock import lock_path
from patchpilot.datasets.storage.new_rows import NewRows
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.datasets.storage.seen import Seen
from patchpilot.datasets.storage.writer import Entry, Writer
from patchpilot.errors import DatasetError, OutputError, ParameterError
from patchpilot.instruments.record import TakeSink
from tests.datasets.storing import TOY, add, entries, made, recipe, takes, verdict


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data.h5"


@pytest.mark.parametrize("every", [1, 2, 5, 100])
def test_content_does_not_depend_on_batches(path: Path, tmp_path: Path, every: int) -> None:
    with Writer.open(path, recipe(), TOY.space) as writer:
        add(writer, 12, commit_every=every)
        assert writer.seal() == made(tmp_path / "other.h5", 12)


@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_content_does_not_depend_on_compression(path: Path, tmp_path: Path, compression: str) -> None:
    assert made(path, 6, compression=compression) == made(tmp_path / "other.h5", 6)


def test_other_rows_another_hash(tmp_path: Path) -> None:
    hashes = {made(tmp_path / f"{n}.h5", n) for n in (3, 4, 5)}
    assert len(hashes | {made(tmp_path / "seed.h5", 3, recipe(seed=1))}) == 4


def test_a_full_batch_is_committed_unasked(path: Path) -> None:
    with Writer.open(path, recipe(), TOY.space) as writer:
        add(writer, 25)
        assert 16 <= writer.committed < writer.tried == 25
        with Dataset(path) as dataset:
            assert dataset.tried == writer.committed


def test_what_a_writer_counts_is_there_after_it_was_stopped(path: Path) -> None:
    with Writer.open(path, recipe(), TOY.space) as writer:
        add(writer, 9)
        writer.commit()
        counts = (writer.rows, writer.tried, writer.committed, writer.rejected.copy())
        add(writer, 11)
    with Writer.open(path, recipe(), TOY.space) as writer:
        assert (writer.rows, writer.tried, writer.committed, writer.rejected) == counts
        assert all(
            (takes(i)[0].patch.sha256 in writer.patches) == (verdict(i) == KEPT and i < 9) for i in range(11)
        )
        assert counts[0] == 21
        assert dict(counts[3]) == {"silent": 1, "failed": 1}


def test_a_writer_is_a_sink_of_takes(path: Path) -> None:
    with Writer.open(path, recipe(), TOY.space) as writer:
        sink: TakeSink = writer
        for take in takes(1):
            sink.append(take)
        writer.seal()
    with Dataset(path) as dataset:
        assert [row.take.id for row in dataset] == [take.id for take in takes(1)]
        assert [row.candidate for row in dataset] == [0, 1, 2]
        assert dataset[0].name == "toy 1"


def test_a_sealed_file_is_refused_and_says_so(path: Path) -> None:
    made(path, 4)
    before = path.read_bytes()
    with pytest.raises(DatasetError, match=r"data\.h5 is sealed with 9 rows"):
        Writer.open(path, recipe(), TOY.space)
    assert path.read_bytes() == before


def test_another_recipe_is_refused_and_says_what_differs(path: Path) -> None:
    Writer.open(path, recipe(), TOY.space).close()
    other = dataclasses.replace(recipe(seed=4, tier=2), fingerprint="toy 2")
    with pytest.raises(DatasetError) as caught:
        Writer.open(path, other, TOY.space)
    for part in (
        "engine, system or processor here 'toy 2', in the file 'toy 1'",
        "seed here 4",
        "tier here 2",
    ):
        assert part in str(caught.value)


def test_other_parameters_are_refused(path: Path) -> None:
    Writer.open(path, recipe(), TOY.space).close()
    fewer = dataclasses.replace(TOY.space, parameters=TOY.space.parameters[:1])
    with pytest.raises(DatasetError, match="parameters are not those"):
        Writer.open(path, recipe(), fewer)


def other_hdf5(path: Path) -> None:
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        file["x"] = 1


def flipped(path: Path) -> None:
    made(path, 2)
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_bytes(b""), "no HDF5 file"),
        (lambda path: path.write_bytes(b"RIFF" * 100), "no HDF5 file"),
        (lambda path: h5py.File(path, "w").close(), "of another program"),
        (other_hdf5, "of another program"),
        (lambda path: (made(path, 2), path.write_bytes(path.read_bytes()[:-100])), "is cut off"),
        (flipped, "damaged"),
    ],
)
def test_what_is_no_whole_dataset_is_refused_and_kept(path: Path, make: object, words: str) -> None:
    make(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(DatasetError, match=words) as caught:
        Writer.open(path, recipe(), TOY.space)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_folder_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder; name a file"):
        Writer.open(tmp_path, recipe(), TOY.space)
    with pytest.raises(OutputError, match="its folder does not exist"):
        Writer.open(tmp_path / "nowhere" / "data.h5", recipe(), TOY.space)


def test_an_unknown_compression_is_told_and_leaves_nothing(path: Path) -> None:
    with pytest.raises(ParameterError, match="lzf, gzip, none, got 'zip'"):
        Writer.open(path, recipe(), TOY.space, compression="zip")
    assert list(path.parent.iterdir()) == []


def _try(path: Path, told: multiprocessing.SimpleQueue[str]) -> None:
    try:
        Writer.open(path, recipe(), TOY.space).close()
    except OutputError as error:
        told.put(str(error))
    else:
        told.put("opened")


def test_two_processes_never_write_one_file(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.SimpleQueue[str] = context.SimpleQueue()
    with Writer.open(path, recipe(), TOY.space):
        for words in (f"{path} is being written by another process",):
            other = context.Process(target=_try, args=(path, told))
            other.start()
            other.join()
            assert words in told.get()
        with pytest.raises(OutputError, match="is being written"):
            Writer.open(path, recipe(), TOY.space)
    assert not lock_path(path).exists()
    Writer.open(path, recipe(), TOY.space).close()


def test_a_lock_that_a_killed_process_left_is_taken_over(path: Path) -> None:
    lock_path(path).touch()
    Writer.open(path, recipe(), TOY.space).close()
    assert not lock_path(path).exists()


def test_what_does_not_fit_the_recipe_is_refused(path: Path) -> None:
    one = entries(0)[0]
    longer = dataclasses.replace(one.take, audio=Audio(np.zeros((1, 5)), 44100))
    with Writer.open(path, recipe(), TOY.space) as writer:
        for candidate, verdict, rows, words in (
            (1, KEPT, [one], "expected candidate 0"),
            (0, KEPT, [], "expected rows of what is kept"),
            (0, SILENT, [one], "expected rows of what is kept"),
            (0, 99, [], "expected rows of what is kept"),
            (0, KEPT, [dataclasses.replace(one, take=longer)], "expected 882 samples at 44100 Hz, got 5"),
            (0, KEPT, [dataclasses.replace(one, features={"x": [1.0]})], "expected features"),
        ):
            with pytest.raises(ParameterError, match=words):
                writer.add(candidate, verdict, rows)
        assert (writer.rows, writer.tried) == (0, 0)


def test_a_file_without_rows_can_be_sealed_and_read(path: Path) -> None:
    with Writer.open(path, recipe(), TOY.space) as writer:
        writer.add(0, SILENT, [])
        writer.seal()
    with Dataset(path) as dataset:
        assert (len(dataset), dataset.tried, dataset.rejected) == (0, 1, {"silent": 1})
        assert dataset.verify() == []
        assert list(dataset) == []
        assert dataset.column("metadata/name").shape == (0,)
        assert dataset.batch([])["values"].shape == (0, 2)


def test_names_are_cut_between_characters(path: Path) -> None:
    take = takes(0)[0]
    with Writer.open(path, recipe(), TOY.space) as writer:
        writer.add(0, KEPT, [Entry(take, "preset", "é" * 150)])
        writer.add(1, KEPT, [Entry(take, "preset", "x" + "é" * 150)])
        writer.seal()
    with Dataset(path) as dataset:
        assert [row.name for row in dataset] == ["é" * 100, "x" + "é" * 99]
        assert dataset.verify() == []


def test_half_of_a_candidate_is_never_in_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Writer.open(path, recipe(), TOY.space) as writer:
        add(writer, 2)
        writer.commit()
        plain, calls = NewRows.add, iter(range(9))

        def breaks(*args: Any) -> None:
            plain(*args)
            if next(calls) == 1:
                raise ValueError("a bug")

        with monkeypatch.context() as patched:
            patched.setattr(NewRows, "add", breaks)
            with pytest.raises(ValueError, match="a bug"):
                add(writer, 3)
        assert not writer.is_open
    with Writer.open(path, recipe(), TOY.space) as writer:
        assert (writer.tried, writer.rows) == (2, 6)
        add(writer, 9)
        assert writer.seal() == made(path.with_name("whole.h5"), 9)


def test_a_file_is_sealed_at_once_with_its_last_rows(path: Path) -> None:
    """Killed in between, it would hold a candidate of which some notes are missing, and take more."""
    with Writer.open(path, recipe(), TOY.space) as writer:
        add(writer, 2)
        commits = writer._file.commit
        states = []

        def looked() -> None:
            commits()
            with Dataset(path) as dataset:
                states.append((len(dataset), dataset.is_sealed))

        writer._file.commit = looked  # type: ignore[method-assign]
        writer.seal()
    assert states == [(6, True)]


def test_a_set_of_digests_is_what_was_added_however_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patchpilot.datasets.storage.seen._RECENT", 10)
    digests = [f"{i * 0x9E3779B97F4A7C15 % 2**64:016x}{'0' * 48}" for i in range(200)]
    found = Seen()
    for digest in digests[:100]:
        found.update([digest, digest])
    assert [digest in found for digest in digests] == [True] * 100 + [False] * 100
