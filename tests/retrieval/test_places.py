from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.errors import LibraryError
from patchpilot.retrieval import places
from patchpilot.retrieval.places import best_library, find, library_files, opened
from tests.retrieval.fakes import built, newer
from tests.toy import Toy

pytestmark = pytest.mark.usefixtures("own_libraries")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library file of 40 rows, to be read only."""
    place = tmp_path_factory.mktemp("library") / "toy.npz"
    built(place)
    return place


def test_the_users_folder_is_the_systems_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PATCHPILOT_LIBRARIES")
    assert places.user_folder().name == "libraries"
    monkeypatch.setenv("PATCHPILOT_LIBRARIES", "here")
    assert places.user_folder() == Path("here")


def test_libraries_are_found_by_name_or_file(path: Path, tmp_path: Path) -> None:
    assert library_files() == []
    with pytest.raises(LibraryError, match="no library 'toy'; there are: none"):
        find("toy")
    for folder in ("shipped", "mine"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "toy.npz").write_bytes(path.read_bytes())
    assert [file.parent.name for file in library_files()] == ["shipped", "mine"]
    assert find("toy") == tmp_path / "mine" / "toy.npz"
    assert find(path) == path
    with pytest.raises(LibraryError, match="no library 'cake'; there are: toy"):
        find("cake")


def test_the_best_library_is_the_largest_that_fits(path: Path, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no library of toy can be used: there is none"):
        best_library(Toy())
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "damaged.npz").write_bytes(b"damaged")
    built(mine / "newer.npz", 70, toy=newer(Toy()))
    with pytest.raises(
        LibraryError, match=r"damaged.npz: cannot be read.*engine version is '2' in the library"
    ):
        best_library(Toy())
    (mine / "toy.npz").write_bytes(path.read_bytes())
    built(mine / "small.npz", 30)
    assert len(best_library(Toy())) == 40


def test_libraries_of_others_are_not_spoken_of(tmp_path: Path) -> None:
    class Other(Toy):
        name = "other"

    (tmp_path / "mine").mkdir()
    built(tmp_path / "mine" / "other.npz", toy=Other())
    with pytest.raises(
        LibraryError, match=r"no library of toy can be used: there is none\. Build one"
    ) as raised:
        best_library(Toy())
    assert "other" not in str(raised.value)
    assert len(best_library(Other())) == 40


def test_an_open_library_is_kept_until_its_file_changes(path: Path, tmp_path: Path) -> None:
    place = tmp_path / "toy.npz"
    place.write_bytes(path.read_bytes())
    assert opened(place) is opened(place)
    built(tmp_path / "other.npz", 30)
    (tmp_path / "other.npz").replace(place)
    assert len(opened(place)) == 30
    place.unlink()
    with pytest.raises(LibraryError, match="No such file"):
        opened(place)
