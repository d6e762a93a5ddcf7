"""`patchpilot track score`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio, save
from tests.cli.command_line import Cli
from tests.tracks.beating import beat


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_nine_parts_are_told_and_add_up(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    save(beat(138.0, 12, bass=0.3), path)
    said = cli("track", "score", path)
    assert said.code == 0
    first, *parts = said.out.splitlines()
    assert "of 100" in first
    assert len(parts) == 9
    told = json.loads(cli("track", "score", path, "--json").out)
    assert told["total"] == pytest.approx(sum(part["weight"] * part["value"] for part in told["parts"]))


def test_weights_are_a_file(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    save(beat(138.0, 12, bass=0.3), path)
    (tmp_path / "mine.toml").write_text("no such part = 1.0\n")
    wrong = cli("track", "score", path, "--weights", tmp_path / "mine.toml")
    assert wrong.code == 1
    assert "Traceback" not in wrong.err


def test_without_a_beat_there_is_no_score(cli: Cli, tmp_path: Path) -> None:
    hum = 0.3 * np.sin(2.0 * np.pi * 220.0 * np.arange(12 * 44_100) / 44_100)
    save(Audio(hum[None].astype(np.float32), 44_100), tmp_path / "hum.wav")
    said = cli("track", "score", tmp_path / "hum.wav")
    assert said.code == 1
    assert "no score" in said.err
