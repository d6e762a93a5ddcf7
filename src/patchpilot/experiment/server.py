"""A command server: lines of JSON over a socket of this machine, so that an editor drives a run.

Where it listens is in `server.json` of the run's folder, which only its owner can read, with a token that whoever
connects says first:

    > {"token": "…"}
    < {"ok": true, "patchpilot": "0.1.0"}
    > {"do": "vote", "vote": "yes", "id": 1}
    < {"ok": true, "id": 1, "take": 17, …}
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from patchpilot import __version__
from patchpilot.errors import OutputError, ParameterError, PatchPilotError
from patchpilot.files import output_error
from patchpilot.space.canonical import Json

FILE = "server.json"
_HOST = "127.0.0.1"
_LONGEST = 1 << 16
"""Bytes of a line."""
_TIMEOUT_S = 30.0


class Server:
    """Answers requests until it is closed.

    Args:
        folder: where it says how to reach it.
        do: answers a request; a `PatchPilotError` becomes an answer that says so.

    Raises:
        OutputError: the folder cannot be written to, or no port is free.
    """

    def __init__(self, folder: Path, do: Callable[[Json], dict[str, Json]]) -> None:
        self._path = folder / FILE
        token = secrets.token_urlsafe(24)

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):  # who asked is gone
                    _converse(self.rfile, self.wfile, token, do)

        class Listening(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        try:
            self._server = Listening((_HOST, 0), Handler)
        except OSError as error:
            raise OutputError(f"no command server: {error.strerror or error}") from error
        try:
            said = {"host": _HOST, "port": self._server.server_address[1], "token": token, "pid": os.getpid()}
            with suppress(FileNotFoundError):
                self._path.unlink()
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                json.dump(said, file)
        except OSError as error:
            self._server.server_close()
            raise output_error(self._path, error) from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Of this machine's own address, 127.0.0.1."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        with suppress(OSError):
            self._path.unlink()


def ask(folder: Path, requests: Sequence[Json]) -> Iterator[dict[str, Json]]:
    """Say something to the server of a folder; gives its answers.

    Raises:
        ParameterError: nothing is running there, or it does not answer.
    """
    with _connected(folder) as (send, receive):
        for request in requests:
            send(request)
            yield receive()


@contextmanager
def _connected(folder: Path) -> Iterator[tuple[Callable[[Json], None], Callable[[], dict[str, Json]]]]:
    gone = f"nothing listens in {folder}: start it with `patchpilot play run FILE --serve`"
    try:
        said = json.loads((folder / FILE).read_text("utf-8"))
        link = socket.create_connection((said["host"], said["port"]), timeout=_TIMEOUT_S)
    except (OSError, ValueError, KeyError):
        raise ParameterError(gone) from None
    with link, link.makefile("rwb") as file:

        def send(request: Json) -> None:
            file.write(json.dumps(request).encode() + b"\n")
            file.flush()

        def receive() -> dict[str, Json]:
            try:
                answer: dict[str, Json] = json.loads(file.readline())
            except (OSError, ValueError):
                raise ParameterError(gone) from None
            return answer

        send({"token": said["token"]})
        if not receive().get("ok"):
            raise ParameterError(gone)
        yield send, receive


def _converse(lines: Any, out: Any, token: str, do: Callable[[Json], dict[str, Json]]) -> None:
    """Answer line after line; nothing before the token, and no second try at it."""

    def say(answer: dict[str, Json]) -> None:
        out.write(json.dumps(answer).encode() + b"\n")
        out.flush()

    first = _read(lines.readline(_LONGEST))
    given = first.get("token") if isinstance(first, dict) else None
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), token.encode()):
        say({"ok": False, "error": f"expected the token that {FILE} says"})
        return
    say({"ok": True, "patchpilot": __version__})
    while line := lines.readline(_LONGEST):
        request = _read(line)
        name = {"id": request["id"]} if isinstance(request, dict) and "id" in request else {}
        try:
            if request is None:
                raise ParameterError("expected a line of JSON")
            say({"ok": True, **name, **do(request)})
        except PatchPilotError as error:
            say({"ok": False, **name, "error": str(error)})
        except Exception as error:  # a server that dies of one request helps nobody
            say({"ok": False, **name, "error": f"unexpected {type(error).__name__}: {error}"})


def _read(line: bytes) -> Json:
    try:
        return json.loads(line)
    except ValueError:
        return None
