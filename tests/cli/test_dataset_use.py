"""`patchpilot dataset importance` and `dataset export` as their user meets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from patchpilot import registry
from patchpilot.audio import Audio
from patchpilot.space import Patch, Performance
from tests.cli.command_line import Cli, one_error
from tests.datasets.small import Buzzing, small


class Stopped(Buzzing):
    """One whose user presses Ctrl-C after some renders."""

    def render(self, patch: Patch, performance: Performance) -> Audio:
        if type(self).left == 0:
            raise KeyboardInterrupt
        type(self).left -= 1
        return super().render(patch, performance)

    left = 10**9


@pytest.fixture(autouse=True)
def _toy(monkeypatch: pytest.MonkeyPatch) -> None:
    real = registry.load
    monkeypatch.setattr(Stopped, "left", 10**9)

    def load(group: str, name: str) -> Any:
        return Stopped if (group, name) == ("instruments", "toy") else real(group, name)

    monkeypatch.setattr(registry, "load", load)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("use") / "data.h5"
    small(path, 16).close()
    return path


def test_importance_writes_json_and_prints_a_table(cli: Cli, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "importance.json"
    ran = cli("dataset", "importance", data, "--out", out, "-n", "4")
    assert (ran.code, ran.err) == (0, "")
    said = json.loads(out.read_text())
    assert set(said["parameters"]) == {"level", "transpose", "buzz_on", "buzz", "idle"}
    assert set(said["parameters"]["buzz"]) >= {"mean", "low", "high", "heard", "weight"}
    lines = ran.out.splitlines()
    assert lines[0] == "4 patches of toy, 5 parameters, each moved by 10% of its range"
    assert [line.split()[0] for line in lines[3:]] == list(said["parameters"])
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    assert "exists and is kept" in one_error(cli("dataset", "importance", data, "--out", out))
    again = cli("dataset", "importance", data, "--out", out, "-n", "4", "--force", "--json")
    assert json.loads(again.out) == said == json.loads(out.read_text())


def test_an_interrupted_importance_goes_on(
    cli: Cli, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("dataset", "importance", data, "-n", "4", "--parameters", "buzz,idle")
    monkeypatch.setattr(Stopped, "left", 9)
    ran = cli(*command, "--out", tmp_path / "a.json")
    assert ran.code == 130
    assert "patches that were done are kept" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.json.bases"]
    monkeypatch.setattr(Stopped, "left", 10**9)
    assert cli(*command, "--out", tmp_path / "a.json").code == 0
    assert cli(*command, "--out", tmp_path / "b.json").code == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_importance_with_other_arguments_does_not_go_on(
    cli: Cli, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("dataset", "importance", data, "-n", "4", "--parameters", "buzz", "--out", tmp_path / "a.json")
    monkeypatch.setattr(Stopped, "left", 5)
    assert cli(*command).code == 130
    monkeypatch.setattr(Stopped, "left", 10**9)
    assert "holds an unfinished measurement" in one_error(cli(*command, "--seed", "1"))
    assert cli(*command, "--seed", "1", "--force").code == 0


def test_bad_input_is_told_in_a_sentence(cli: Cli, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    importance = ("dataset", "importance", data, "--out", out)
    assert "no parameter 'buz'" in one_error(cli(*importance, "--parameters", "buz"))
    nowhere = tmp_path / "nowhere" / "a.json"
    assert "its folder does not exist" in one_error(cli("dataset", "importance", data, "--out", nowhere))
    (tmp_path / "text.h5").write_text("This is no dataset.")
    for command in (("importance",), ("export", "--format", "parquet")):
        wrong = cli("dataset", *command, tmp_path / "text.h5", "--out", out)
        assert str(tmp_path / "text.h5") in one_error(wrong)
    export = ("dataset", "export", data, "--format", "webdataset", "--out", out)
    assert "0 <= A < B <= 16, got 9:40" in one_error(cli(*export, "--rows", "9:40"))
    assert cli(*export, "--rows", "nine").code == 2
    assert cli("dataset", "importance", data, "--out", out, "--step", "0.7").code == 2
    assert not out.exists()


def test_export_writes_a_folder_and_says_what(cli: Cli, data: Path, tmp_path: Path) -> None:
    for kind, files in (("webdataset", 2), ("parquet", 2), ("presets", 12)):
        rows = () if kind == "presets" else ("--shard-rows", "3")
        command = ("dataset", "export", data, "--format", kind, "-o", tmp_path / kind, "--rows", "4:10")
        ran = cli(*command, *rows)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == f"{tmp_path / kind}: 6 rows in {files} files\n"
        assert cli(*command, *rows) == ran  # whole already
    assert "holds another export" in one_error(cli(*command, "--audio", "none"))
    assert cli(*command, "--audio", "none", "--force").code == 0
    assert len(list((tmp_path / "presets").glob("*.toy"))) == 6
    assert not list((tmp_path / "presets").glob("*.wav"))
