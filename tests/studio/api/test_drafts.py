"""Drafts over HTTP: knobs are turned, and the sound comes behind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from starlette.testclient import TestClient

from patchpilot.workspace import Workspace
from patchpilot.workspace.drafts.pace import FIRST_S
from tests.studio.clients import client_of, error_of
from tests.toy import Toy
from tests.workspace.toys import a_take, until, workspace_of

API = "/api/v1"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    with workspace_of(tmp_path) as made:
        yield made


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    return client_of(workspace)


@pytest.fixture
def draft(client: TestClient) -> str:
    answer = client.post(f"{API}/drafts", json={"init": "toy"})
    assert answer.status_code == 201, answer.text
    return f"{API}/drafts/{answer.json()['id']}"


def test_a_knob_is_turned_and_heard(client: TestClient, workspace: Workspace, draft: str) -> None:
    answer = client.patch(draft, json={"values": {"level": 0.7}, "drag": "one"}).json()
    assert (answer["values"]["level"], answer["can_undo"], answer["from"]) == (
        pytest.approx(0.7),
        True,
        {"init": "toy"},
    )
    audio = client.get(f"{draft}/audio", params={"version": answer["version"], "whole": True})
    assert "immutable" in audio.headers["cache-control"]
    samples, rate = soundfile.read(io.BytesIO(audio.content))
    assert (len(samples) / rate, abs(samples).max()) == (2.0, pytest.approx(0.7, abs=0.01))
    heard = [e.data for e in workspace.events.since(0)[0] if e.type == "draft" and e.data.get("ready")]
    mine = [one for one in heard if one["version"] == answer["version"]]
    assert mine[-1]["whole"]
    assert [one["seconds"] for one in mine[:-1]] in ([], [FIRST_S])
    assert mine[-1]["render_ms"] > 0
    shown = client.get(draft).json()
    assert (shown["ready"], shown["lufs"]) == (True, pytest.approx(mine[-1]["lufs"]))


def test_what_was_done_is_undone_and_done_again(client: TestClient, draft: str) -> None:
    for level in (0.2, 0.4, 0.6):
        client.patch(draft, json={"values": {"level": level}, "drag": "one"})
    assert client.post(f"{draft}/undo").json()["values"]["level"] == 0.5
    error_of(client.post(f"{draft}/undo"), 422)
    assert client.post(f"{draft}/redo").json()["values"]["level"] == pytest.approx(0.6)
    error_of(client.post(f"{draft}/redo"), 422)
    pinned = client.post(f"{draft}/pin", json={"names": ["level"]}).json()
    assert pinned["pinned"] == ["level"]
    drawn = client.post(f"{draft}/randomise", json={"amount": 1.0, "seed": 1}).json()
    assert drawn["values"]["level"] == pytest.approx(0.6)
    played = client.post(f"{draft}/play", json={"note": 40, "held_s": 0.1}).json()
    assert (played["note"], played["held_s"], played["seconds"]) == (40, 0.1, 0.6)


def test_a_draft_is_kept_and_voted_on(client: TestClient, draft: str) -> None:
    client.patch(draft, json={"values": {"level": 0.3}})
    kept = client.post(f"{draft}/keep").json()
    assert client.post(f"{API}/takes/{kept['take']}/vote", json={"vote": "yes"}).json()["vote"] == "yes"
    assert client.get(draft).json()["take"] == kept["take"]
    assert b'"level":0.3' in client.get(f"{draft}/preset").content


def test_a_draft_begins_with_a_take(client: TestClient, workspace: Workspace) -> None:
    number = workspace.keep(a_take(Toy()), scores={})
    said = client.post(f"{API}/drafts", json={"take": number}).json()
    assert (said["take"], said["seconds"]) == (number, 0.3)
    assert client.get(f"{API}/drafts").json() == {"drafts": [said["id"]]}


def test_words_move_it(client: TestClient, draft: str) -> None:
    client.post(f"{draft}/play", json={"held_s": 0.3})
    client.patch(draft, json={"values": {"level": 0.2}})
    said = client.post(f"{draft}/ask", json={"text": "louder", "renders": 12})
    assert said.status_code == 200, said.text
    assert said.json()["draft"]["values"]["level"] > 0.2
    kind, why = error_of(client.post(f"{draft}/ask", json={"text": "more Tuesday"}), 422)
    assert (kind, "uesday" in why) == ("ParameterError", True)


def test_versions_that_are_not_there(client: TestClient, draft: str) -> None:
    first = client.get(draft).json()["version"]
    client.patch(draft, json={"values": {"level": 0.3}})
    version = client.patch(draft, json={"values": {"level": 0.4}}).json()["version"]
    client.get(f"{draft}/audio", params={"version": version, "whole": True})
    error_of(client.get(f"{draft}/audio", params={"version": first}), 409)
    error_of(client.get(f"{draft}/audio", params={"version": 999}), 404)
    assert client.get(f"{draft}/audio").headers["cache-control"] == "no-store"


def test_what_cannot_be_played_is_told(client: TestClient, workspace: Workspace, draft: str) -> None:
    version = client.patch(draft, json={"values": {"level": 1.0}}).json()["version"]
    kind, said = error_of(client.get(f"{draft}/audio", params={"version": version}), 422)
    assert (kind, said) == ("EngineError", "the toy crashed")
    until(lambda: [e for e in workspace.events.since(0)[0] if e.data.get("error") == "the toy crashed"])


@pytest.mark.parametrize(
    ("body", "status"),
    [({"values": {"lvl": 1}}, 422), ({"values": {"level": 2}}, 422), ({"values": {"level": None}}, 422),
     ({"values": []}, 422), ({}, 422), ({"values": {}, "draft": "x"}, 422), ({"values": {"level": "On"}}, 422)],
)  # fmt: skip
def test_knobs_that_cannot_be_turned(client: TestClient, draft: str, body: object, status: int) -> None:
    error_of(client.patch(draft, json=body), status)
    assert client.get(draft).json()["version"] == 1


@pytest.mark.parametrize("path", ["", "/audio", "/preset"])
def test_a_draft_that_is_not_there(client: TestClient, path: str) -> None:
    error_of(client.get(f"{API}/drafts/nothing{path}"), 404)
    error_of(client.patch(f"{API}/drafts/nothing", json={"values": {}}), 404)
