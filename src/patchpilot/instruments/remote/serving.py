"""A server's life: a socket, uvicorn, the engine's thread, and the end of all of them."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from patchpilot.errors import EngineError, ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.remote.engine_thread import EngineThread
from patchpilot.instruments.remote.reach import check_reach

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

PORT = 8080
_MOST_CONNECTIONS = 64
_BACKLOG = 128
_GRACE_S = 2
"""What requests are given to end, when the server is asked to."""


class Server:
    """Serves an instrument; it can be reached as soon as this is made, and answers while `run` runs.

    Args:
        instrument: what is played, by this server alone until it is closed; it is not closed with it.
        host: address to listen on; other machines reach it only where it is not a loopback address.
        port: 0 for any that is free.
        token: that every request must carry; required beyond loopback.
        in_flight: renders that are held at once, of all clients together.

    Raises:
        ParameterError: there is no token where one is needed, it is too short, or a number is out of range.
        EngineError: the engine does not start, or the address cannot be listened on.
    """

    def __init__(
        self,
        instrument: Instrument,
        *,
        host: str = "127.0.0.1",
        port: int = PORT,
        token: str | None = None,
        in_flight: int = 16,
    ) -> None:
        check_reach(host, token)
        if not 0 <= port <= 65535 or not 1 <= in_flight <= 4096:
            raise ParameterError(
                f"expected a port to 65535 and 1 to 4096 renders, got {port} and {in_flight}"
            )
        self._socket = listening(host, port)
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self._socket.getsockname()[1]}"
        self._engine = EngineThread(instrument)
        try:
            self._server = _uvicorn(instrument, self._engine, token, in_flight)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self) -> None:
        """Answer until `stop`, or until the process is interrupted."""
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """End `run`, from another thread."""
        self._server.should_exit = True

    def close(self) -> None:
        """End the engine's thread, and listen no more."""
        self._engine.close()
        self._socket.close()


def read_token(path: Path) -> str:
    """The token of a file, white space around it left out.

    Raises:
        ParameterError: it cannot be read, or is empty.
    """
    try:
        token = path.read_text("ascii").strip()
    except OSError as error:
        raise ParameterError(f"{path}: the token cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        token = ""
    if not token or not token.isprintable() or " " in token:
        raise ParameterError(f"{path}: expected a token, one line of plain characters without spaces")
    return token


def _uvicorn(instrument: Instrument, engine: EngineThread, token: str | None, in_flight: int) -> Any:
    import uvicorn

    from patchpilot.instruments.remote.app import make_app
    from patchpilot.instruments.remote.guard import Guard

    app = Guard(make_app(instrument, engine, in_flight=in_flight), token)
    return uvicorn.Server(quiet(app, most_connections=_MOST_CONNECTIONS))


def quiet(app: ASGIApp, *, most_connections: int) -> uvicorn.Config:
    """How uvicorn serves an application here: it says nothing by itself, and ends soon when it is asked to."""
    import uvicorn

    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # clients are told what goes wrong, and an end in the middle is no error
        access_log=False,
        server_header=False,
        limit_concurrency=most_connections,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_GRACE_S,
    )


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is any that is free. Raises `EngineError` where it cannot."""
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        sock = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":  # elsewhere it would let two servers share a port
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
            sock.listen(_BACKLOG)
        except OSError:
            sock.close()
            raise
        return sock
    except OSError as error:
        raise EngineError(
            f"cannot listen on {host}, port {port}: {error.strerror or error}; is another server running there? "
            "Name another with --port, or 0 for any"
        ) from None
