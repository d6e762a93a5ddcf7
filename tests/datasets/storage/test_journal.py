from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.datasets.storage import journal as module
from patchpilot.datasets.storage.journal import Journal, journal_path
from patchpilot.errors import EngineError, OutputError
from tests.datasets.storing import recipe


def audio(number: int, n: int = 100) -> Audio:
    return Audio(np.random.default_rng(number).normal(size=(2, n)).astype(np.float32), 44100)


def kept(path: Path) -> dict[tuple[int, int], bytes | str]:
    journal = Journal.open(path, recipe())
    try:
        return {
            key: str(result) if isinstance(result, EngineError) else result.samples.tobytes()
            for key, result in journal.found().items()
        }
    finally:
        journal.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data.h5"


def test_what_is_kept_is_found_by_the_next_run(path: Path) -> None:
    journal = Journal.open(path, recipe())
    journal.keep(7, 2, audio(1))
    journal.keep(3, 0, EngineError("the engine crashed: é"))
    journal.keep(3, 1, "hung")
    # Not closed: whoever is killed closes nothing.
    assert kept(path) == {(7, 2): audio(1).samples.tobytes(), (3, 0): "the engine crashed: é", (3, 1): "hung"}
    assert journal.found()[7, 2].sample_rate == 44100  # type: ignore[union-attr]
    journal.close()


def test_of_two_for_one_note_the_later_is_found(path: Path) -> None:
    journal = Journal.open(path, recipe())
    journal.keep(1, 0, "failed")
    journal.keep(1, 0, audio(2))
    journal.close()
    assert kept(path) == {(1, 0): audio(2).samples.tobytes()}


def test_a_torn_end_costs_the_torn_record_only(path: Path) -> None:
    journal = Journal.open(path, recipe())
    sizes = []
    for number in range(3):
        journal.keep(number, 0, audio(number))
        sizes.append(journal_path(path).stat().st_size)
    journal.close()
    whole = journal_path(path).read_bytes()
    for size in range(sizes[1], sizes[2], 37):
        journal_path(path).write_bytes(whole[:size])
        assert set(kept(path)) == {(0, 0), (1, 0)}
        assert journal_path(path).stat().st_size == sizes[1]


def test_what_comes_after_a_torn_record_is_kept_again(path: Path) -> None:
    journal = Journal.open(path, recipe())
    journal.keep(0, 0, audio(0))
    journal.keep(1, 0, audio(1))
    journal.close()
    os.truncate(journal_path(path), journal_path(path).stat().st_size - 5)
    journal = Journal.open(path, recipe())
    journal.keep(2, 0, audio(2))
    journal.close()
    assert set(kept(path)) == {(0, 0), (2, 0)}


@pytest.mark.parametrize("place", [0.3, 0.6, 0.95])
def test_a_flipped_byte_is_never_taken_for_sound(path: Path, place: float) -> None:
    journal = Journal.open(path, recipe())
    wanted = {(number, 0): audio(number).samples.tobytes() for number in range(3)}
    for number in range(3):
        journal.keep(number, 0, audio(number))
    journal.close()
    data = bytearray(journal_path(path).read_bytes())
    data[round(place * len(data))] ^= 0xFF
    journal_path(path).write_bytes(data)
    found = kept(path)
    assert found.items() < wanted.items()


@pytest.mark.parametrize("content", [b"", b"something else", b"x" * 5000])
def test_a_file_that_is_no_journal_of_ours_is_begun_anew(path: Path, content: bytes) -> None:
    journal_path(path).write_bytes(content)
    assert kept(path) == {}


def test_a_journal_of_another_recipe_is_begun_anew(path: Path) -> None:
    journal = Journal.open(path, recipe(seed=1))
    journal.keep(0, 0, audio(0))
    journal.close()
    assert kept(path) == {}


def test_what_is_forgotten_gives_its_room_back(path: Path) -> None:
    journal = Journal.open(path, recipe())
    empty = journal_path(path).stat().st_size
    for number in range(4):
        journal.keep(number, 0, audio(number))
    journal.forget_before(2)
    assert set(journal.found()) == {(2, 0), (3, 0)}
    journal.forget_before(4)
    assert journal.found() == {}
    assert journal_path(path).stat().st_size == empty
    journal.keep(9, 0, audio(9))
    journal.close()
    assert set(kept(path)) == {(9, 0)}


def test_it_stays_small_where_there_is_always_something_to_keep(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ROOM", 4000)
    journal = Journal.open(path, recipe())
    for number in range(200):
        journal.keep(number + 1, 0, audio(number + 1))
        journal.forget_before(number)
        assert journal_path(path).stat().st_size < 10_000
    assert set(journal.found()) == {(199, 0), (200, 0)}
    journal.close()
    assert kept(path).items() >= {(n, 0): audio(n).samples.tobytes() for n in (199, 200)}.items()
    assert [file.name for file in path.parent.iterdir()] == ["data.h5.journal"]


def test_a_full_disk_costs_one_record_and_no_other(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.open(path, recipe())
    journal.keep(0, 0, audio(0))
    real = os.write
    calls = iter(range(10))

    def full(number: int, data: memoryview) -> int:
        if next(calls) >= 1:
            raise OSError(28, "No space left on device")
        return real(number, data[:20])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OutputError, match=r"data\.h5\.journal: the disk is full"):
            journal.keep(1, 0, audio(1))
    journal.keep(2, 0, audio(2))
    journal.close()
    assert set(kept(path)) == {(0, 0), (2, 0)}


def test_no_folder_for_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="its folder does not exist"):
        Journal.open(tmp_path / "nowhere" / "data.h5", recipe())


def test_discarded_it_is_gone(path: Path) -> None:
    journal = Journal.open(path, recipe())
    journal.keep(0, 0, audio(0))
    journal.discard()
    journal.close()
    assert not journal_path(path).exists()
