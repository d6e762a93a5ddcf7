from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.errors import PluginError
from patchpilot.instruments.plugin import find as finding
from patchpilot.instruments.plugin.catalogue import Catalogue, Entry
from patchpilot.instruments.plugin.find import find
from patchpilot.modules.hosting.folders import plugin_files
from tests.instruments.plugin.test_catalogue import info


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Standard folders of this test's own, with plug-ins of which everything is known."""
    for name in (
        "user/Bass.vst3",
        "everybody/Bass.vst3",
        "everybody/maker/Strings-vst.so",
        "everybody/Stringer.so",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x7fELF")
        catalogue.put(Entry(path, info(path)))
    places = [tmp_path / "user", tmp_path / "everybody"]
    monkeypatch.setattr(finding, "standard_folders", lambda: places)
    return tmp_path


def test_plugins_are_found_by_name_and_the_user_s_own_first(folder: Path, catalogue: Catalogue) -> None:
    assert find("bass", catalogue=catalogue).path == str(folder / "user/Bass.vst3")
    assert find("strings", catalogue=catalogue).path == str(folder / "everybody/maker/Strings-vst.so")
    assert find("Stringe", catalogue=catalogue).file == "Stringer.so"
    path = folder / "everybody/Bass.vst3"
    assert find(str(path), catalogue=catalogue).path == str(path)


def test_what_may_be_several_is_told_and_so_is_what_is_none(catalogue: Catalogue) -> None:
    with pytest.raises(PluginError, match=r"may be any of these plug-ins: .*Stringer.so.*Strings-vst.so"):
        find("str", catalogue=catalogue)
    with pytest.raises(PluginError, match="did you mean Bass"):
        find("bazz", catalogue=catalogue)
    with pytest.raises(PluginError, match="there are: Bass, Stringer, Strings"):
        find("xyzzy", catalogue=catalogue)


def test_one_that_was_bad_says_why(folder: Path, catalogue: Catalogue) -> None:
    path = folder / "user/Bass.vst3"
    catalogue.put(Entry(path, None, "crashed (SIGSEGV) when it was loaded"))
    with pytest.raises(PluginError, match=r"Bass.vst3 cannot be used: crashed \(SIGSEGV\)"):
        find("bass", catalogue=catalogue)


def test_files_are_found_once_and_bundles_are_not_entered(tmp_path: Path) -> None:
    tmp_path = tmp_path / "own"
    bundle = tmp_path / "A.vst3" / "Contents" / "x86_64-linux"
    bundle.mkdir(parents=True)
    (bundle / "A.so").write_bytes(b"\x7fELF")
    (tmp_path / "notes.txt").write_text("no plug-in")
    (tmp_path / "B.so").symlink_to(tmp_path / "A.vst3")
    assert plugin_files([tmp_path, tmp_path / "A.vst3"]) == [tmp_path / "A.vst3"]
    assert plugin_files([tmp_path / "none.so"]) == [tmp_path / "none.so"]
