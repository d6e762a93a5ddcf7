"""Fixes of a track turned in a stand-in for Live, and set back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patchpilot.errors import LiveError
from patchpilot.workspace import ConflictError, Workspace
from patchpilot.workspace.verbs import live as verbs
from tests.live.conftest import MOVES, connected
from tests.live.liveset import demo
from tests.live.standin import StandIn
from tests.workspace.toys import workspace_of


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "data")
    with workspace_of(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with StandIn(demo(), tick_s=0.01) as server:
        monkeypatch.setattr(verbs, "_connected", lambda *_: connected(server))
        yield server


def fixed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job of two fixes, the second of which turns a knob of the first again, and one that is by hand."""
    fixes = [
        {"moves": [move.to_json() for move in MOVES[:3]]},
        {"moves": [MOVES[2].to_json()]},
        {"moves": []},
    ]
    job = {"kind": "track_fix", "state": "done", "result": {"fixes": fixes}}
    monkeypatch.setattr(workspace.jobs, "get", lambda _: job)


def apply(workspace: Workspace, *fixes: int) -> dict[str, Any]:
    return workspace.do("live_apply", {"job": "x", "fixes": list(fixes)})


def test_a_fix_is_turned_shown_and_undone(
    workspace: Workspace, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed(workspace, monkeypatch)
    before = standin.song.state()
    done = apply(workspace, 1, 2)
    assert [one["place"] for one in done["turned"]][-1].endswith("3 Gain A")
    assert done["turned"][-1]["after"].startswith("-2.5")
    assert "turned by another fix already" in done["left_out"][0]
    assert standin.song.state() != before
    assert workspace.actions.undo()["text"] == "turned 3 knobs in Live"
    assert standin.song.state() == before


@pytest.mark.usefixtures("standin")
def test_its_status_is_honest(workspace: Workspace) -> None:
    said = workspace.do("live_status", {})
    assert said["connected"]
    assert "Lead" in said["tracks"]


def test_without_live_it_says_so_and_turns_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed(workspace, monkeypatch)

    def nobody(*_: float) -> None:
        raise LiveError("Live does not answer")

    monkeypatch.setattr(verbs, "_connected", nobody)
    assert workspace.do("live_status", {}) == {
        "connected": False,
        "why": "Live does not answer",
        "version": None,
        "tracks": [],
    }
    with pytest.raises(LiveError, match="does not answer"):
        apply(workspace, 1)
    assert workspace.actions.latest() == []


def test_fixes_that_are_none_are_refused(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    fixed(workspace, monkeypatch)
    with pytest.raises(ConflictError, match="expected a fix from 1 to 3, got 9"):
        apply(workspace, 9)
    with pytest.raises(ConflictError, match="do by hand"):
        apply(workspace, 3)
    monkeypatch.setattr(workspace.jobs, "get", lambda _: {"kind": "match", "state": "done", "result": {}})
    with pytest.raises(ConflictError, match="expected a job of track_fix"):
        apply(workspace, 1)
