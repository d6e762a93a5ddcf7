"""Rows of datasets: what is read, what is refused, and who is held out."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

pytest.importorskip("torch")

from patchpilot.datasets import Dataset
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.errors import DatasetError, EstimatorError
from patchpilot.estimators.codec import said
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.training import rows as module
from patchpilot.estimators.training import slices
from patchpilot.estimators.training.batches import batch_of, is_held_out, n_steps, shuffled
from patchpilot.estimators.training.rows import read_rows
from patchpilot.estimators.training.source import batch_of_rows
from patchpilot.space.canonical import sha256
from tests.datasets.small import Buzzing, small
from tests.toy import Toy

SPACE = Buzzing().space


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "heard.h5"
    small(path, 48, features=("front_end",)).close()
    return path


def test_rows_are_what_the_file_says(heard: Path) -> None:
    found = read_rows([heard], SPACE)
    with Dataset(heard) as dataset:
        stored = dataset.column("features/front_end")
        assert np.array_equal(found.rows.sounds / np.float32(255), stored)
        labels = found.codec.encode([said(row.patch) for row in dataset])
        notes = [row.performance.notes[0] for row in dataset]
        assert list(found.rows.patches) == [row.patch_sha256 for row in dataset]
    assert np.array_equal(found.rows.labels.continuous, labels.continuous)
    assert np.array_equal(found.rows.labels.categorical, labels.categorical)
    columns = zip(*[(note.pitch, note.hold_s, note.velocity) for note in notes], strict=True)
    assert np.allclose(found.rows.conditions, conditions(*map(np.array, columns)), atol=1e-6)
    batch = batch_of_rows(found.rows, np.array([5, 2]), found.codec)
    assert np.allclose(batch.sound.numpy(), stored[[5, 2]], atol=1e-6)
    assert batch.weight.shape == (len(found.codec.tokens),)


def test_a_picture_that_is_not_finite_is_left_to_the_steps_to_skip(heard: Path, tmp_path: Path) -> None:
    spoilt = Path(shutil.copy(heard, tmp_path / "spoilt.h5"))
    with h5py.File(spoilt, "r+") as file:
        file["features/front_end"][3, 0, 0, 0] = np.nan
    found = read_rows([spoilt], SPACE).rows
    assert np.isnan(found.conditions[3]).all()
    assert np.isfinite(np.delete(found.conditions, 3, axis=0)).all()


def test_pictures_are_made_of_audio_where_none_are_stored(heard: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.h5"
    small(plain, 48).close()
    mine, theirs = read_rows([plain], SPACE), read_rows([heard], SPACE)
    assert np.array_equal(mine.rows.sounds, theirs.rows.sounds)
    assert mine.codec == theirs.codec


def test_slices_and_files_make_no_difference(
    heard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = tmp_path / "more.h5"
    small(
        more, 20, seed=1, sampler=Drawn(SPACE, Buzzing().priors["buzz-v1"], 1, 1), features=("front_end",)
    ).close()
    codec = read_rows([heard, more], SPACE).codec
    whole = read_rows([heard, more], SPACE, codec=codec)
    for part in (module, slices):
        monkeypatch.setattr(part, "SLICE", 7)
    sliced = read_rows([heard, more], SPACE, rows=55, codec=codec)
    assert [file["rows"] for file in sliced.files] == [48, 7]
    assert np.array_equal(sliced.rows.sounds, whole.rows.sounds[:55])
    assert np.array_equal(sliced.rows.labels.continuous, whole.rows.labels.continuous[:55])
    assert np.array_equal(sliced.rows.patches, whole.rows.patches[:55])
    assert sliced.files[0] == whole.files[0]
    assert sliced.files[1]["content"] != whole.files[1]["content"]


def test_a_file_with_nothing_to_hear_says_how_to_make_one(tmp_path: Path) -> None:
    path = tmp_path / "deaf.h5"
    small(path, 4, audio="none").close()
    with pytest.raises(
        DatasetError, match="patchpilot dataset generate --instrument toy --features front_end"
    ):
        read_rows([path], SPACE)


def test_datasets_of_other_instruments_are_refused(heard: Path) -> None:
    with pytest.raises(DatasetError, match="it was made with toy, and vital was asked for"):
        read_rows([heard], dataclasses.replace(SPACE, instrument="vital"))
    with pytest.raises(DatasetError, match="it was made with toy 1, and here is toy 2"):
        read_rows([heard], dataclasses.replace(SPACE, version="2"))
    moved = tuple(dataclasses.replace(p, maximum=2.0) if p.name == "buzz" else p for p in SPACE.parameters)
    with pytest.raises(DatasetError, match=r"buzz goes from 0 to 1 \(default 0.5\) there, from 0 to 2"):
        read_rows([heard], dataclasses.replace(SPACE, parameters=moved))
    with pytest.raises(
        DatasetError, match="there is no buzz_on here; there is no buzz here; there is no idle here"
    ):
        read_rows([heard], Toy().space)


def test_more_rows_than_there_are_or_than_memory_are_told(
    heard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DatasetError, match="49 rows were asked for, the data have 48"):
        read_rows([heard], SPACE, rows=49)
    monkeypatch.setattr(module, "free_bytes", lambda: 500_000)
    with pytest.raises(EstimatorError, match="13 rows would fit; ask for them with --rows 13"):
        read_rows([heard], SPACE)
    assert len(read_rows([heard], SPACE, rows=13).rows) == 13


def test_all_notes_of_a_patch_are_on_one_side(heard: Path) -> None:
    rows = read_rows([heard], SPACE).rows
    train, held = rows.split(0.3)
    assert sorted([*train, *held]) == list(range(len(rows)))
    assert 0 < len(held) < len(train)
    assert not set(rows.patches[train]) & set(rows.patches[held])
    back = dataclasses.replace(rows, patches=rows.patches[::-1])
    assert set(back.patches[back.split(0.3)[1]]) == set(rows.patches[held])
    _, more = rows.split(0.4)
    assert set(held) < set(more)  # who is held out by a small share is by a larger one


def test_the_share_that_is_held_out_is_that_which_was_asked_for() -> None:
    names = [sha256(str(i).encode()) for i in range(4000)]
    assert abs(np.mean([is_held_out(name, 0.1) for name in names]) - 0.1) < 0.02
    assert not is_held_out("f" * 64, 0.5)
    assert is_held_out("0" * 64, 1e-4)


def test_each_row_is_seen_once_an_epoch_in_an_order_of_its_own() -> None:
    indices = np.arange(50, 90)
    first, second = (shuffled(indices, seed=1, epoch=epoch) for epoch in (0, 1))
    assert sorted(first) == sorted(second) == list(indices)
    assert list(first) != list(second)
    assert list(first) == list(shuffled(indices, seed=1, epoch=0))
    assert (n_steps(40, 16), n_steps(3, 16), n_steps(0, 16)) == (2, 1, 0)
    assert list(batch_of(first, step=1, batch=16)) == list(first[16:32])
