"""Who may speak with the studio: asked of every request before any of it is read.

Three doors that strangers try: another machine (it needs the token), a page of another site in the same browser (it
sends an origin that is not ours, and gets no cookie), and a name that was made to point at this machine (DNS rebinding:
its requests carry that name as the host).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from patchpilot.instruments.remote.reach import is_address, is_loopback
from patchpilot.studio.answers import refusal

COOKIE = "patchpilot_session"
FOR_GUESTS = re.compile(r"/api/v1/listen/[0-9a-f]{32}")
"""What can be read without the token: pages whose address is a secret of its own, that their route asks for."""
_STAYS_S = 400 * 86400
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=(), midi=(self)",
}
"""Of every answer: only our own scripts run, nobody frames us, nobody is told where one came from."""
_STRANGER = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Patch Pilot</title>
<p>This page needs the address that <code>patchpilot studio</code> printed, with its token. If you came from there,
<a href="/">open the studio</a>.</p></html>"""
"""A browser that follows another site's link keeps its cookie back once: then a click is enough."""


class Gate:
    """Lets those pass who know the token, and gives a browser that brings it a cookie.

    Args:
        app: what is behind it.
        token: that every request must carry, as a bearer or a cookie.
        host: that the studio listens on.
        port: that it listens on; cookies are told apart by it, since a browser sends those of all ports.
    """

    def __init__(self, app: ASGIApp, token: str, *, host: str, port: int) -> None:
        self._app, self._host = app, host
        self._token = token.encode()
        self._session = hmac.new(self._token, b"session", hashlib.sha256).hexdigest().encode()
        self._cookie = f"{COOKIE}_{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with the reason why not."""
        if scope["type"] != "http":
            return  # nothing here speaks anything else
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        app = self._answer(scope, headers) or self._app
        await app(scope, receive, _with_headers(send))

    def _answer(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        """What to say in place of what was asked for; None to let it pass."""
        host = headers.get("host", "")
        if not self._is_us(_name_of(host)):
            return refusal(403, "ForbiddenError", f"the studio is not called {host[:80]!r}")
        if _is_foreign(headers, host):
            return refusal(
                403, "ForbiddenError", "the studio answers its own page only, not those of other sites"
            )
        if (
            scope["path"] == "/"
            and scope["method"] == "GET"
            and "token=" in scope["query_string"].decode("latin-1")
        ):
            return self._welcome(scope)
        is_guest = scope["method"] in ("GET", "HEAD") and FOR_GUESTS.fullmatch(scope["path"]) is not None
        if is_guest or self._is_known(headers):
            return None
        if scope["path"] == "/":
            return Response(_STRANGER, 401, media_type="text/html")
        return refusal(
            401, "TokenError", "the token is missing or wrong: open the address that the studio printed"
        )

    def _is_us(self, name: str) -> bool:
        """Whether a Host names us: an address cannot be made to point elsewhere, a name can."""
        if is_loopback(name):
            return True
        return not is_loopback(self._host) and (is_address(name) or name == self._host)

    def _is_known(self, headers: Mapping[str, str]) -> bool:
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return hmac.compare_digest(given.strip().encode("latin-1"), self._token)
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return False
        return morsel is not None and hmac.compare_digest(morsel.value.encode(), self._session)

    def _welcome(self, scope: Scope) -> Response:
        """A cookie for whoever brings the token, and an address without it."""
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not hmac.compare_digest(given.encode(), self._token):
            return Response(_STRANGER, 401, media_type="text/html")
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            self._cookie, self._session.decode(), max_age=_STAYS_S, httponly=True, samesite="strict", path="/"
        )
        answer.headers["cache-control"] = "no-store"
        return answer


def _is_foreign(headers: Mapping[str, str], host: str) -> bool:
    """Whether a browser says that another site's page asks; programs say nothing of the kind."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return True
    is_walking_in = (
        headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )
    return headers.get("sec-fetch-site") in ("cross-site", "same-site") and not is_walking_in


def _name_of(host: str) -> str:
    """The name or address in a Host header, without the port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            there = {name.lower() for name, _ in given}
            added = [
                (name.encode(), text.encode())
                for name, text in _HEADERS.items()
                if name.encode() not in there
            ]
            message = {**message, "headers": [*given, *added]}
        await send(message)

    return sent
