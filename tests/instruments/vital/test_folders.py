"""Vital's preset folders are found on each system, where its configuration says, and only those that are there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from patchpilot.instruments.vital import folders

USUAL = {"linux": ".local/share/vital", "darwin": "Music/Vital", "win32": "Documents/Vital"}
CONFIG = {
    "linux": (".config/.vital/Vital.config", ".vital/Vital.config"),
    "darwin": (
        "Library/Application Support/vital/Vital.config",
        "Library/Application Support/Vital/Vital.config",
    ),
    "win32": ("AppData/Roaming/vital/Vital.config",),
}


@pytest.fixture(params=["linux", "darwin", "win32"])
def system(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each system, with a home that is empty."""
    name: str = request.param
    monkeypatch.setattr(sys, "platform", name)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("APPDATA", str(tmp_path / "AppData" / "Roaming"))
    monkeypatch.delenv("PATCHPILOT_VITAL_PRESETS", raising=False)
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: tmp_path / "Documents")
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: tmp_path / ".local" / "share" / name)
    monkeypatch.setattr("platformdirs.user_config_path", lambda: tmp_path / ".config")
    return name


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")


def test_where_there_is_no_vital_there_are_no_folders(system: str, tmp_path: Path) -> None:
    assert folders.preset_folders() == []
    assert folders.user_presets() == tmp_path / USUAL[system] / "User" / "Presets"


def test_user_factory_and_packs_are_found(system: str, tmp_path: Path) -> None:
    root = tmp_path / USUAL[system]
    make(
        root, "User/Presets/a.vital", "Factory/Presets/b.vital", "Pack/Presets/Bass/c.vital", "By hand/d.vital",
        "User/Wavetables/x.vitaltable", "Skins/y.vitalskin", "errors.txt",
    )  # fmt: skip
    assert folders.preset_folders() == [
        root / "User" / "Presets", root / "By hand", root / "Factory" / "Presets", root / "Pack" / "Presets",
    ]  # fmt: skip


def test_the_configurations_data_folder_comes_first(system: str, tmp_path: Path) -> None:
    chosen = tmp_path / "Elsewhere"
    make(chosen, "User/Presets/a.vital")
    make(tmp_path / USUAL[system], "Factory/Presets/b.vital")
    for config in CONFIG[system]:
        path = tmp_path / config
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"data_directory": str(chosen), "author": "me"}))
        assert folders.user_presets() == chosen / "User" / "Presets"
        assert folders.preset_folders() == [
            chosen / "User" / "Presets",
            tmp_path / USUAL[system] / "Factory" / "Presets",
        ]
        path.unlink()


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"data_directory": 3}', '{"data_directory": "/no/such"}', "\xff"]
)
def test_a_configuration_that_says_nothing_is_passed_over(system: str, tmp_path: Path, text: str) -> None:
    make(tmp_path, CONFIG[system][0])
    (tmp_path / CONFIG[system][0]).write_text(text, encoding="latin-1")
    assert folders.data_folders() == [tmp_path / USUAL[system]]


def test_the_environment_names_another_user_folder(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / USUAL[system], "Factory/Presets/b.vital")
    make(tmp_path / "mine", "a.vital")
    monkeypatch.setenv("PATCHPILOT_VITAL_PRESETS", str(tmp_path / "mine"))
    assert folders.user_presets() == tmp_path / "mine"
    assert folders.preset_folders()[0] == tmp_path / "mine"
