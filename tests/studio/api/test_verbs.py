from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from patchpilot.workspace import Workspace
from tests.studio.clients import brought, client_of, error_of
from tests.toy import Toy
from tests.workspace.toys import a_take, workspace_of

API = "/api/v1/verbs"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with workspace_of(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    return client_of(workspace)


def test_a_verb_is_done_by_its_name(client: TestClient, workspace: Workspace, tmp_path: Path) -> None:
    take = workspace.keep(a_take(Toy()), scores={})
    workspace.bank.flush()
    voted = client.post(f"{API}/vote", json={"take": take, "vote": "yes"})
    assert (voted.status_code, voted.json()["vote"]) == (200, "yes")
    assert client.post("/api/v1/undo").json()["verb"] == "vote"
    asked = {"sound": brought(client, tmp_path), "instrument": "toy", "effort": "quick", "renders": 8}
    begun = client.post(f"{API}/match", json=asked)
    assert (begun.status_code, begun.json()["kind"]) == (202, "match")
    assert workspace.wait(begun.json()["id"], 30.0)["state"] == "done"


def test_what_cannot_be_done_is_told_as_everywhere(client: TestClient) -> None:
    assert error_of(client.post(f"{API}/fly", json={}), 404)[0] == "MissingError"
    assert "colour" in error_of(client.post(f"{API}/status", json={"colour": "red"}), 422)[1]
    assert "there is no take 9" in error_of(client.post(f"{API}/take", json={"take": 9}), 404)[1]
    error_of(client.post(f"{API}/status", json=["x"]), 422)
    error_of(client.post(f"{API}/status", content=b"{", headers={"Content-Type": "application/json"}), 400)
    error_of(client.post(f"{API}/status", json={}, headers={"Authorization": "Bearer no"}), 401)
    error_of(client.post(f"{API}/status", json={}, headers={"Origin": "http://elsewhere.example"}), 403)
