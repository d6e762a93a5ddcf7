"""Sounds, jobs and all else over HTTP; `test_gate` has who may ask."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from starlette.testclient import TestClient

from patchpilot.errors import BankError
from patchpilot.space import Patch
from patchpilot.workspace import Workspace
from tests.studio.clients import brought, client_of, error_of, sent
from tests.toy import Toy
from tests.workspace.toys import RATE, SMALL, Slow, sound_file, workspace_of

API = "/api/v1"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with workspace_of(tmp_path / "ws", limits=SMALL) as made:
        yield made


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    return client_of(workspace)


def test_a_sound_is_brought_and_heard(client: TestClient, tmp_path: Path) -> None:
    answer = sent(client, sound_file(tmp_path / "a.wav", channels=2), "../lead.wav")
    assert answer.status_code == 201
    said = answer.json()
    assert (said["name"], said["channels"], said["note"]) == ("lead.wav", 2, 64)
    assert client.get(f"{API}/sounds/{said['id']}").json() == said
    assert client.get(f"{API}/sounds").json() == {"sounds": [said]}
    audio = client.get(f"{API}/sounds/{said['id']}/audio", headers={"Accept-Encoding": "gzip"})
    assert (audio.headers["content-type"], audio.headers.get("content-encoding")) == ("audio/wav", None)
    assert "immutable" in audio.headers["cache-control"]
    samples, rate = soundfile.read(io.BytesIO(audio.content), dtype="float32")
    assert (rate, samples.shape) == (RATE, (round(0.4 * RATE), 2))


def test_audio_comes_in_parts(client: TestClient, tmp_path: Path) -> None:
    url = f"{API}/sounds/{brought(client, tmp_path)}/audio"
    whole = client.get(url).content
    for asked, status, part in (
        ("bytes=100-199", 206, whole[100:200]),
        ("bytes=-50", 206, whole[-50:]),
        (f"bytes={len(whole) - 10}-", 206, whole[-10:]),
        (f"bytes={len(whole)}-", 416, None),
    ):
        answer = client.get(url, headers={"Range": asked, "Accept-Encoding": "gzip"})
        assert answer.status_code == status
        assert part is None or answer.content == part


def test_a_match_from_start_to_end(client: TestClient, workspace: Workspace, tmp_path: Path) -> None:
    asked = {"sound": brought(client, tmp_path), "instrument": "toy", "effort": "quick", "top": 2}
    answer = client.post(f"{API}/match", json=asked)
    assert answer.status_code == 202
    job = answer.json()
    assert (job["kind"], job["state"]) == ("match", "queued")
    workspace.wait(job["id"], 30.0)
    done = client.get(f"{API}/jobs/{job['id']}").json()
    assert (done["state"], len(done["result"]["matches"])) == ("done", 2)
    (listed,) = client.get(f"{API}/jobs?kind=match&state=done").json()["jobs"]
    assert listed == {**done, "result": None}
    assert client.get(f"{API}/jobs?state=failed").json() == {"jobs": []}
    assert error_of(client.post(f"{API}/jobs/{job['id']}/cancel"), 409)[0] == "ConflictError"


def test_jobs_are_cancelled_and_go_on(tmp_path: Path) -> None:
    toy = Slow(allowed=12)
    with workspace_of(tmp_path / "ws", toy) as workspace:
        client = client_of(workspace)
        asked = {"sound": brought(client, tmp_path), "instrument": "toy", "effort": "quick"}
        job = client.post(f"{API}/match", json=asked).json()
        toy.is_waiting.wait(20.0)
        assert client.get(f"{API}/status").json()["jobs"] == {"running": 1, "queued": 0}
        assert client.post(f"{API}/jobs/{job['id']}/cancel").status_code == 200
        toy.go_on.set()
        assert workspace.wait(job["id"], 30.0)["state"] == "cancelled"
        assert client.post(f"{API}/jobs/{job['id']}/resume").json()["state"] == "queued"
        assert workspace.wait(job["id"], 30.0)["state"] == "done"


def test_a_take_is_played_as_another_note(client: TestClient, workspace: Workspace, tmp_path: Path) -> None:
    asked = {"sound": brought(client, tmp_path), "instrument": "toy", "effort": "quick"}
    job = workspace.wait(client.post(f"{API}/match", json=asked).json()["id"], 30.0)
    take = job["result"]["matches"][0]["take"]
    answer = client.post(f"{API}/render", json={"take": take, "note": 72, "seconds": 1.0, "held_s": 0.5})
    assert answer.status_code == 201
    assert (answer.json()["seconds"], answer.json()["name"]) == (1.0, f"take {take}, C5")
    assert client.get(f"{API}/sounds/{answer.json()['id']}/audio").status_code == 200
    error_of(client.post(f"{API}/render", json={"take": take, "seconds": 0.5, "held_s": 2.0}), 422)
    error_of(client.post(f"{API}/render", json={"take": 10**9}), 404)


def test_what_an_instrument_can_do(client: TestClient) -> None:
    names = [one["name"] for one in client.get(f"{API}/instruments").json()["instruments"]]
    assert names[0] == "toy"
    said = client.get(f"{API}/instruments/toy").json()
    (group,) = said["groups"]
    assert [one["name"] for one in group["parameters"]] == ["level", "transpose"]
    assert group["parameters"][1]["kind"] == "categorical"
    assert all(one["is_core"] for one in group["parameters"])
    error_of(client.get(f"{API}/instruments/rack:/etc/passwd"), 404)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/jobs/nothing", None, 404),
        ("GET", "/jobs/..%2f..%2ftoken", None, 404),
        ("POST", "/jobs/nothing/cancel", None, 404),
        ("GET", "/sounds/0123456789abcdef", None, 404),
        ("GET", "/sounds/..", None, 404),
        ("GET", "/sounds/nothing/audio", None, 422),
        ("GET", "/nothing", None, 404),
        ("DELETE", "/status", None, 405),
        ("POST", "/match", {}, 422),
        ("POST", "/match", {"sound": "0123456789abcdef"}, 404),
        ("POST", "/match", {"sound": "0123456789abcdef", "top": 10**30}, 422),
        ("POST", "/match", [], 422),
        ("POST", "/undo", None, 409),
        ("GET", "/events?after=-1", None, 422),
        ("GET", "/jobs?limit=0", None, 422),
        ("POST", "/track/gap", {"sound": "0123456789abcdef", "profile": "../x"}, 422),
    ],
)
def test_wrong_requests_are_answered_in_one_way(
    client: TestClient, method: str, path: str, body: Any, status: int
) -> None:
    error_of(client.request(method, API + path, json=body), status)


def test_what_is_no_json_is_400(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    for wrong in (b"{", b"\xff\xfe", b"nan"):
        error_of(client.post(f"{API}/match", content=wrong, headers=headers), 400)
    error_of(client.post(f"{API}/match", content=b'{"seconds": NaN}', headers=headers), 422)
    error_of(client.post(f"{API}/match", content=b"[" * 100_000, headers=headers), 400)


def test_a_bank_that_is_held_is_503(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(_: object) -> int:
        raise BankError("another process has been holding this bank") from sqlite3.OperationalError("locked")

    monkeypatch.setattr(type(workspace.bank), "__len__", held)
    answer = client.get(f"{API}/status")
    assert error_of(answer, 503)[0] == "BankError"
    assert answer.headers["retry-after"]


def test_a_bug_is_told_without_a_traceback(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(workspace.sounds, "all", broken)
    _, message = error_of(client.get(f"{API}/sounds"), 500)
    assert message.startswith("unexpected ZeroDivisionError: by nothing. This is a bug in Patch Pilot")
    assert "Traceback" not in message


def test_answers_are_compressed(client: TestClient) -> None:
    answer = client.get(f"{API}/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["info"]["title"] == "Patch Pilot"


def test_every_answer_and_error_is_described(client: TestClient) -> None:
    described = client.get(f"{API}/openapi.json").json()
    for path, methods in described["paths"].items():
        for method, said in methods.items():
            assert said["description"], path
            good = [said["responses"][code] for code in said["responses"] if code.startswith("2")]
            assert good, (method, path)
            for code, answer in said["responses"].items():
                if code == "416":  # of parts of a file: said in plain text
                    assert answer["content"] == {}
                elif code[0] != "2":
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}, (path, code)
                elif "json" in str(answer.get("content")):
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema not in ({}, {"type": "object"}), (method, path)


def test_a_preset_becomes_a_take(tmp_path: Path) -> None:
    class Reading(Toy):
        def load(self, path: Path | str) -> Patch:
            said = json.loads(Path(path).read_text())
            return Patch.make(self.space, {"level": said["level"]})

    with workspace_of(tmp_path / "other", Reading()) as reading:
        client = client_of(reading)
        files = {"file": ("../mine.toy", json.dumps({"level": 0.25}), "application/json")}
        answer = client.post(f"{API}/presets", files=files, data={"instrument": "toy"})
        assert answer.status_code == 201
        entry = reading.entry(answer.json()["take"])
        assert entry.record.patch(reading.bank.assets).values["level"] == 0.25
        assert (entry.searcher, entry.json["origin"]["detail"]) == ("preset", "mine.toy")
        error_of(client.post(f"{API}/presets", files=files, data={"instrument": "x"}), 404)
