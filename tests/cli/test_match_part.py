"""`patchpilot match song.wav --stem bass --at 1:04`."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.audio import Audio, save
from tests.cli.command_line import FEW, Cli, one_error, result_of
from tests.tracks.test_stems import notes


@pytest.fixture
def song(tmp_path: Path) -> Path:
    bass, lead = notes(1.0, 2.0, 65.0, 65.5, seconds=67.0, hz=110.0), notes(1.0, 65.0, seconds=67.0, hz=880.0)
    save(Audio(bass.samples + lead.samples, 44100), tmp_path / "song.wav")
    (tmp_path / "parts").mkdir()
    save(bass, tmp_path / "parts" / "Bass.wav")
    save(lead, tmp_path / "parts" / "lead.wav")
    return tmp_path / "song.wav"


def test_one_sound_of_a_stem_is_matched(cli: Cli, song: Path) -> None:
    out = song.parent / "out"
    run = cli(
        "match", song, "--stem", "bass", "--at", "1:05", "--stems", song.parent / "parts", "--out", out, *FEW
    )
    assert run.code == 0, run.err
    data = result_of(out)
    assert data["note"] == 45
    assert data["target"]["length_s"] == pytest.approx(0.41, abs=0.02)  # until it has died away
    assert any("taken from bass of song.wav at 1:05" in remark for remark in data["remarks"])


def test_what_cannot_be_pulled_out_is_told(cli: Cli, song: Path) -> None:
    parts = ("--stems", song.parent / "parts")
    assert "holds: Bass, lead" in one_error(cli("match", song, "--stem", "pad", *parts))
    assert "sounds next at 1:05" in one_error(cli("match", song, "--stem", "bass", "--at", "30", *parts))
    assert "--stem NAME" in one_error(cli("match", song, *parts))
    run = cli("match", song, "--stem", "bass", "--at", "1:75", *parts)
    assert run.code == 2
    assert "expected a time like 1:04" in run.err
    assert "--stems" in one_error(cli("match", song, "--stem", "bass", "--at", "1:05"))
