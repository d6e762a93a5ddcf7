from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command_line import Cli
from tests.selfplay.golden.loved import folder


def test_sounds_come_in_are_shown_and_go(cli: Cli, tmp_path: Path) -> None:
    loves, place = folder(tmp_path / "loves"), ("--golden", tmp_path / "g")
    added = cli("golden", "add", loves, *place)
    assert added.code == 0
    assert "3 added, 3 in" in added.out
    assert "there already:" in added.out
    assert "left out:" in added.out
    assert "Traceback" not in added.err
    listed = json.loads(cli("golden", "list", "--json", *place).out)
    assert [item["name"] for item in listed] == ["b.wav", "a.wav", "loop.wav"]
    said = json.loads(cli("golden", "describe", "--embedding", "spectral", "--json", *place).out)
    assert said["sounds"] == 3
    assert "120 BPM" in cli("golden", "describe", "--embedding", "spectral", *place).out.replace(
        "120.0", "120"
    )
    assert cli("golden", "remove", "a.wav", *place).out == "removed a.wav\n"
    gone = cli("golden", "remove", "a.wav", *place)
    assert gone.code == 1
    assert "no sound 'a.wav'" in gone.err


def test_garbage_alone_is_an_error_and_an_empty_set_is_said(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "words.wav").write_text("words")
    failed = cli("golden", "add", tmp_path / "words.wav", "--golden", tmp_path / "g")
    assert failed.code == 1
    assert "left out" in failed.out
    empty = cli("golden", "list", "--golden", tmp_path / "g")
    assert empty.code == 0
    assert "the golden set is empty" in empty.err


def test_priming_without_golden_sounds_says_how_to_add_them(cli: Cli, tmp_path: Path) -> None:
    primed = cli("play", "prime", "--golden", tmp_path / "g")
    assert primed.code == 1
    assert "golden add DIR" in primed.err
