"""A match with ableton-wavetable on a prepared track."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from patchpilot.errors import LiveError, ParameterError
from patchpilot.instruments.rack.ableton import PRIOR, ableton_wavetable
from patchpilot.live.sending import plan, send
from patchpilot.live.undoing import undo
from patchpilot.matching.knobs import settings
from tests.live.conftest import Opened
from tests.live.liveset import LiveSet, Track, curve, demo, prepared


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """Two answers, as `match` writes them."""
    rack = ableton_wavetable()
    matches = []
    for rank in (1, 2):
        patch = rack.priors[PRIOR].draw(rack.space, 5, rank)
        patch = patch.changed(
            rack.space, {"reverb_Device On": 1.0, "delay_Device On": 0.0, "eq8_Device On": 1.0}
        )
        said = [{"name": s.name, "value": s.value} for s in settings(patch, rack.space)]
        matches.append({"rank": rank, "parameters": said})
    (tmp_path / "result.json").write_text(json.dumps({"instrument": "ableton_wavetable", "matches": matches}))
    return tmp_path


def test_values_arrive_as_they_were_found(opened: Opened, result: Path, tmp_path: Path) -> None:
    server, live = opened(LiveSet([Track("Other"), prepared()]))
    before = server.song.state()
    planned = plan(result, 1, "Match")
    assert {"Wavetable", "EQ Eight", "Reverb"} <= set(planned.devices)
    assert "Delay" in planned.off
    done = send(live, planned, "Match", place=tmp_path / "undo")
    assert done.skipped == ()
    assert done.remarks == ()
    said = {
        s["name"]: s["value"]
        for s in json.loads((result / "result.json").read_text())["matches"][0]["parameters"]
    }
    synth = server.song.track("Match").device("Wavetable")
    for name in ("Flt 1 Freq", "Osc 1 Transp", "Osc 1 Pos", "Amp Attack", "Volume"):
        assert synth[name].value == pytest.approx(said[f"wavetable_{name}"], rel=1e-6)
    reverb = server.song.track("Match").device("Reverb")
    assert reverb["Decay Time"].value == pytest.approx(said["reverb_Decay Time"], rel=1e-6)
    assert server.song.track("Match").device("Delay")["Device On"].value == 0.0
    undo(live, place=tmp_path / "undo")
    assert server.song.state() == before
    assert any("unison" in text for text in planned.by_hand)


def test_another_curve_is_told_and_can_be_searched(opened: Opened, result: Path, tmp_path: Path) -> None:
    song = LiveSet([prepared()])
    synth = song.tracks[0].device("Wavetable")
    at = next(k for k, p in enumerate(synth.parameters) if p.name == "Amp Decay")
    synth.parameters[at] = curve("Amp Decay", 1.0, 60_000.0, "ms", "linear")
    _, live = opened(song)
    done = send(live, plan(result, 1, "Match"), "Match", place=tmp_path / "undo")
    assert any("1 knobs have another curve" in text for text in done.remarks)
    assert any("Wavetable, Amp Decay: Live shows" in text for text in done.remarks)
    undo(live, place=tmp_path / "undo")
    done = send(live, plan(result, 1, "Match", as_shown=True), "Match", place=tmp_path / "undo")
    assert done.remarks == ()


def test_a_track_that_is_not_prepared(opened: Opened, result: Path, tmp_path: Path) -> None:
    _, live = opened(demo())
    with pytest.raises(
        LiveError, match=r"track 'Bass' is not prepared: it lacks Wavetable.*put on it, in this order"
    ):
        send(live, plan(result, 1, "Bass"), "Bass", place=tmp_path / "undo")
    with pytest.raises(LiveError, match="no track 'Match'"):
        send(live, plan(result, 1, "Match"), "Match", place=tmp_path / "undo")


def test_devices_in_another_order_are_told(opened: Opened, result: Path, tmp_path: Path) -> None:
    song = LiveSet([prepared()])
    song.tracks[0].devices.reverse()
    _, live = opened(song)
    done = send(live, plan(result, 2, "Match"), "Match", place=tmp_path / "undo")
    assert any("move them by hand" in text for text in done.remarks)


def test_a_parameter_that_this_live_lacks_is_left_out(opened: Opened, result: Path, tmp_path: Path) -> None:
    song = LiveSet([prepared()])
    synth = song.tracks[0].device("Wavetable")
    synth.parameters = [p for p in synth.parameters if p.name != "Amp Decay"]
    _, live = opened(song)
    done = send(live, plan(result, 1, "Match"), "Match", place=tmp_path / "undo")
    assert [move.parameter for move, _ in done.skipped] == ["Amp Decay"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{}", "is no result of `patchpilot match`"),
        ("no json", "is no result"),
        ('{"instrument": "vital", "matches": []}', "is of the instrument 'vital'"),
        ('{"instrument": "ableton_wavetable", "matches": []}', "no answer of rank 1"),
    ],
)
def test_what_is_no_result(tmp_path: Path, text: str, match: str) -> None:
    (tmp_path / "result.json").write_text(text)
    with pytest.raises(ParameterError, match=match):
        plan(tmp_path, 1, "Match")
    with pytest.raises(ParameterError, match="cannot read"):
        plan(tmp_path / "nowhere.json", 1, "Match")
