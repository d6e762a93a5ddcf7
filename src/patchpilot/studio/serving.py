"""The studio's life: a token, a socket, uvicorn, and the end of all of them."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from types import FrameType
from typing import Self

import uvicorn

from patchpilot.errors import ParameterError
from patchpilot.files import output_error
from patchpilot.instruments.remote.reach import check_reach
from patchpilot.instruments.remote.serving import listening, quiet, read_token
from patchpilot.studio.app import make_app
from patchpilot.workspace import Workspace, address

PORT = 8137
TOKEN = "token"
"""File of the token in a workspace: kept, so that open pages find back after a restart."""
_MOST_CONNECTIONS = 500
_ANY = ("0.0.0.0", "::")
"""All addresses of a machine, none of which is a page's."""


class Studio:
    """Serves a workspace; it can be reached as soon as this is made, and answers while `run` runs.

    Args:
        workspace: what is served; it is not closed with it.
        host: address to listen on; other machines reach it only where it is not a loopback address.
        port: 0 for any that is free.
        token: that whoever speaks with it must know; the workspace's own where none is given, which is for this
            machine only.

    Raises:
        EngineError: the address cannot be listened on.
        OutputError: the token cannot be written.
        ParameterError: other machines could reach it without a token of their own, or a number is out of range.
    """

    def __init__(
        self, workspace: Workspace, *, host: str = "127.0.0.1", port: int = PORT, token: str | None = None
    ) -> None:
        check_reach(host, token, what="do here what you can", advice="--token-file token.txt")
        if not 0 <= port <= 65535:
            raise ParameterError(f"expected a port to 65535, got {port}")
        self.workspace = workspace
        self.token = token or own_token(workspace.path)
        self._socket = listening(host, port)
        self.port = int(self._socket.getsockname()[1])
        name = "127.0.0.1" if host in _ANY else f"[{host}]" if ":" in host else host
        self.address = f"http://{name}:{self.port}/"
        app = make_app(workspace, self.token, host=host, port=self.port)
        self._server = _Ending(quiet(app, most_connections=_MOST_CONNECTIONS), workspace)
        address.leave(workspace.path, self.address, self.token, bank=workspace.bank.path)

    def url(self, view: str = "") -> str:
        """What a browser opens: it gets a cookie for the token, and shows a view ("experiments/ID")."""
        return f"{self.address}?token={self.token}{f'#/{view}' if view else ''}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self) -> None:
        """Answer until `stop`, or until the process is interrupted."""
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """End `run`, from another thread."""
        self._server.end()

    def close(self) -> None:
        """Listen no more."""
        address.remove(self.workspace.path)
        self._socket.close()


class _Ending(uvicorn.Server):
    """A server that ends at once though many listen to events."""

    def __init__(self, config: uvicorn.Config, workspace: Workspace) -> None:
        super().__init__(config)
        self._workspace = workspace

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End because of a signal."""
        super().handle_exit(sig, frame)
        self.end()

    def end(self) -> None:
        """Send those away who wait for events, and end."""
        self.should_exit = True
        self._workspace.events.close()


def own_token(folder: Path) -> str:
    """The token of a workspace, made where there is none; only its owner can read it.

    Raises:
        OutputError: it cannot be written.
        ParameterError: what is there is no token.
    """
    path = folder / TOKEN
    if path.exists():
        return read_token(path)
    token = secrets.token_urlsafe(24)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(token + "\n")
    except OSError as error:
        raise output_error(path, error) from error
    return token
