"""`patchpilot rack`, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from patchpilot.instruments.rack.rack import Rack
from patchpilot.modules import gain, lfo, node, player, poly, saw
from patchpilot.space import Patch
from tests.cli.command_line import Cli


@pytest.fixture
def file(tmp_path: Path) -> Path:
    voice = node(gain, "level")
    with Rack("tremble", saw >> voice, lfo >> voice["level_db"], workers=1) as rack:
        rack.export(Patch.make(rack.space), tmp_path / "tremble.rack.json")
    return tmp_path / "tremble.rack.json"


def test_modules_are_listed_and_told_of(cli: Cli) -> None:
    listed = cli("rack", "modules")
    assert listed.code == 0
    assert "ladder " in listed.out
    page = cli("rack", "modules", "ladder").out
    assert "hears audio (audio)" in page
    assert "cutoff" in page
    assert "Hz" in page
    assert "may move" in page
    told = json.loads(cli("rack", "modules", "saw", "--json").out)
    assert told[0]["name"] == "saw"
    assert told[0]["parameters"]
    assert told[0]["assets"] == {}
    assert "a slot for" not in page
    unknown = cli("rack", "modules", "nothing")
    assert unknown.code == 1
    assert "no 'nothing' among the modules" in unknown.err


def test_a_rack_is_shown_and_drawn(file: Path, tmp_path: Path, cli: Cli) -> None:
    shown = cli("rack", "show", str(file))
    assert shown.code == 0
    assert "lfo.out → level.level_db" in shown.out
    assert "saw_semitones" in shown.out
    assert json.loads(cli("rack", "show", str(file), "--json").out)["wires"]
    assert cli("rack", "draw", str(file), "-o", str(tmp_path / "rack.svg")).code == 0
    assert ">tremble<" not in (tmp_path / "rack.svg").read_text()
    assert all(f">{name}<" in (tmp_path / "rack.svg").read_text() for name in ("saw", "lfo", "level"))


def test_slots_for_sounds_are_told_of(cli: Cli, tmp_path: Path) -> None:
    assert "sample                   a slot for a sound of your own" in cli("rack", "modules", "player").out
    assert json.loads(cli("rack", "modules", "granulator", "--json").out)[0]["assets"] == {"sample": "audio"}
    with Rack("hits", poly(player, voices=2), workers=1) as rack:
        rack.export(Patch.make(rack.space), tmp_path / "hits.toml")
    shown = cli("rack", "show", str(tmp_path / "hits.toml")).out
    assert "poly                 Up to 2 notes at once, each through player." in shown
    assert "poly_player_sample       a slot for a sound of your own" in shown


def test_what_is_no_rack_is_refused(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "no.json").write_text("[]")
    refused = cli("rack", "show", str(tmp_path / "no.json"))
    assert refused.code == 1
    assert "expected a rack of format" in refused.err
