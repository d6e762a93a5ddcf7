"""Connections to a server, and what a user is told when it is not there, is another, or refuses."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from patchpilot import errors
from patchpilot.errors import EngineError, ParameterError, PatchPilotError
from patchpilot.instruments.remote.wire import (
    CONTENT_TYPE,
    HEARTBEAT_S,
    PROTOCOL,
    PROTOCOL_HEADER,
    Frame,
    WireError,
    read_frame,
)
from patchpilot.space.canonical import Json

CONNECT_S = 10.0
ANSWER_S = 180.0
"""How long one answer may take; an engine finishes what it plays before it reads a preset."""
SILENCE_S = 6 * HEARTBEAT_S
"""How long a server that plays may say nothing."""
_LOST = (OSError, http.client.HTTPException, WireError)


class MissingError(Exception):
    """The server lacks assets that a request names.

    Attributes:
        digests: their sha256.
    """

    def __init__(self, digests: list[str]) -> None:
        self.digests = digests


class Link:
    """Connections to one server; may be used by several threads.

    Args:
        url: "http://host:port", or https.
        token: sent with every request, None for none.

    Raises:
        ParameterError: the address is none.
    """

    def __init__(self, url: str, token: str | None) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        given = (parts.username, parts.query, parts.fragment, parts.path.strip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname or port == -1 or any(given):
            raise ParameterError(
                f"expected the address of an instrument, like http://127.0.0.1:8080, got {url!r}"
            )
        self.url = f"{parts.scheme}://{parts.netloc}"
        self._host, self._port, self._is_tls = parts.hostname, port, parts.scheme == "https"
        self._headers = {PROTOCOL_HEADER: str(PROTOCOL), "Content-Type": CONTENT_TYPE}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._idle: list[http.client.HTTPConnection] = []

    def open(
        self,
        path: str,
        frame: Frame | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        silence_s: float = ANSWER_S,
    ) -> Answer:
        """Send a request, a GET where there is no frame.

        Args:
            path: "/v1/about".
            frame: the request.
            headers: besides the usual ones.
            silence_s: after how many seconds without a byte the server counts as gone.

        Raises:
            MissingError: assets are to be sent first.
            EngineError: the server is not there, is another, or refuses.
            PatchPilotError: what the server raised.
        """
        body = None if frame is None else frame.pack()
        everything = {**self._headers, **(headers or {})}
        while True:
            connection, is_old = self._taken()
            sock = connection.sock
            assert sock is not None
            sock.settimeout(silence_s)
            try:
                connection.request("GET" if frame is None else "POST", path, body, everything)
                response = connection.getresponse()
            except (ConnectionError, http.client.BadStatusLine) as error:
                connection.close()
                if is_old:  # the server may have closed it while nobody looked: all requests can be repeated
                    continue
                raise self.gone(error) from None
            except _LOST as error:
                connection.close()
                raise self.gone(error) from None
            answer = Answer(self, connection, sock, response)
            try:
                answer.check()
            except BaseException:
                answer.close()
                raise
            return answer

    def ask(
        self, path: str, frame: Frame | None = None, headers: Mapping[str, str] | None = None
    ) -> list[Frame]:
        """`open`, and all that is answered."""
        with self.open(path, frame, headers) as answer:
            found = []
            while (got := answer.next()) is not None:
                found.append(got)
            return found

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def kept(self, connection: http.client.HTTPConnection) -> None:
        """Use a connection again later."""
        self._idle.append(connection)

    def gone(self, error: Exception) -> EngineError:
        """What is told when a server does not answer any more."""
        reason = str(error) or type(error).__name__
        return EngineError(
            f"the instrument at {self.url} is gone ({reason}): what had come back is kept. See why "
            "`patchpilot instrument serve` ended there, start it again, and give the same command again here"
        )

    def _taken(self) -> tuple[http.client.HTTPConnection, bool]:
        """A connection that was used before, if there is one, and whether it was."""
        with contextlib.suppress(IndexError):
            return self._idle.pop(), True
        return self._connected(), False

    def _connected(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._is_tls else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=CONNECT_S)
        try:
            connection.connect()
        except OSError as error:
            raise EngineError(
                f"nobody answers at {self.url} ({error.strerror or error}). Start the instrument there with "
                "`patchpilot instrument serve`, and look at address, port and firewall: docs/remote.md"
            ) from None
        return connection


class Answer:
    """What a server answers, frame by frame.

    Args:
        link: that it comes over.
        connection: used by nobody else until this is closed.
        sock: the connection's, which it forgets where there will be no further answer.
        response: of the connection.
    """

    def __init__(
        self,
        link: Link,
        connection: http.client.HTTPConnection,
        sock: socket.socket,
        response: http.client.HTTPResponse,
    ) -> None:
        self._link, self._connection, self._sock, self._response = link, connection, sock, response
        self._is_whole = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def check(self) -> None:
        """Raise what the server says instead of an answer; raises as `Link.open`."""
        theirs = self._response.getheader(PROTOCOL_HEADER)
        url, status = self._link.url, self._response.status
        if status == 503:
            raise EngineError(f"the instrument at {url} has too many clients: wait, or serve another")
        if theirs is None:
            raise EngineError(
                f"what answers at {url} (HTTP {status}) is not `patchpilot instrument serve`: is the port right?"
            )
        if theirs != str(PROTOCOL):
            raise EngineError(
                f"the instrument at {url} speaks protocol {theirs:.20}, and here it is {PROTOCOL}: install the same "
                "version of Patch Pilot on both sides"
            )
        if status != 200:
            raise self._refusal()

    def next(self) -> Frame | None:
        """The next frame, None at the end.

        Raises:
            EngineError: the server is gone.
        """
        try:
            frame = read_frame(self._response.read)
        except (*_LOST, AttributeError, ValueError) as error:  # the last two where another thread closed it
            raise self._link.gone(error) from None
        self._is_whole = frame is None
        return frame

    def close(self) -> None:
        """Keep the connection if all was read, else close it; a thread that reads gets an error."""
        if self._is_whole and not self._response.will_close:
            self._is_whole = False
            self._link.kept(self._connection)
            return
        self.abort()
        self._response.close()
        self._connection.close()

    def abort(self) -> None:
        """Wake a thread that reads, with an error; it closes the rest."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def _refusal(self) -> Exception:
        status, url = self._response.status, self._link.url
        try:
            said: Json = json.loads(self._response.read(1 << 20))
            name, message = str(said["error"]), str(said["message"])
        except (*_LOST, ValueError, KeyError, TypeError):
            return EngineError(
                f"the instrument at {url} failed (HTTP {status}); its own output there says why"
            )
        if status == 409:
            return MissingError([str(digest) for digest in said.get("missing", [])])
        if status == 401:
            return EngineError(
                f"the instrument at {url} refuses: {message}. Put what its --token-file holds into "
                "PATCHPILOT_TOKEN, or that file's path into PATCHPILOT_TOKEN_FILE"
            )
        if status == 412:
            return EngineError(
                f"the instrument at {url} is another one than it was: it was started again with other "
                "options or another version. Begin anew"
            )
        kind = getattr(errors, name, EngineError)
        is_ours = isinstance(kind, type) and issubclass(kind, PatchPilotError)
        return kind(message) if is_ours else EngineError(message)
