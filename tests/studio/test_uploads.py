"""Files that are brought: too large, too long, too slow, no sounds, and a disk that is full."""

from __future__ import annotations

import io
import shutil
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile
from starlette.testclient import TestClient

from patchpilot.errors import OutputError
from patchpilot.workspace import Workspace
from tests.studio.clients import client_of, error_of, sent, served
from tests.workspace.toys import RATE, SMALL, sound_file, until, workspace_of

API = "/api/v1"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with workspace_of(tmp_path / "ws", limits=SMALL) as made:
        yield made


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    return client_of(workspace)


def a_zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("big.wav", bytes(30_000_000))
    return buffer.getvalue()


@pytest.mark.parametrize("data", [a_zip_bomb(), b"text", b"", b"RIFF\xff\xff\xff\xffWAVEfmt "])
def test_what_is_no_sound_is_415_whatever_it_is_called(
    client: TestClient, workspace: Workspace, data: bytes
) -> None:
    answer = client.post(f"{API}/sounds", files={"file": ("a.wav", data, "audio/wav")})
    kind, message = error_of(answer, 415)
    assert kind == "AudioError"
    assert str(workspace.path) not in message
    assert list(workspace.sounds.path.iterdir()) == []
    assert not list(workspace.path.glob(".upload*"))


def test_what_is_too_long_is_413(client: TestClient) -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros((RATE * 10, 1)), RATE, format="FLAC")  # small, but long
    answer = client.post(f"{API}/sounds", files={"file": ("a.flac", buffer.getvalue(), "audio/flac")})
    assert error_of(answer, 413)[0] == "TooLargeError"


def test_what_says_that_it_is_large_is_413_before_it_comes(client: TestClient) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x", "content-length": str(1 << 30)}
    assert error_of(client.post(f"{API}/sounds", headers=headers, content=b"--x"), 413)[0] == "TooLargeError"
    answer = client.post(f"{API}/match", headers={"content-length": str(1 << 30)}, content=b"{}")
    assert error_of(answer, 413)[0] == "TooLargeError"


def endless(said: list[int], most: int) -> Iterator[bytes]:
    """A form with a file that does not end, and how much of it was taken."""
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    while said[0] < most:
        said[0] += 1 << 16
        yield bytes(1 << 16)


def test_what_does_not_say_how_large_it_is_is_counted(workspace: Workspace) -> None:
    taken = [0]
    with served(workspace) as (_, client):
        headers = {"content-type": "multipart/form-data; boundary=x"}
        try:
            answer = client.post(f"{API}/sounds", headers=headers, content=endless(taken, 1 << 30))
            assert error_of(answer, 413)[0] == "TooLargeError"
        except httpx.WriteError:  # it hung up while we were still sending
            pass
        assert taken[0] < 64 << 20
        assert client.get(f"{API}/status").status_code == 200
    assert list(workspace.sounds.path.iterdir()) == []


def test_a_slow_upload_is_given_up_and_others_wait_for_it(workspace: Workspace, tmp_path: Path) -> None:
    path = sound_file(tmp_path / "a.wav")
    with served(workspace) as (studio, client), socket.create_connection(("127.0.0.1", studio.port)) as link:
        link.sendall(
            f"POST {API}/sounds HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {studio.token}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n--x".encode()
        )
        answer = until(lambda: (got := sent(client, path)).status_code == 503 and got)
        assert error_of(answer, 503)[0] == "BusyError"
        assert b"408" in link.recv(1000)
        assert until(lambda: sent(client, path).status_code == 201)


def test_a_disk_without_room_is_507_before_anything_comes(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sound_file(tmp_path / "a.wav")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=SMALL.spare_bytes + 100))
    assert error_of(sent(client, path), 507)[0] == "OutputError"


def test_a_full_disk_is_507(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> Any:
        raise OutputError("cannot write: the disk is full; make room")

    monkeypatch.setattr("patchpilot.workspace.sounds.save", full)
    assert error_of(sent(client, sound_file(tmp_path / "a.wav")), 507)[0] == "OutputError"

    def no_space(*_: object, **__: object) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", no_space)
    assert error_of(sent(client, sound_file(tmp_path / "a.wav")), 507)[0] == "OutputError"
