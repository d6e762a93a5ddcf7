"""Requests to a running studio, and its errors as what they were there."""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from patchpilot import errors
from patchpilot.errors import EngineError, PatchPilotError
from patchpilot.workspace import ConflictError
from patchpilot.workspace import errors as workspace_errors
from patchpilot.workspace.address import Address

_API = "/api/v1"
_PATIENCE_S = 600.0
"""How long one answer may take; a draft that is moved by words takes some seconds."""
_LOST = (OSError, http.client.HTTPException, ValueError)


class Caller:
    """Asks a studio; threads may share it.

    Everything raises what the studio's workspace raised, and `ConflictError` once the studio is gone.

    Args:
        where: the studio.
    """

    def __init__(self, where: Address) -> None:
        parts = urlsplit(where.url)
        self._host, self._port, self._token = parts.hostname or "127.0.0.1", parts.port, where.token

    def get(self, path: str, *, patience_s: float = _PATIENCE_S, **query: Any) -> dict[str, Any]:
        """What is there, as JSON."""
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        return self._json("GET", f"{path}?{asked}" if asked else path, patience_s=patience_s)

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        """What comes of a request."""
        data = json.dumps({} if body is None else body).encode()
        return self._json("POST", path, data, "application/json")

    def file(self, path: str) -> bytes:
        """What is there, as it is."""
        with self.opened("GET", path) as answer:
            return answer.read()

    def upload(self, path: str, file: Path, **fields: str) -> dict[str, Any]:
        """What comes of a file that is sent, with fields of the same form."""
        edge = secrets.token_hex(16)
        parts = [f'name="{name}"\r\n\r\n{text}'.encode() for name, text in fields.items()]
        head = (
            f'name="file"; filename="{_quoted(file.name)}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        )
        try:
            parts.append(head.encode() + file.read_bytes())
        except OSError as error:
            raise errors.AudioError(f"{file}: cannot be read: {error.strerror}") from None
        start, end = f"--{edge}\r\nContent-Disposition: form-data; ".encode(), b"\r\n"
        data = b"".join(start + part + end for part in parts) + f"--{edge}--\r\n".encode()
        return self._json("POST", path, data, f"multipart/form-data; boundary={edge}")

    def _json(
        self,
        method: str,
        path: str,
        data: bytes | None = None,
        kind: str = "",
        *,
        patience_s: float = _PATIENCE_S,
    ) -> dict[str, Any]:
        with self.opened(method, path, data, kind, patience_s=patience_s) as answer:
            said: dict[str, Any] = json.loads(answer.read())
            return said

    @contextmanager
    def opened(
        self,
        method: str,
        path: str,
        data: bytes | None = None,
        kind: str = "",
        *,
        patience_s: float = _PATIENCE_S,
    ) -> Iterator[http.client.HTTPResponse]:
        """An answer while it is read; raises what it says went wrong."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=patience_s)
        headers = {"Authorization": f"Bearer {self._token}"} | ({"Content-Type": kind} if kind else {})
        try:
            connection.request(method, _API + path, data, headers)
            answer = connection.getresponse()
            if answer.status >= 400:
                raise _error_of(answer.status, answer.read())
            yield answer
        except PatchPilotError:  # some of them are ValueErrors, too
            raise
        except _LOST as error:
            raise ConflictError(
                f"the studio that has this workspace open does not answer ({str(error) or type(error).__name__}): "
                "if it has ended, try again"
            ) from None
        finally:
            connection.close()


def _quoted(name: str) -> str:
    """A file's name as forms have it (WHATWG, "multipart/form-data encoding algorithm")."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _error_of(status: int, body: bytes) -> PatchPilotError:
    """What the studio answered as an error, as that error."""
    try:
        said = json.loads(body)["error"]
        kind, message = str(said["kind"]), str(said["message"])
    except (ValueError, TypeError, KeyError):
        return EngineError(f"the studio answers with status {status}, which nothing is known of")
    if status == 401:
        return ConflictError("the studio that has this workspace open wants another token: start it again")
    for module in (workspace_errors, errors):
        made = getattr(module, kind, None)
        if isinstance(made, type) and issubclass(made, PatchPilotError):
            return made(message)
    return EngineError(message)
