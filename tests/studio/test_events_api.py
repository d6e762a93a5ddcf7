"""Server-sent events, over a real server: many listeners, who was away, and the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from patchpilot.errors import EngineError, ParameterError
from patchpilot.studio.api import events as module
from patchpilot.studio.serving import Studio
from patchpilot.workspace import Workspace
from tests.studio.clients import brought, events_of, served
from tests.workspace.toys import until, workspace_of

EVENTS = "/api/v1/events"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with workspace_of(tmp_path / "ws") as made:
        yield made


def test_hello_then_what_happens(workspace: Workspace) -> None:
    with served(workspace) as (_, client), client.stream("GET", EVENTS) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        heard = events_of(answer.iter_lines())
        number, kind, hello = next(heard)
        assert (number, kind, hello["is_all"]) == (None, "hello", True)
        assert hello["started"] == workspace.events.started
        told = workspace.events.publish("mark", {"take": 3})
        assert next(heard) == (told, "mark", {"take": 3})


def test_who_was_away_hears_what_was_missed(workspace: Workspace) -> None:
    numbers = [workspace.events.publish("mark", {"take": n}) for n in range(5)]
    with served(workspace) as (_, client):
        for asked in (
            {"headers": {"Last-Event-ID": str(numbers[2])}},
            {"params": {"after": numbers[2]}},
            {
                "headers": {"Last-Event-ID": str(numbers[2])},
                "params": {"after": 0},
            },  # what a browser says is newer
        ):
            with client.stream("GET", EVENTS, **asked) as answer:
                heard = events_of(answer.iter_lines())
                assert next(heard)[2]["is_all"]
                assert [next(heard)[2]["take"] for _ in range(2)] == [3, 4]
        with client.stream("GET", EVENTS, params={"after": 1}) as answer:
            assert not next(events_of(answer.iter_lines()))[2]["is_all"]  # of an earlier server
        with client.stream("GET", EVENTS, headers={"Last-Event-ID": "nonsense"}) as answer:
            assert next(events_of(answer.iter_lines()))[1] == "hello"


def test_the_line_is_kept_open(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_S", 0.05)
    with served(workspace) as (_, client), client.stream("GET", EVENTS) as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line.startswith(":")) == ": still here"


def test_fifty_hear_the_same_while_a_match_runs(workspace: Workspace, tmp_path: Path) -> None:
    heard: list[list[tuple[int | None, str, Any]]] = [[] for _ in range(50)]
    with served(workspace) as (studio, client):
        sound = brought(client, tmp_path)
        ready = threading.Barrier(51)
        threads = [threading.Thread(target=_listen, args=(studio, mine, ready)) for mine in heard]
        for thread in threads:
            thread.start()
        ready.wait(20.0)
        assert workspace.events.listeners == 50
        asked = {"sound": sound, "instrument": "toy", "effort": "quick"}
        job = client.post("/api/v1/match", json=asked).json()
        for thread in threads:
            thread.join(30.0)
        assert heard[0][-1][2]["id"] == job["id"]
        assert {kind for _, kind, _ in heard[0]} == {"job", "candidate", "take"}
        assert all(mine == heard[0] for mine in heard)
        until(lambda: workspace.events.listeners == 0)  # who has hung up is forgotten


def _listen(studio: Studio, mine: list[Any], ready: threading.Barrier) -> None:
    headers = {"Authorization": f"Bearer {studio.token}"}
    with (
        httpx.Client(base_url=studio.address, headers=headers, timeout=30.0) as client,
        client.stream("GET", EVENTS) as answer,
    ):
        heard = events_of(answer.iter_lines())
        next(heard)
        ready.wait(20.0)
        for event in heard:
            mine.append(event)
            if event[1] == "job" and event[2]["state"] == "done":
                return


def test_it_ends_soon_though_many_listen(workspace: Workspace) -> None:
    with Studio(workspace, port=0) as studio:
        thread = threading.Thread(target=studio.run)
        thread.start()
        headers = {"Authorization": f"Bearer {studio.token}"}
        with httpx.Client(base_url=studio.address, headers=headers, timeout=30.0) as client:
            streams = [client.stream("GET", EVENTS) for _ in range(10)]
            answers = [stream.__enter__() for stream in streams]
            for answer in answers:
                next(answer.iter_raw())
            began = time.monotonic()
            studio.stop()
            thread.join(10.0)
            assert time.monotonic() - began < 1.5
            for stream in streams:
                stream.__exit__(None, None, None)


def test_pages_find_back_after_a_restart(tmp_path: Path) -> None:
    with workspace_of(tmp_path) as workspace, served(workspace) as (studio, client):
        cookie = client.get(studio.url()).headers["set-cookie"].partition(";")[0]
        port, token = studio.port, studio.token
        last = workspace.events.publish("mark", {})
    with workspace_of(tmp_path) as workspace, served(workspace, port=port) as (studio, _):
        assert studio.token == token
        with httpx.Client(base_url=studio.address, headers={"Cookie": cookie}) as page:
            assert page.get("/api/v1/status").status_code == 200
            with page.stream("GET", EVENTS, headers={"Last-Event-ID": str(last)}) as answer:
                hello = next(events_of(answer.iter_lines()))[2]
                assert hello["last"] >= last - 1  # numbers go on, whatever the clock's grain
                assert hello["started"] != last


def test_the_token_is_for_its_owner(workspace: Workspace) -> None:
    with Studio(workspace, port=0) as studio:
        path = workspace.path / "token"
        assert path.read_text().strip() == studio.token
        assert path.stat().st_mode & 0o077 == 0
        assert len(studio.token) >= 32
        assert studio.url("experiments/x").endswith(f"?token={studio.token}#/experiments/x")


def test_other_machines_need_a_token_of_their_own(workspace: Workspace) -> None:
    with pytest.raises(
        ParameterError,
        match=r"lets other machines do here what you can, so it needs a token: .* --token-file",
    ):
        Studio(workspace, host="0.0.0.0", port=0)
    with pytest.raises(ParameterError, match="at least 16 characters"):
        Studio(workspace, host="0.0.0.0", port=0, token="short")
    with Studio(workspace, host="0.0.0.0", port=0, token="long enough for all") as studio:
        assert studio.token == "long enough for all"
        assert studio.address == f"http://127.0.0.1:{studio.port}/"


def test_a_port_that_is_taken(workspace: Workspace) -> None:
    with Studio(workspace, port=0) as studio, pytest.raises(EngineError, match=f"port {studio.port}.*--port"):
        Studio(workspace, port=studio.port)
