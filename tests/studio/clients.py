"""What the tests of the studio share: applications, clients, and servers that run in a thread."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.testclient import TestClient

from patchpilot.studio.app import make_app
from patchpilot.studio.serving import Studio
from patchpilot.workspace import Workspace
from tests.workspace.toys import sound_file

TOKEN = "a-token-of-the-tests-only"
BASE = "http://127.0.0.1:8137"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def client_of(workspace: Workspace, *, host: str = "127.0.0.1", headers: Any = BEARER) -> TestClient:
    """A client of the whole application, gate and all; it knows the token."""
    app = make_app(workspace, TOKEN, host=host, port=8137)
    return TestClient(app, base_url=BASE, headers=headers, raise_server_exceptions=False)


def sent(client: Any, path: Path, name: str = "lead.wav") -> Any:
    """The answer to a sound that is brought."""
    with path.open("rb") as file:
        return client.post("/api/v1/sounds", files={"file": (name, file, "audio/wav")})


def brought(client: Any, folder: Path, **options: Any) -> str:
    """The id of a sound that was brought."""
    answer = sent(client, sound_file(folder / "in.wav", **options))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def error_of(answer: Any, status: int) -> tuple[str, str]:
    """Kind and message of an error."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    said = answer.json()
    assert set(said) == {"error"}
    assert set(said["error"]) == {"kind", "message"}
    return said["error"]["kind"], said["error"]["message"]


@contextmanager
def served(workspace: Workspace, **options: Any) -> Iterator[tuple[Studio, httpx.Client]]:
    """A real server in a thread, and a client that knows its token."""
    with Studio(workspace, port=options.pop("port", 0), **options) as studio:
        thread = threading.Thread(target=studio.run)
        thread.start()
        try:
            headers = {"Authorization": f"Bearer {studio.token}"}
            with httpx.Client(base_url=studio.address, headers=headers, timeout=30.0) as client:
                yield studio, client
        finally:
            studio.stop()
            thread.join(10.0)
            assert not thread.is_alive()


def events_of(lines: Iterator[str]) -> Iterator[tuple[int | None, str, Any]]:
    """(number, type, data) of server-sent events."""
    number, kind = None, ""
    for line in lines:
        name, _, text = line.partition(": ")
        if name == "id":
            number = int(text)
        elif name == "event":
            kind = text
        elif name == "data":
            yield number, kind, json.loads(text)
            number = None
