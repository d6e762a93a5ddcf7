"""Listening tests and Live over HTTP."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from patchpilot.studio.app import make_api, make_app
from patchpilot.workspace import Workspace
from patchpilot.workspace.listening import ListeningTests
from tests.listening.sounds import ballot, csv_of
from tests.workspace.toys import sound_file, workspace_of


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with workspace_of(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    return TestClient(make_api(workspace), base_url="http://127.0.0.1", raise_server_exceptions=False)


def made(client: TestClient, workspace: Workspace) -> Any:
    place = workspace.path / "in.wav"
    sounds = [workspace.sounds.add(sound_file(place, hz=hz), name=f"{hz:.0f}")["id"] for hz in (220.0, 440.0)]
    answer = client.post("/api/v1/tests", json={"sounds": sounds, "name": "Is higher better?", "seed": 1})
    assert answer.status_code == 201, answer.text
    return answer.json()


def votes(workspace: Workspace, test_id: str, who: str) -> str:
    test = workspace.part(ListeningTests).test(test_id)
    return csv_of(test, ballot(test, who, {"220": 0, "440": 1}))


def test_made_voted_on_and_told(client: TestClient, workspace: Workspace) -> None:
    test = made(client, workspace)
    place = f"/api/v1/tests/{test['id']}"
    assert [one["id"] for one in client.get("/api/v1/tests").json()["tests"]] == [test["id"]]
    assert client.get(f"{place}/results.csv").status_code == 404
    body = {"text": votes(workspace, test["id"], "anna"), "name": "anna.csv"}
    voted = client.post(f"{place}/votes", json=body)
    assert voted.status_code == 201
    assert voted.json()["results"]["duels"][0]["losses"] == 1
    assert client.post(f"{place}/votes", json=body).status_code == 409
    headers = {"content-type": "application/json"}
    lonely = client.post(f"{place}/votes", content=b'{"text": "\\ud800"}', headers=headers)
    assert lonely.status_code in (400, 422)
    table = client.get(f"{place}/results.csv")
    assert table.headers["content-disposition"].startswith("attachment")
    assert next(csv.DictReader(io.StringIO(table.text)))["losses"] == "1"
    gone = client.delete(f"{place}/votes/{voted.json()['votes'][0]['id']}")
    assert gone.json()["results"] is None
    assert client.delete(place).json() == {"tests": []}
    assert client.get(place).status_code == 404


def test_the_page_has_a_policy_of_its_own_and_can_be_saved(client: TestClient, workspace: Workspace) -> None:
    test = made(client, workspace)
    page = client.get(f"/api/v1/tests/{test['id']}/page")
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src 'sha256-" in page.headers["content-security-policy"]
    assert "Is higher better?" in page.text
    saved = client.get(f"/api/v1/tests/{test['id']}/page?download=true")
    assert saved.headers["content-disposition"] == f'attachment; filename="listening-test-{test["id"]}.html"'
    assert saved.content == page.content


def test_a_guest_opens_one_page_and_nothing_else(client: TestClient, workspace: Workspace) -> None:
    test = made(client, workspace)
    guest = TestClient(make_app(workspace, "token", host="127.0.0.1", port=80), base_url="http://127.0.0.1")
    page = guest.get(f"/api/v1/listen/{test['guest']}")
    assert page.status_code == 200
    assert "Is higher better?" in page.text
    assert guest.get(f"/api/v1/listen/{'0' * 32}").status_code == 404
    assert guest.post(f"/api/v1/listen/{test['guest']}").status_code == 401
    for other in ("/", "/api/v1/tests", f"/api/v1/tests/{test['id']}", f"/api/v1/tests/{test['id']}/page"):
        assert guest.get(other).status_code == 401
    assert guest.get("/api/v1/listen/../tests").status_code == 401
    for path in ("/api/v1/listen/%2e%2e/%2e%2e/app.js", f"/api/v1/listen/{test['guest']}/%2e%2e/app.js"):
        assert guest.get(path).status_code == 401


def test_a_test_of_nothing_is_refused(client: TestClient) -> None:
    empty = client.post("/api/v1/tests", json={})
    assert empty.status_code == 422
    assert "expected 2 or more sounds to judge, got 0" in empty.json()["error"]["message"]
    wrong = client.post("/api/v1/tests/searchers", json={"sounds": ["0" * 16], "searchers": ["a", "b"]})
    assert wrong.status_code == 404


def test_live_that_is_not_there_is_no_error(client: TestClient) -> None:
    said = client.get("/api/v1/live").json()
    assert said["connected"] or said["why"]
    assert client.post("/api/v1/live/apply", json={"job": "x", "fixes": [1]}).status_code == 404
