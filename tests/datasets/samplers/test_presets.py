"""Presets are read in a fixed order, each sound once; what is none is listed, and costs nothing else."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from patchpilot.datasets.presets.files import PatchStore, preset_files
from patchpilot.datasets.samplers.presets import Presets
from patchpilot.datasets.tiers import reduced
from patchpilot.errors import ParameterError, PatchError
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Patch, Space
from tests.cli.command_line import linux
from tests.datasets.presets.shelf import Shelf


@pytest.fixture
def shelf(space: Space, tmp_path: Path) -> Shelf:
    return Shelf(space, tmp_path / "assets")


@pytest.fixture
def store(tmp_path: Path) -> PatchStore:
    return PatchStore(tmp_path / "store")


@pytest.fixture
def folder(shelf: Shelf, random_patch: Callable[[int], Patch], tmp_path: Path) -> Path:
    """Three presets, the last of which sounds like the first."""
    for name, seed in {"b.vital": 1, "Pads/Glass.vital": 2, "Pads/a copy.VITAL": 1}.items():
        shelf.export(random_patch(seed), tmp_path / "presets" / name)
    return tmp_path / "presets"


def test_presets_come_in_order_of_their_names_each_sound_once(
    shelf: Shelf, folder: Path, store: PatchStore, random_patch: Callable[[int], Patch]
) -> None:
    presets = Presets.read(shelf, folder, 3, store=store)
    drafts = [presets.draft(i) for i in range(presets.n_patches)]
    assert [draft.name for draft in drafts] == ["Pads/Glass.vital", "Pads/a copy.VITAL"]
    assert [draft.patch for draft in drafts] == [random_patch(2), random_patch(1)]
    assert all(draft.source == "preset" for draft in drafts)
    assert presets.repeated == (folder / "b.vital",)
    assert not presets.refused


@pytest.mark.parametrize("tier", [1, 2, 3])
def test_they_are_reduced_to_the_tier(
    shelf: Shelf, folder: Path, store: PatchStore, random_patch: Callable[[int], Patch], tier: int
) -> None:
    presets = Presets.read(shelf, folder, tier, store=store)
    assert presets.draft(0).patch == reduced(shelf.space, random_patch(2), tier)
    assert presets.draft(0).patch.sha256 in presets.text


def test_garbage_costs_nothing_but_itself(
    shelf: Shelf, store: PatchStore, random_patch: Callable[[int], Patch], tmp_path: Path
) -> None:
    folder = tmp_path / "hundred"
    for i in range(90):
        shelf.export(random_patch(i), folder / f"{i}.vital")
    for i in range(10):
        (folder / f"bad {i}.vital").write_bytes([b"", b"\xff\xfe\x00", b"{}", b"[" * 10, b"\0" * 99][i % 5])
    presets = Presets.read(shelf, folder, 3, store=store)
    assert len(presets) == 90
    assert {path.name for path in presets.refused} == {f"bad {i}.vital" for i in range(10)}
    assert all(reason and "bad " not in reason for reason in presets.refused.values())


def test_real_files_are_read_by_the_engine(
    vital: Vital, store: PatchStore, random_patch: Callable[[int], Patch], tmp_path: Path
) -> None:
    table = random_patch(3).changed(vital.space, assets={"wavetable_1": built_in("Vowels")})
    for name, patch in {"Vowels": table, "Plain": random_patch(4)}.items():
        vital.export(patch, tmp_path / f"{name}.vital")
    (tmp_path / "cut.vital").write_bytes((tmp_path / "Plain.vital").read_bytes()[:5000])
    (tmp_path / "latin.vital").write_bytes(b'{"author": "\xe9"}')
    (tmp_path / "folder.vital").mkdir()
    presets = Presets.read(vital, tmp_path, 3, store=store)
    assert {preset.name: presets.patch(i) for i, preset in enumerate(presets.presets)} == {
        "Vowels.vital": table,
        "Plain.vital": random_patch(4),
    }
    assert "was the file cut off?" in presets.refused[tmp_path / "cut.vital"]
    assert "not text" in presets.refused[tmp_path / "latin.vital"]


def test_what_was_read_once_is_not_asked_of_the_engine_again(
    shelf: Shelf, folder: Path, store: PatchStore
) -> None:
    first = Presets.read(shelf, folder, 3, store=store)
    n_read = shelf.n_read
    again = Presets.read(shelf, folder, 3, store=PatchStore(store.folder))
    assert shelf.n_read == n_read
    assert again.text == first.text
    assert [again.patch(i) for i in range(2)] == [first.patch(i) for i in range(2)]


def test_a_folder_that_changed_has_another_text(
    shelf: Shelf, folder: Path, store: PatchStore, random_patch: Callable[[int], Patch]
) -> None:
    before = Presets.read(shelf, folder, 3, store=store).text
    shelf.export(random_patch(5), folder / "b.vital")
    assert Presets.read(shelf, folder, 3, store=store).text != before


def test_where_nothing_can_be_kept_patches_stay_in_memory(
    shelf: Shelf, folder: Path, tmp_path: Path, random_patch: Callable[[int], Patch]
) -> None:
    (tmp_path / "file").write_text("in the way")
    presets = Presets.read(shelf, folder, 3, store=PatchStore(tmp_path / "file" / "store"))
    assert presets.patch(0) == random_patch(2)


def test_a_damaged_store_is_read_anew(shelf: Shelf, folder: Path, store: PatchStore) -> None:
    first = Presets.read(shelf, folder, 3, store=store)
    for path in store.folder.rglob("*.json"):
        path.write_text("{")
    assert Presets.read(shelf, folder, 3, store=PatchStore(store.folder)).text == first.text


def test_a_cache_that_was_emptied_meanwhile_is_told(shelf: Shelf, folder: Path, store: PatchStore) -> None:
    presets = pickle.loads(pickle.dumps(Presets.read(shelf, folder, 3, store=PatchStore(store.folder))))
    for path in store.folder.rglob("*.json"):
        path.unlink()
    with pytest.raises(PatchError, match="was the cache emptied"):
        presets.patch(0)


def test_a_folder_without_a_preset_tells_the_first_reasons(
    shelf: Shelf, store: PatchStore, tmp_path: Path
) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    with pytest.raises(PatchError, match="is it the right folder"):
        Presets.read(shelf, folder, 3, store=store)
    for i in range(5):
        (folder / f"{i}.vital").write_text("nothing")
    with pytest.raises(PatchError, match=r"none of the 5 .*0\.vital: no preset.*and 2 more"):
        Presets.read(shelf, folder, 3, store=store)
    with pytest.raises(PatchError, match="it is not there"):
        Presets.read(shelf, tmp_path / "absent", 3, store=store)


@pytest.mark.parametrize("index", [-1, 2])
def test_a_place_that_is_not_there_is_refused(
    shelf: Shelf, folder: Path, store: PatchStore, index: int
) -> None:
    with pytest.raises(ParameterError, match=r"0\.\.1"):
        Presets.read(shelf, folder, 3, store=store).draft(index)


@linux
def test_links_that_go_round_and_odd_files_end_nothing(
    shelf: Shelf, folder: Path, store: PatchStore, tmp_path: Path
) -> None:
    (folder / "Pads" / "loop").symlink_to(folder)
    (folder / "broken.vital").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe.vital")
    (folder / os.fsdecode(b"odd \xff.vital")).write_text("{}")
    (folder / ".hidden.vital").write_text("{}")
    with (folder / "huge.vital").open("wb") as file:
        file.truncate(2**40)
    reads = Vital(workers=1)
    try:
        refusing = Presets.read(_Careful(shelf, reads), [folder, folder], 3, store=store)
    finally:
        reads.close()
    assert len(refusing) == 2
    assert {path.name for path in refusing.refused} == {
        "broken.vital", "pipe.vital", os.fsdecode(b"odd \xff.vital"), "huge.vital",
    }  # fmt: skip
    assert any("\N{REPLACEMENT CHARACTER}" in file.name for file in preset_files([folder], ".vital"))


class _Careful(Shelf):
    """Reads what the shelf can, and asks Vital about the rest."""

    def __init__(self, shelf: Shelf, vital: Vital) -> None:
        super().__init__(shelf.space, shelf.assets.folder)
        self._vital = vital

    def load(self, path: Path | str) -> Patch:
        if Path(path).is_file() and Path(path).stat().st_size < 2**20:
            return super().load(path)
        return self._vital.load(path)
