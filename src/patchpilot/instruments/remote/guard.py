"""Who may speak with a server: asked of every request before any of it is read."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from patchpilot.instruments.remote.reach import is_loopback
from patchpilot.instruments.remote.wire import PROTOCOL, PROTOCOL_HEADER


class Guard:
    """Lets a request pass that speaks this protocol and carries the token.

    Without a token, which is for this machine alone, it must also be addressed to this machine, so that no web page
    gets in through a name of its own; the header of the protocol keeps pages of other origins out.

    Args:
        app: what is guarded.
        token: that every request must carry, None for none.
    """

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._token = None if token is None else token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with the reason why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                header = (PROTOCOL_HEADER.lower().encode(), str(PROTOCOL).encode())
                message = {**message, "headers": [*message.get("headers", ()), header]}
            await send(message)

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refused = self._refused(headers)
        app = self._app if refused is None else refused
        await app(scope, receive, named)

    def _refused(self, headers: Mapping[str, str]) -> JSONResponse | None:
        if self._token is None and not is_loopback(_name_of(headers.get("host", ""))):
            return refusal(403, "EngineError", "this server is for its own machine: it has no token")
        if self._token is not None:
            kind, _, given = headers.get("authorization", "").partition(" ")
            same = hmac.compare_digest(given.strip().encode("latin-1"), self._token)
            if kind.lower() != "bearer" or not same:
                return refusal(401, "EngineError", "the token is missing or wrong")
        theirs = headers.get(PROTOCOL_HEADER.lower(), "none")
        if theirs != str(PROTOCOL):
            return refusal(400, "EngineError", f"this server speaks protocol {PROTOCOL}, the client {theirs}")
        return None


def _name_of(host: str) -> str:
    """The name or address in a Host header, without the port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def refusal(status: int, error: str, message: str, **more: object) -> JSONResponse:
    """An answer that says why not: `error` is the name of one of Patch Pilot's errors."""
    return JSONResponse({"error": error, "message": message, **more}, status)
