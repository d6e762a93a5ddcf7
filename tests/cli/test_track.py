from __future__ import annotations

import json
from pathlib import Path

import pytest

from patchpilot.audio import save
from tests.cli.command_line import Cli
from tests.tracks.beating import beat


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_a_file_is_told_and_drawn(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    save(beat(140.0, 12, bass=0.3), path)
    said = cli("track", "analyze", path, "--report", "--out", tmp_path / "pages")
    assert said.code == 0
    assert "140.00 BPM" in said.out
    assert "note: mono" in said.out
    assert "</svg>" in (tmp_path / "pages" / "song.track.html").read_text()
    kept = cli("track", "analyze", path, "--report", "--out", tmp_path / "pages")
    assert kept.code == 1
    assert "--force" in kept.err


def test_json_of_a_file_is_an_object_and_of_a_folder_a_list(cli: Cli, tmp_path: Path) -> None:
    save(beat(140.0, 8), tmp_path / "a.wav")
    (tmp_path / "broken.wav").write_text("words")
    one = cli("track", "analyze", tmp_path / "a.wav", "--json")
    assert json.loads(one.out)["tempo_bpm"] == pytest.approx(140.0, abs=0.05)
    both = cli("track", "analyze", tmp_path, "--json")
    assert both.code == 1  # what is broken is named, and the rest is told all the same
    assert "broken.wav" in both.err
    assert [Path(track["path"]).name for track in json.loads(both.out)] == ["a.wav"]


def test_stems_are_read_from_their_folder(cli: Cli, tmp_path: Path) -> None:
    stems = tmp_path / "stems"
    stems.mkdir()
    save(beat(140.0, 8), tmp_path / "a.wav")
    save(beat(140.0, 8), stems / "drums.wav")
    said = json.loads(cli("track", "analyze", tmp_path / "a.wav", "--stems", stems, "--json").out)
    alone = json.loads(cli("track", "analyze", tmp_path / "a.wav", "--json").out)
    assert said["sha256"] != alone["sha256"]
    assert {f"drums/{name}" for name in alone["detectors"]} <= set(said["detectors"])


@pytest.mark.parametrize(
    ("name", "words"),
    [("no.wav", "cannot read"), ("words.wav", "expected a sound file"), (".", "found none")],
)
def test_what_is_no_track_is_said(cli: Cli, tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "words.wav").write_text("words")
    place = tmp_path / "empty" if name == "." else tmp_path / name
    if name == ".":
        place.mkdir()
    said = cli("track", "analyze", place)
    assert said.code == 1
    assert words in said.err
    assert "Traceback" not in said.err
