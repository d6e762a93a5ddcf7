"""`patchpilot instrument scan`, `list` and `show`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from patchpilot.cli._main import _patchpilot

pytest.importorskip("dawdreamer", reason="plug-ins need DawDreamer: pip install 'patchpilot[racks]'")


def said(*arguments: str | Path) -> str:
    run = CliRunner().invoke(_patchpilot, list(map(str, arguments)))
    assert run.exit_code == 0, run.output
    return run.stdout


def test_a_scan_says_a_line_for_each_plugin_and_a_list_remembers(
    faulty: Callable[[str], Path], amsynth: Path
) -> None:
    bad = faulty("crashes")
    lines = said("instrument", "scan", bad, amsynth).splitlines()
    assert lines == [
        f"BAD              {bad}: crashed (SIGSEGV) when it was loaded",
        f"VST2 instrument  {amsynth}: 41 parameters, reproducible when fresh",
    ]
    rows = json.loads(said("instrument", "scan", "--json", bad, amsynth))
    assert [row["ok"] for row in rows] == [False, True]
    assert rows[1]["name"] == "plugin:amsynth_vst.so"
    listed = {row["name"]: row["kind"] for row in json.loads(said("instrument", "list", "--json"))}
    assert listed["plugin:amsynth_vst.so"] == "VST2 instrument"
    assert listed[str(bad)] == "bad plug-in"
    assert listed["vital"] == "registered"
    assert "plugin:amsynth_vst.so" in said("instrument", "list")


def test_what_can_be_turned_is_shown_with_what_it_says(amsynth: Path) -> None:
    rows = {row["name"]: row for row in json.loads(said("instrument", "show", f"plugin:{amsynth}", "--json"))}
    assert len(rows) == 41
    assert rows["filter_cutoff"]["text"] == "0.25 … 32" or rows["filter_cutoff"]["text"].startswith("0.25 … ")
    assert rows["osc1_waveform"]["text"] == "0, 1, 2, 3, 4"
    assert rows["amp_release"]["automatable"] is False
    assert "41 parameters" in said("instrument", "show", f"plugin:{amsynth}")


def test_a_folder_without_plugins_is_told(tmp_path: Path) -> None:
    assert said("instrument", "scan", tmp_path) == f"no plug-ins in {tmp_path}\n"
