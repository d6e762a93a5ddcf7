"""What a server answers: frames, or what it says instead, as an error that a user is told."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from types import TracebackType
from typing import TYPE_CHECKING, Self

from patchpilot import errors
from patchpilot.errors import EngineError, PatchPilotError
from patchpilot.instruments.remote.wire import PROTOCOL, PROTOCOL_HEADER, Frame, WireError, read_frame
from patchpilot.space.canonical import Json

if TYPE_CHECKING:
    from patchpilot.instruments.remote.link import Link

LOST = (OSError, http.client.HTTPException, WireError)
"""What is raised where a connection breaks."""


class MissingError(Exception):
    """The server lacks assets that a request names.

    Attributes:
        digests: their sha256.
    """

    def __init__(self, digests: list[str]) -> None:
        self.digests = digests


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
        except (*LOST, AttributeError, ValueError) as error:  # the last two where another thread closed it
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
        except (*LOST, ValueError, KeyError, TypeError):
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
