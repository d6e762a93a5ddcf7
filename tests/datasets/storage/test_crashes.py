"""A dataset that is stopped at any moment holds what it held before a commit or after it, never between."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from patchpilot.datasets.storage.reader import Dataset
from patchpilot.datasets.storage.redo import has_whole_redo
from patchpilot.datasets.storage.transaction import TransactionFile
from patchpilot.datasets.storage.writer import Writer
from patchpilot.errors import OutputError
from tests.datasets.faulty_disk import FaultyDisk, Moment, save
from tests.datasets.storing import TOY, add, made, recipe

NAME = "data.h5"
FIRST, MIDDLE, LAST = 2, 4, 6
"""Candidates after each of three commits; batches that fill no chunk, so that HDF5 rewrites most of what it has."""


@pytest.fixture(scope="module")
def hashes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """Content hash after each number of candidates."""
    folder = tmp_path_factory.mktemp("whole")
    return {upto: made(folder / f"{upto}.h5", upto) for upto in range(FIRST, LAST + 1)}


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A folder with an unsealed dataset of one commit."""
    folder = tmp_path / "begun"
    folder.mkdir()
    with Writer.open(folder / NAME, recipe(), TOY.space) as writer:
        add(writer, FIRST)
        writer.commit()
    return folder


def moments(begun: Path) -> list[tuple[int, Moment]]:
    """All that could be found after two further commits and sealing, each with the candidates committed by then."""
    disk = FaultyDisk(begun)
    found, seen = [], 0
    with Writer.open(begun / NAME, recipe(), TOY.space, disk=disk) as writer:
        for upto in (MIDDLE, LAST):
            add(writer, upto)
            before = FIRST if upto == MIDDLE else MIDDLE
            found += [(before, moment) for moment in disk.moments[seen:]]
            seen = len(disk.moments)
            writer.commit()
            found += [(before, moment) for moment in disk.moments[seen:]]
            seen = len(disk.moments)
        writer.seal()
    return found + [(LAST, moment) for moment in disk.moments[seen:]]


def check_each(
    found: list[tuple[int, Moment]],
    files_of: Callable[[Moment], dict[str, bytes]],
    folder: Path,
    hashes: dict[int, str],
) -> set[int]:
    """Whether each moment leaves one of the two states beside it; numbers of candidates that were found."""
    following = {FIRST: MIDDLE, MIDDLE: LAST, LAST: LAST}
    seen: set[str] = set()
    met: set[int] = set()
    for before, moment in found:
        files = files_of(moment)
        name = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
        if name in seen:
            continue
        seen.add(name)
        save(files, folder)
        if not has_whole_redo(folder / NAME):
            with h5py.File(folder / NAME) as file:  # nobody needs us to open it
                assert file["params/values"].shape[0] > 0
        with Dataset(folder / NAME) as dataset:
            assert dataset.tried in (before, following[before])
            assert dataset.verify() == []
            assert dataset.content_hash == hashes[dataset.tried]
            met.add(dataset.tried)
        assert not has_whole_redo(folder / NAME)
    assert len(seen) > 10
    return met


def test_a_kill_leaves_what_was_before_a_commit_or_after_it(
    begun: Path, tmp_path: Path, hashes: dict[int, str]
) -> None:
    met = check_each(moments(begun), Moment.after_kill, tmp_path / "found", hashes)
    assert met == {FIRST, MIDDLE, LAST}


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4))])
def test_a_power_cut_leaves_what_was_before_a_commit_or_after_it(
    begun: Path, tmp_path: Path, hashes: dict[int, str], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    found = moments(begun)[seed % 3 :: 3]
    met = check_each(found, lambda moment: moment.after_power_cut(rng), tmp_path / "found", hashes)
    assert met == {FIRST, MIDDLE, LAST}


def test_a_power_cut_is_felt_where_nothing_protects(begun: Path, tmp_path: Path) -> None:
    """The disk of these tests does lose what was not synced."""
    rng = np.random.default_rng(0)
    found = moments(begun)
    lost = [moment for _, moment in found if moment.after_power_cut(rng) != moment.after_kill()]
    assert len(lost) > len(found) / 4
    assert tmp_path.exists()


@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_a_disk_that_is_full_at_any_moment_costs_no_row(
    begun: Path, tmp_path: Path, hashes: dict[int, str], every: int
) -> None:
    whole = FaultyDisk(begun)
    with Writer.open(begun / NAME, recipe(), TOY.space, disk=whole) as writer:
        add(writer, MIDDLE)
        writer.commit()
    for fails_at in range(0, whole.operations, every):
        disk = FaultyDisk(begun, fails_at=fails_at)
        with (
            Writer.open(begun / NAME, recipe(), TOY.space, disk=disk) as writer,
            pytest.raises(OutputError, match=r"data\.h5: the disk is full; make room"),
        ):
            add(writer, MIDDLE, commit_every=MIDDLE)
        found = tmp_path / "found"
        disk.save(found)
        with Dataset(found / NAME) as dataset:
            assert dataset.tried in (FIRST, MIDDLE)
            assert dataset.verify() == []
        with Writer.open(found / NAME, recipe(), TOY.space) as writer:
            add(writer, LAST)
            assert writer.seal() == hashes[LAST]


def test_what_failed_once_is_not_written_on(begun: Path) -> None:
    writer = Writer.open(begun / NAME, recipe(), TOY.space, disk=FaultyDisk(begun, fails_at=0))
    for _ in range(2):
        with pytest.raises(OutputError, match="the disk is full"):
            add(writer, MIDDLE, commit_every=1)
    assert writer.committed == FIRST
    writer.close()
    with pytest.raises(OutputError, match="closed"):
        writer.commit()


def test_any_byte_at_which_a_redo_log_is_torn_throws_it_away(begun: Path, tmp_path: Path) -> None:
    logs = [moment.live[NAME + ".redo"] for _, moment in moments(begun) if NAME + ".redo" in moment.live]
    whole = max(logs, key=len)
    before = (begun / NAME).read_bytes()
    for size in [*range(0, len(whole), 997), len(whole) - 1]:
        save({NAME: before, NAME + ".redo": whole[:size]}, tmp_path / "torn")
        assert not has_whole_redo(tmp_path / "torn" / NAME)
        TransactionFile(tmp_path / "torn" / NAME).close()
        assert (tmp_path / "torn" / NAME).read_bytes() == before
        assert not (tmp_path / "torn" / (NAME + ".redo")).exists()


@pytest.mark.parametrize("stops", [(1,), (2, 5), tuple(range(1, 6))])
def test_a_file_that_was_resumed_has_the_content_of_one_that_was_not(
    tmp_path: Path, hashes: dict[int, str], stops: tuple[int, ...]
) -> None:
    for stop in stops:
        with Writer.open(tmp_path / NAME, recipe(), TOY.space) as writer:
            add(writer, stop)
            writer.commit()
            add(writer, stop + 2)  # never committed
    assert made(tmp_path / NAME, LAST) == hashes[LAST]


def test_rows_that_were_not_committed_leave_no_bytes(begun: Path, tmp_path: Path) -> None:
    shutil.copy(begun / NAME, tmp_path / "before.h5")
    with Writer.open(begun / NAME, recipe(), TOY.space) as writer:
        add(writer, LAST)
    assert (begun / NAME).read_bytes() == (tmp_path / "before.h5").read_bytes()
