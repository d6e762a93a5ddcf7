"""A workspace that a studio has open is used as one that is opened here: the same verbs, answers and errors."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchpilot.assist import Opener
from patchpilot.assist.bringing import bringing
from patchpilot.assist.desk import bank_folder, preset_brought, sound_wav, take_preset, take_wav
from patchpilot.assist.limits import Limits
from patchpilot.assist.prompt import instructions
from patchpilot.assist.remote import RemoteWorkspace, joined
from patchpilot.errors import ParameterError
from patchpilot.studio.serving import Studio
from patchpilot.workspace import ConflictError, MissingError, Workspace, address
from tests.assist.scripted import tools_of
from tests.studio.clients import served
from tests.workspace.toys import sound_file, workspace_of

QUICK = {"instrument": "toy", "effort": "quick", "top": 2, "renders": 8}


def guest(workspace: Workspace) -> RemoteWorkspace:
    found = joined(workspace.path, lambda: workspace_of(workspace.path))
    assert isinstance(found, RemoteWorkspace)
    return found


@pytest.fixture
def studio(workspace: Workspace) -> Iterator[Studio]:
    with served(workspace) as (made, _):
        yield made


def test_what_a_guest_does_is_done_in_the_studio(
    workspace: Workspace, studio: Studio, take: int, tmp_path: Path
) -> None:
    remote = guest(workspace)
    tools = tools_of(remote, extra=[bringing([tmp_path])])
    sound_file(tmp_path / "lead 1.wav")
    sound = tools.call("bring_sound", {"file": "lead 1.wav"}).data["id"]
    assert [one["name"] for one in workspace.sounds.all()] == ["lead 1.wav"]
    told: list[str] = []
    matched = tools.call("match", {**QUICK, "sound": sound}, on_progress=told.append)
    best = matched.data["matches"][0]["take"]
    assert best in matched.takes
    assert matched.renders == matched.data["renders"] > 0
    assert best in workspace.bank

    number = workspace.events.last
    voted = tools.call("vote", {"take": best, "vote": "yes"})
    assert [action["text"] for action in voted.actions] == [f"voted yes on take {best}"]
    told_to_pages, _ = workspace.events.since(number)
    assert [(event.type, event.data["vote"]) for event in told_to_pages] == [("mark", "yes")]
    assert workspace.actions.undo()["text"] == f"voted yes on take {best}"  # as the page does
    assert tools.call("take", {"take": best}).data["vote"] is None
    assert tools.call("compare", {"take": best, "with_take": best}).data["distance"] == 0.0
    assert {job["id"] for job in tools.call("jobs", {}).data["jobs"]} == {matched.data["job"]}
    assert "there is nothing to cancel" in str(tools.call("cancel_job", {"job": matched.data["job"]}).data)

    assert sound_wav(remote, sound) == sound_wav(workspace, sound)
    assert take_wav(remote, take)[:4] == b"RIFF"
    assert take_preset(remote, take) == take_preset(workspace, take)
    assert instructions(remote, Limits()) == instructions(workspace, Limits())
    assert bank_folder(remote) == bank_folder(workspace)
    assert str(studio.port) not in json.dumps(matched.data)


def test_what_others_do_meanwhile_is_not_told_as_its_doing(
    workspace: Workspace, studio: Studio, take: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools, do = tools_of(guest(workspace)), RemoteWorkspace.do

    def meanwhile(self: RemoteWorkspace, name: str, request: object) -> dict[str, object]:
        workspace.do("star", {"take": take, "stars": 1})
        return do(self, name, request)

    monkeypatch.setattr(RemoteWorkspace, "do", meanwhile)
    done = tools.call("vote", {"take": take, "vote": "no"})
    assert [action["verb"] for action in done.actions] == ["vote"]
    assert studio.workspace.entry(take).golden


def test_errors_are_those_of_the_workspace(workspace: Workspace, studio: Studio) -> None:
    remote = guest(workspace)
    for name, request, kind, words in (
        ("fly", {}, MissingError, "there is no 'fly'; there are: .*match"),
        ("take", {"take": 99}, MissingError, "there is no take 99"),
        ("match", {"sound": "nonsense"}, ParameterError, "sound: String should match"),
    ):
        with pytest.raises(kind, match=words):
            remote.do(name, request)
    with pytest.raises(ConflictError, match="there is nothing to undo"):
        remote.actions.undo()
    with pytest.raises(MissingError, match="there is no job"):
        remote.wait("20200101-000000-000-abcd", 0.0)
    assert studio.token not in str(workspace.actions.latest())


def test_a_studio_that_has_ended_is_told_and_its_workspace_opened_here(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path / "ws")
    opener = Opener(lambda: joined(tmp_path / "ws", lambda: workspace_of(tmp_path / "ws")))
    with opener:
        with served(workspace):
            place = tmp_path / "ws" / address.FILE
            assert stat.S_IMODE(place.stat().st_mode) == 0o600
            remote = opener()
            assert isinstance(remote, RemoteWorkspace)
            assert opener() is remote
        assert not place.exists()
        with pytest.raises(ConflictError, match="does not answer"):
            remote.do("status", {})
        with pytest.raises(ConflictError, match="in use by another studio"):
            opener()  # nobody serves it, and it is not free yet
        workspace.close()
        assert isinstance(opener(), Workspace)


@pytest.mark.parametrize(
    "process", [os.getpid(), 2**22 + 5, -1, "x"], ids=["this", "none", "negative", "words"]
)
def test_what_an_earlier_studio_left_is_not_believed(
    workspace: Workspace, process: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        said = {
            "url": f"http://127.0.0.1:{other.getsockname()[1]}/",
            "token": "t",
            "bank": "b",
            "process": process,
        }
        (workspace.path / address.FILE).write_text(json.dumps(said))
        monkeypatch.setattr("patchpilot.assist.remote._ALIVE_S", 0.2)
        with pytest.raises(ConflictError, match="in use by another studio"):
            joined(workspace.path, lambda: workspace_of(workspace.path))


def test_a_preset_that_is_none_is_refused_there(workspace: Workspace, studio: Studio, tmp_path: Path) -> None:
    remote = guest(workspace)
    with pytest.raises(MissingError, match="there is no instrument 'organ'"):
        preset_brought(remote, sound_file(tmp_path / "a.wav"), "organ")
    assert studio.workspace is workspace
