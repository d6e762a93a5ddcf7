from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from patchpilot.audio import Audio, save
from patchpilot.cli._main import _patchpilot
from patchpilot.tracks.fix import feedback_beside, load_feedback
from patchpilot.tracks.moves import read_moves
from tests.cli.command_line import Cli
from tests.live.liveset import demo
from tests.live.standin import StandIn
from tests.tracks.beating import RATE, beat

BARS = 16
NOWHERE = ("--timeout", "0.05", "--reply-port", "11977", "--port", "11978")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def song(seed: int, hiss: float = 0.02) -> Audio:
    """A beat and a chord with some noise of each side."""
    sound = beat(138.0 + 0.5 * seed, BARS, bass=0.3).samples[0]
    rng = np.random.default_rng(seed)
    t = np.arange(len(sound)) / RATE
    chord = sum(np.sin(2 * np.pi * hz * t) for hz in (220.0, 330.0, 523.0, 1046.0, 2093.0))
    return Audio(sound + 0.05 * chord + hiss * rng.standard_normal((2, len(sound))), RATE)


@pytest.fixture
def profile(tmp_path: Path, cli: Cli) -> Path:
    """Of three songs and two files that are none."""
    folder = tmp_path / "loved"
    folder.mkdir()
    for k in range(3):
        save(song(k), folder / f"song {k}.wav")
    (folder / "broken.wav").write_text("words")
    save(Audio(np.zeros((2, 5 * RATE)), RATE), folder / "silent.wav")
    said = cli("track", "profile", "build", folder, "-o", tmp_path / "mine.json")
    assert said.code == 0
    assert "3 tracks, 2 files left out" in said.out
    assert "broken.wav" in said.err
    assert "silent.wav" in said.err
    return tmp_path / "mine.json"


def test_a_profile_is_built_reviewed_and_changed(cli: Cli, profile: Path, tmp_path: Path) -> None:
    kept = cli("track", "profile", "build", tmp_path / "loved", "-o", profile)
    assert kept.code == 1
    assert "--force" in kept.err
    words = cli("track", "profile", "review", profile).out
    assert "Learned from 3 tracks" in words
    assert "2 files (40%) could not be analysed" in words
    left = cli("track", "profile", "review", profile, "--leave-out", "song 1.wav", "--without", "tempo").out
    assert "Learned from 2 tracks" in left
    assert "Tempo:" not in left
    shown = cli("track", "profile", "show", profile).out
    assert "left out" in shown
    assert "broken: " in shown
    wrong = cli("track", "profile", "review", profile, "--leave-out", "song 9.wav")
    assert wrong.code == 1
    assert "no track song 9.wav" in wrong.err
    few = cli("track", "profile", "validate", profile)
    assert few.code == 1
    assert "at least 4 tracks" in few.err


def test_a_gap_is_told_and_can_be_heard(cli: Cli, profile: Path, tmp_path: Path) -> None:
    work = tmp_path / "wip.wav"
    save(song(7, hiss=0.2), work)
    said = cli("track", "gap", work, "--profile", profile, "--snippets", tmp_path / "ab", "--json")
    assert said.code == 0
    found = json.loads(said.out)["gaps"]
    assert found[0]["difference"] > 0.0
    assert (tmp_path / "ab" / "gap-01-yours.wav").exists()
    assert (tmp_path / "ab" / "gap-01-profile.wav").exists()
    same = cli("track", "gap", tmp_path / "loved" / "song 1.wav", "--profile", profile)
    assert "like the profile by" in same.out
    none = cli("track", "gap", work, "--profile", tmp_path / "none.json")
    assert none.code == 1
    assert "profile build" in none.err


def test_fixes_are_explained_written_and_without_live_a_list(cli: Cli, profile: Path, tmp_path: Path) -> None:
    work = tmp_path / "wip.wav"
    save(song(7, hiss=0.2), work)
    said = cli("track", "fix", work, "--profile", profile, "--most", "2", "-o", tmp_path / "fix")
    assert said.code == 0
    assert "tried out" in said.out
    moves = read_moves(tmp_path / "fix" / "moves.json")
    assert moves
    assert all(move.reason and 0.0 < move.confidence <= 1.0 for move in moves)
    assert list((tmp_path / "fix").glob("fix-*-after.wav"))
    gone = cli(
        "track", "fix", work, "--profile", profile, "--most", "1", "--depth", "apply", "--sure", "0", *NOWHERE
    )
    assert gone.code == 1
    assert "Mix bus" in gone.out
    assert "Traceback" not in gone.err


@pytest.fixture
def server() -> Iterator[StandIn]:
    """A Live whose set has a track "Lead" with an EQ Eight."""
    with StandIn(demo(), tick_s=0.01) as made:
        yield made


@pytest.mark.parametrize(
    ("how", "part"),
    [(["--depth", "apply", "--sure", "0", "--limit", "1"], 1.0), (["--depth", "confirm"], 0.5)],
)
def test_a_fix_is_turned_in_live_and_remembered(
    profile: Path, tmp_path: Path, server: StandIn, how: list[str], part: float
) -> None:
    stems = tmp_path / "stems"
    stems.mkdir()
    sound = song(7)
    t = np.arange(len(sound)) / RATE
    whistle = 0.15 * np.sin(2 * np.pi * 2093.0 * t) * np.ones((2, 1))
    save(Audio(whistle, RATE), stems / "Lead.wav")
    save(Audio(sound.samples + whistle, RATE), tmp_path / "wip.wav")
    where = ["--port", str(server.port), "--reply-port", str(server.reply_port), "--timeout", "0.3"]
    args = [
        "track",
        "fix",
        tmp_path / "wip.wav",
        "-p",
        profile,
        "--stems",
        stems,
        "--most",
        "1",
        *how,
        *where,
    ]
    result = CliRunner().invoke(
        _patchpilot, [str(arg) for arg in [*args, "--journal", tmp_path / "journal"]], input="maybe\n50\n"
    )
    assert result.exit_code == 0, result.output + repr(result.exception)
    gain = re.search(r"Lead, EQ Eight, 6 Gain A: 0.00 dB → (-[0-9.]+) dB", result.output)
    assert gain is not None, result.output
    assert -6.0 * part <= float(gain[1]) < -1.0
    own = next(
        p.value for p in server.song.track("Lead").device("EQ Eight").parameters if p.name == "6 Gain A"
    )
    assert own == pytest.approx(float(gain[1]), abs=0.01)
    kept = load_feedback(feedback_beside(profile)).said
    assert [(one.decision, one.amount) for one in kept] == ([] if part == 1.0 else [("changed", 0.5)])
