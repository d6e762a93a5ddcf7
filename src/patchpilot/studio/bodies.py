"""How much may be sent, counted while it comes, so that nothing large ever gets to memory or disk."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from patchpilot.studio.answers import refusal
from patchpilot.workspace import Workspace

MOST_JSON = 4 << 20
"""Bytes of a request that is no upload."""
_AROUND = 64 << 10
"""Bytes of a multipart form around the file."""


class Bodies:
    """Ends requests that are too large or too slow, and those that come while too many others do.

    Args:
        app: what is behind it.
        workspace: whose limits, and where what is brought is kept.
    """

    def __init__(self, app: ASGIApp, workspace: Workspace) -> None:
        self._app, self._limits, self._folder = app, workspace.limits, workspace.path
        self._uploads = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on while it keeps to the limits."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        is_upload = headers.get(b"content-type", b"").startswith(b"multipart/")
        most = self._limits.upload_bytes + _AROUND if is_upload else MOST_JSON
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > most:
            await _too_large(most)(scope, receive, send)
            return
        if not is_upload:
            await self._passed(scope, receive, send, most)
            return
        if not self._has_room(int(length) if length.isdigit() else 0):
            await refusal(507, "OutputError", "the disk is full; make room")(scope, receive, send)
            return
        if self._uploads >= self._limits.uploads:
            await refusal(503, "BusyError", "too many uploads at once; a little later there is room")(
                scope, receive, send
            )
            return
        self._uploads += 1
        try:
            await self._passed(scope, receive, send, most)
        finally:
            self._uploads -= 1

    def _has_room(self, length: int) -> bool:
        """Whether what is sent has room where it lies while it comes, and where it is kept."""
        needed = length + self._limits.spare_bytes
        folders = (Path(tempfile.gettempdir()), self._folder)
        return all(shutil.disk_usage(folder).free >= needed for folder in folders)

    async def _passed(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        got, is_whole = 0, False
        until = time.monotonic() + self._limits.upload_total_s

        async def counted() -> Message:
            nonlocal got, is_whole
            if is_whole:
                return await receive()
            patience = min(self._limits.upload_s, until - time.monotonic())
            try:
                message = await asyncio.wait_for(receive(), max(0.0, patience))
            except TimeoutError:
                raise HTTPException(408, "nothing came for too long") from None
            got += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            if got > most:
                raise HTTPException(413, _said(most))
            return message

        await self._app(scope, counted, send)


def _too_large(most: int) -> ASGIApp:
    return refusal(413, "TooLargeError", _said(most))


def _said(most: int) -> str:
    return f"expected at most {most / 1e6:.0f} MB; cut out what you want, or send it compressed (FLAC, OGG)"
