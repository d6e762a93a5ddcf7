"""A studio of the tests' own: `patchpilot studio` as a user starts it, in a process, on a temporary workspace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

_START_S = 60.0
_STOP_S = 30.0


class Server:
    """Runs until `stop`; `restart` begins another one at the same address, on the same workspace.

    Args:
        workspace: folder; made where it is missing.
        more: of the command line.

    Attributes:
        url: with the token, as the program prints it.
        address: without.
        api: a client with the token, for what the page is not about; its paths begin after /api/v1.
    """

    def __init__(self, workspace: Path, *more: str) -> None:
        self._workspace, self._more, self._port = workspace, more, 0
        workspace.parent.mkdir(parents=True, exist_ok=True)
        self._said = (workspace.parent / "studio.log").open("w+")
        self._process: subprocess.Popen[str]
        self.url = self.address = ""
        self.api = httpx.Client()
        self.start()

    def start(self) -> None:
        """Begin, and wait until it answers."""
        program = [sys.executable, "-c", "from patchpilot.cli import main; main()", "studio"]
        command = [*program, "--no-browser", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [*command, "--workspace", str(self._workspace), *self._more],
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        self.url = self._first_line()
        parts = urlsplit(self.url)
        self._port, self.address = parts.port or 0, f"{parts.scheme}://{parts.netloc}"
        token = parse_qs(parts.query)["token"][0]
        self.api.close()
        transport = httpx.HTTPTransport(retries=20)
        headers = {"Authorization": f"Bearer {token}"}
        self.api = httpx.Client(
            base_url=f"{self.address}/api/v1", headers=headers, transport=transport, timeout=60.0
        )
        self.get("/status")

    def _first_line(self) -> str:
        assert self._process.stdout is not None
        timer = threading.Timer(_START_S, self._process.kill)
        timer.start()
        line = self._process.stdout.readline().strip()
        timer.cancel()
        if not line:
            self._said.seek(0)
            raise AssertionError(f"no address within {_START_S:g} s; it said: {self._said.read()[-2000:]}")
        return line

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it, and wait for its end."""
        self._process.send_signal(how)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def restart(self, how: int = signal.SIGKILL) -> None:
        """End it, by default without warning, and begin anew."""
        self.stop(how)
        self.start()

    def close(self) -> None:
        """For good."""
        self.stop()
        self.api.close()
        self._said.close()

    def get(self, path: str) -> Any:
        """The JSON of an address."""
        return self.api.get(path).raise_for_status().json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON that comes of a request."""
        return self.api.post(path, json=body or {}).raise_for_status().json()
