"""`patchpilot live` as a user meets it, against a stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from patchpilot.cli._errors import told
from patchpilot.cli._main import _patchpilot
from patchpilot.space.midi import write_midi
from patchpilot.space.pattern import Pattern
from patchpilot.tracks.moves import write_moves
from tests.live.conftest import MOVES
from tests.live.liveset import demo
from tests.live.standin import StandIn


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(demo(), tick_s=0.01) as made:
        yield made


def _run(server: StandIn, place: Path, *args: str) -> Result:
    where = ["--port", str(server.port), "--reply-port", str(server.reply_port), "--timeout", "0.2"]
    return CliRunner().invoke(_patchpilot, ["live", *args, *where, "--journal", str(place)])


def _ok(result: Result) -> Result:
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result


def test_status_apply_and_undo(server: StandIn, tmp_path: Path) -> None:
    before = server.song.state()
    write_moves(MOVES, tmp_path / "moves.json")
    assert (
        "Live 12.4, 138 BPM, 4/4, stopped, 8 scenes\n#1 Lead volume 0.85\n"
        in _ok(_run(server, tmp_path, "status")).output
    )
    shown = _ok(_run(server, tmp_path, "apply", str(tmp_path / "moves.json")))
    assert "Lead, EQ Eight, 3 Gain A: 0.00 dB → -2.50 dB\n" in shown.stdout
    assert "transaction 1; `patchpilot live undo` sets it back" in shown.stderr
    said = json.loads(_ok(_run(server, tmp_path, "status", "--json")).output)
    assert said["undo"] == [{"transaction": 1, "state": "applied", "moves": 20}]
    assert any("insert" in text for text in said["cannot"])
    assert "transaction 1: 20 set back" in _ok(_run(server, tmp_path, "undo")).output
    assert server.song.state() == before
    again = _run(server, tmp_path, "undo")
    assert (again.exit_code, told(again.exception)) == (1, "there is nothing to undo")  # type: ignore[arg-type]


def test_parameters_are_listed_by_name(server: StandIn, tmp_path: Path) -> None:
    shown = _ok(_run(server, tmp_path, "status", "--track", "Bass", "--device", "EQ Eight")).output
    assert "Bass, Low cut\n  Device On " in shown
    assert "3 Gain A                         0            -15 to 15" in shown


@pytest.mark.parametrize(
    ("args", "title", "text"),
    [
        (("Lead", "EQ Eight", "3 Gain A", "-2.5 dB"), "Lead, EQ Eight, 3 Gain A", "-2.50 dB"),
        (("Lead", "EQ Eight", "3 Frequency A", "2.5 khz"), "Lead, EQ Eight, 3 Frequency A", "2.50 kHz"),
        (
            ("Lead", "EQ Eight", "3 Filter Type A", "High Pass 48dB"),
            "Lead, EQ Eight, 3 Filter Type A",
            "High Pass 48dB",
        ),
        (("Lead", "mixer", "pan", "-0.5 raw"), "Lead, panning", ""),
        (("", "song", "playing", "1"), "playing", ""),
    ],
)
def test_one_knob(server: StandIn, tmp_path: Path, args: tuple[str, ...], title: str, text: str) -> None:
    said = json.loads(_ok(_run(server, tmp_path, "set", *args, "--json")).output)
    assert [(c["place"], c["after_text"]) for c in said["changed"] if c["asked"]] == [(title, text)]


def test_transport_place_and_meter(server: StandIn, tmp_path: Path) -> None:
    _ok(_run(server, tmp_path, "transport", "tempo", "128"))
    _ok(_run(server, tmp_path, "transport", "play"))
    assert (server.song.tempo, server.song.is_playing) == (128.0, True)
    assert _run(server, tmp_path, "transport", "play", "128").exit_code == 2
    write_midi(Pattern.steps([36, 38, 40, 41]), tmp_path / "riff.mid", 138.0)
    _ok(_run(server, tmp_path, "place", str(tmp_path / "riff.mid"), "--track", "Lead"))
    assert server.song.track("Lead").clip_slots[0].has_clip
    assert "transaction 1: 1 set back" in _ok(_run(server, tmp_path, "undo", "--all")).output
    assert (server.song.tempo, server.song.is_playing) == (138.0, False)
    assert not server.song.track("Lead").clip_slots[0].has_clip
    server.song.track("Lead").output_meter_level = 0.5
    assert "Lead                     0.500 ▮" in _ok(_run(server, tmp_path, "meter", "--seconds", "0")).output


def test_without_live_moves_are_a_list(tmp_path: Path) -> None:
    write_moves(MOVES[:3], tmp_path / "moves.json")
    server = StandIn(demo())
    server.close()
    failed = _run(server, tmp_path, "apply", str(tmp_path / "moves.json"))
    assert failed.exit_code == 1
    assert "Lead → EQ Eight\n  1. 3 Filter Type A: Bell\n" in failed.stdout
    assert "does not answer" in failed.stderr
    shown = _ok(_run(server, tmp_path, "apply", str(tmp_path / "moves.json"), "--offline"))
    assert shown.stdout.startswith("Lead → EQ Eight\n")


def test_listening_says_what_is_missing(tmp_path: Path) -> None:
    result = CliRunner().invoke(_patchpilot, ["live", "listen", "--port", "0", "--seconds", "0.1"])
    assert result.exit_code == 1
    assert "no spectrum arrived" in str(result.exception)
    shown = _ok(CliRunner().invoke(_patchpilot, ["live", "listen", "--device", str(tmp_path / "device")]))
    assert "patchpilot_bands.js" in shown.stdout
    assert "untried" in shown.stderr
