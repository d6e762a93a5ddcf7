"""Versions are kept side by side; what is in use is whole, and the one before is a step away."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.errors import OutputError, ParameterError
from patchpilot.selfplay.learning.versions import SHIPPED, Versions


def made(versions: Versions, text: str) -> int:
    path = versions.next_path()
    path.mkdir(parents=True)
    (path / "weights").write_text(text)
    (path / "training.lock").write_text("")
    return versions.add(0.5, 0.6)


def test_promotion_and_the_way_back(tmp_path: Path) -> None:
    versions = Versions(tmp_path / "learned", tmp_path / "user" / "mine")
    assert (versions.in_use, versions.known) == (SHIPPED, [])
    first, second = made(versions, "one"), made(versions, "two")
    assert (first, second) == (1, 2)
    assert not versions.place.exists()
    versions.promote(first)
    versions.promote(second)
    assert versions.in_use == 2
    assert {path.name for path in versions.place.iterdir()} == {"weights"}
    assert (versions.place / "weights").read_text() == "two"
    assert versions.roll_back() == 1
    assert (versions.place / "weights").read_text() == "one"
    assert versions.roll_back() == SHIPPED
    assert not versions.place.exists()
    assert [version.number for version in versions.known] == [1, 2]
    with pytest.raises(ParameterError, match="nothing to roll back"):
        versions.roll_back()


def test_a_kill_between_history_and_place_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = Versions(tmp_path / "learned", tmp_path / "user" / "mine")
    path = versions.next_path()
    path.mkdir(parents=True)
    (path / "weights").write_text("one")
    assert versions.add(0.4, 0.5, source="abc", better=True) == 1
    assert versions.in_use == 1
    assert not versions.place.exists()  # killed here
    again = Versions(versions.folder, versions.place)
    again.settle()
    assert (again.place / "weights").read_text() == "one"
    found = again.of("abc")
    assert found is not None
    assert (found.number, found.better) == (1, True)
    assert again.of("def") is None

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    made(versions, "two")
    monkeypatch.setattr("shutil.copytree", fails)
    with pytest.raises(OutputError):
        versions.promote(2)
    assert (again.in_use, (again.place / "weights").read_text()) == (1, "one")


def test_what_is_not_there(tmp_path: Path) -> None:
    versions = Versions(tmp_path / "learned", tmp_path / "mine")
    with pytest.raises(OutputError, match="not there"):
        versions.add(0.1, 0.2)
    with pytest.raises(ParameterError, match="no version 4"):
        versions.promote(4)
    (tmp_path / "learned").mkdir()
    (tmp_path / "learned" / "versions.json").write_text("[")
    with pytest.raises(ParameterError, match="damaged"):
        _ = versions.known
