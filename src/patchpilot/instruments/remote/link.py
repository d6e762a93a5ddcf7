"""Connections to a server, and what a user is told when it is not there or gone."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from patchpilot.errors import EngineError, ParameterError
from patchpilot.instruments.remote.answer import LOST, Answer
from patchpilot.instruments.remote.wire import CONTENT_TYPE, HEARTBEAT_S, PROTOCOL, PROTOCOL_HEADER, Frame

CONNECT_S = 10.0
ANSWER_S = 180.0
"""How long one answer may take; an engine finishes what it plays before it reads a preset."""
SILENCE_S = 6 * HEARTBEAT_S
"""How long a server that plays may say nothing."""


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
            except LOST as error:
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
