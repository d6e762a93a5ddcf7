"""Self-play and experiments over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from patchpilot.space import Patch
from patchpilot.workspace import Workspace
from tests.experiment.registered import registered
from tests.studio.clients import client_of, error_of
from tests.toy import Toy
from tests.workspace.toys import until, workspace_of

API = "/api/v1"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    toy = Toy()
    monkeypatch.setattr(Toy, "load", lambda *_: Patch.make(toy.space, {"level": 0.4}))
    with registered(), workspace_of(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    return client_of(workspace)


def test_the_synth_plays_itself_and_is_asked_about(client: TestClient, workspace: Workspace) -> None:
    assert client.get(f"{API}/play/options").json()["renders"]["default"] == 400
    said = client.post(f"{API}/play", json={"searcher": "strayer", "held_s": 0.05, "renders": 300})
    assert said.status_code == 202, said.text
    job = said.json()["id"]

    def asked() -> list[int]:
        answer = client.get(f"{API}/play/{job}/next")
        assert answer.status_code == 200, answer.text
        return [take["number"] for take in answer.json()["takes"]]

    (number,) = until(asked)
    assert client.post(f"{API}/takes/{number}/vote", json={"vote": "yes"}).status_code == 200
    assert client.post(f"{API}/play/{job}/steer", json={"liked": 0.5}).json()["objective"]["liked"] == 0.5
    assert client.post(f"{API}/play/{job}/pause", json={"paused": True}).json() == {"paused": True}
    until(lambda: client.get(f"{API}/jobs/{job}").json()["progress"]["phase"] == "paused")
    assert client.get(f"{API}/play/{job}/taste").json()["votes"] == 1
    assert client.post(f"{API}/jobs/{job}/cancel").status_code == 200
    workspace.wait(job, 30.0)
    lines = {line["id"]: line for line in client.get(f"{API}/experiments").json()["experiments"]}
    assert job in lines
    shown = client.get(f"{API}/experiments/{next(iter(lines))}").json()
    assert 'kind = "liked"' in shown["toml"] or "liked" not in shown["objective"]
    error_of(client.post(f"{API}/play/{job}/steer", json={"liked": 0.5}), 409)


def test_what_is_not_there(client: TestClient) -> None:
    for path in ("next", "taste"):
        error_of(client.get(f"{API}/play/nothing/{path}"), 404)
    for verb, body in (("steer", {}), ("pause", {}), ("prefer", {"better": 1, "worse": 2})):
        error_of(client.post(f"{API}/play/nothing/{verb}", json=body), 404)
    error_of(client.get(f"{API}/experiments/nothing"), 404)
    for verb in ("resume", "replay"):
        error_of(client.post(f"{API}/experiments/nothing/{verb}"), 404)
    error_of(client.post(f"{API}/play", json={"instrument": "moog"}), 404)
    error_of(client.post(f"{API}/play", json={"objective": {"golden": 1.0}}), 409)
