"""`dataset presets` and `dataset wavetables` as a user meets them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from patchpilot.instruments.vital.assets import wavetable
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Patch
from tests.cli.command_line import Cli


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PATCHPILOT_PRESET_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PATCHPILOT_VITAL_PRESETS", raising=False)


@pytest.fixture
def pack(vital: Vital, tmp_path: Path) -> Path:
    """A folder with a preset that has a table of its own, and a file that is none."""
    folder = tmp_path / "pack"
    folder.mkdir()
    table = wavetable([[(-1.0) ** i for i in range(2048)]])
    patch = Patch.make(vital.space, assets={"wavetable_1": table}, info={"assets": {"wavetable_1": "Harsh"}})
    vital.export(patch, folder / "Harsh lead.vital")
    (folder / "bad.vital").write_text("{")
    return folder


def test_collections_are_fetched_once_and_listed(cli: Cli, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        archive.writestr("a.vital", "{}")
        archive.writestr("LICENSE", "MIT License")
    run = cli("dataset", "presets", "fetch", tmp_path / "pack.zip", "--out", tmp_path / "out")
    assert run.code == 0
    assert "licence MIT" in run.out
    again = cli("dataset", "presets", "fetch", tmp_path / "pack.zip", "--out", tmp_path / "out")
    assert "it is there already" in again.err
    (tmp_path / "data/vital/User/Presets").mkdir(parents=True)
    (tmp_path / "data/vital/User/Presets/mine.vital").write_text("{}")
    said = json.loads(cli("dataset", "presets", "list", "--out", tmp_path / "out", "--json").out)
    assert said["own"] == [{"folder": str(tmp_path / "data/vital/User/Presets"), "presets": 1}]
    assert [(row["presets"], row["licence"]["spdx"]) for row in said["fetched"]] == [(1, "MIT")]
    listed = cli("dataset", "presets", "list", "--out", tmp_path / "out")
    assert "User/Presets" in listed.out


def test_a_url_that_fails_hinders_no_other(cli: Cli, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        archive.writestr("a.vital", "{}")
    urls = (tmp_path / "no.zip", tmp_path / "pack.zip")
    run = cli("dataset", "presets", "fetch", *urls, "--out", tmp_path / "out", "--json")
    assert run.code == 1
    assert run.err.count("Error: ") == 1
    assert "there is no such file" in run.err
    assert [row["presets"] for row in json.loads(run.out)] == [1]


def test_wavetables_are_collected(cli: Cli, pack: Path, tmp_path: Path) -> None:
    run = cli("dataset", "wavetables", pack, "--out", tmp_path / "catalog")
    assert run.code == 0
    assert run.out.split()[:3] == ["Harsh", "1", "frames"]
    assert "bad.vital is left out" in run.err
    said = json.loads(cli("dataset", "wavetables", pack, "--out", tmp_path / "catalog", "--json").out)
    assert [table["name"] for table in said["tables"]] == ["Harsh"]
    assert said["presets"] == 1
    assert list(said["refused"]) == [str(pack / "bad.vital")]


def test_without_a_folder_the_instruments_own_are_meant(cli: Cli, pack: Path, tmp_path: Path) -> None:
    nothing = cli("dataset", "wavetables", "--out", tmp_path / "catalog")
    assert nothing.code == 1
    assert "no preset folders" in nothing.err
    (tmp_path / "data/vital/Pack").mkdir(parents=True)
    pack.rename(tmp_path / "data/vital/Pack/Presets")
    assert cli("dataset", "wavetables", "--out", tmp_path / "catalog").out.startswith("Harsh")
