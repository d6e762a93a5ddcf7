"""Takes and the map over HTTP."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from starlette.testclient import TestClient

from patchpilot.workspace import Workspace
from tests.studio.clients import client_of, error_of
from tests.toy import Toy
from tests.workspace.toys import a_take, workspace_of

API = "/api/v1"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    with workspace_of(tmp_path) as made:
        for i in range(3):
            made.keep(a_take(Toy(), 0.2 + 0.2 * i), scores={})
        made.bank.flush()
        yield made


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    return client_of(workspace)


def test_a_take_is_looked_at_heard_and_taken_home(client: TestClient) -> None:
    listed = client.get(f"{API}/takes", params={"limit": 2}).json()
    assert ([take["number"] for take in listed["takes"]], listed["next"]) == ([3, 2], 2)
    assert client.get(f"{API}/takes/3").json() == listed["takes"][0]
    audio = client.get(f"{API}/takes/3/audio")
    assert (audio.headers["content-type"], "immutable" in audio.headers["cache-control"]) == (
        "audio/wav",
        True,
    )
    samples, rate = soundfile.read(io.BytesIO(audio.content))
    assert len(samples) == pytest.approx(0.3 * rate, abs=1)
    preset = client.get(f"{API}/takes/3/preset")
    assert "attachment" in preset.headers["content-disposition"]
    assert "000003.toy" in preset.headers["content-disposition"]
    assert client.get(f"{API}/takes/3/lineage").json() == {"number": 3, "ancestors": [], "descendants": []}
    assert len(client.get(f"{API}/takes/3/similar", params={"limit": 1}).json()["takes"]) == 1


@pytest.mark.parametrize(
    ("asked", "status", "cut"),
    [
        ("bytes=100-199", 206, slice(100, 200)),
        ("bytes=-50", 206, slice(-50, None)),
        ("bytes=40-", 206, slice(40, None)),
        ("bytes=0-999999999", 206, slice(None)),
        ("bytes=99999999-", 416, slice(0)),
        ("bytes=9-3", 416, slice(0)),
        ("bytes=-", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
    ],
)
def test_the_sound_of_a_take_comes_in_parts(client: TestClient, asked: str, status: int, cut: slice) -> None:
    url = f"{API}/takes/1/audio"
    whole = client.get(url).content
    part = client.get(url, headers={"Range": asked})
    assert (part.status_code, part.content) == (status, whole[cut])


def test_what_is_said_of_a_take_is_undone(client: TestClient) -> None:
    for verb, body in (
        ("vote", {"vote": "yes"}), ("star", {"stars": 1}), ("tag", {"add": ["dark"]}), ("pin", {"pinned": ["level"]}),
        ("note", {"text": "x"}),
    ):  # fmt: skip
        answer = client.post(f"{API}/takes/2/{verb}", json=body)
        assert answer.status_code == 200, answer.text
    said = client.get(f"{API}/takes/2").json()
    assert (said["vote"], said["stars"], said["tags"], said["pinned"], said["note"]) == (
        "yes",
        1,
        ["dark"],
        ["level"],
        "x",
    )
    for _ in range(5):
        assert client.post(f"{API}/undo").status_code == 200
    said = client.get(f"{API}/takes/2").json()
    assert (said["vote"], said["stars"], said["tags"], said["pinned"], said["note"]) == (None, 0, [], [], "")
    error_of(client.post(f"{API}/undo"), 409)


@pytest.mark.parametrize("path", ["", "/audio", "/preset", "/lineage", "/similar"])
def test_a_take_that_is_not_there(client: TestClient, path: str) -> None:
    kind, said = error_of(client.get(f"{API}/takes/77{path}"), 404)
    assert (kind, "no take 77" in said) == ("MissingError", True)


@pytest.mark.parametrize(
    ("verb", "body"),
    [("vote", {}), ("vote", {"vote": 1}), ("star", {"stars": 6}), ("tag", {"add": [" "]}), ("tag", {"add": "x"}),
     ("pin", {"pinned": [3]}), ("note", {"text": None}), ("note", {"text": "x", "take": 1})],
)  # fmt: skip
def test_what_cannot_be_said(client: TestClient, verb: str, body: object) -> None:
    error_of(client.post(f"{API}/takes/1/{verb}", json=body), 422)


def test_the_map_is_compressed(client: TestClient) -> None:
    for take in client.get(f"{API}/takes").json()["takes"]:
        client.post(
            f"{API}/takes/{take['number']}/tag",
            json={"add": ["a tag that is so long that it is worth it"] * 1},
        )
    drawn = client.get(f"{API}/map", headers={"Accept-Encoding": "gzip"})
    assert drawn.json()["numbers"] == [1, 2, 3]
    assert drawn.headers["content-type"] == "application/json"
    error_of(client.get(f"{API}/map", params={"method": "tsne"}), 422)
