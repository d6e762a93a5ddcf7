"""Sounds and files that are made in memory, as answers."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from patchpilot.audio import Audio, wav_bytes
from patchpilot.studio.api._common import FOREVER

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_AUDIO = {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}
WAV: dict[int | str, dict[str, Any]] = {
    200: {"content": _AUDIO},
    206: {"content": _AUDIO, "description": "The part that was asked for."},
    416: {"content": {}, "description": "There is no such part."},
}
"""`responses` of a route that answers with a sound."""


def sound(audio: Audio, name: str, *, asked: str | None = None, is_final: bool = True) -> Response:
    """A sound as a WAV file, or a part of that.

    Args:
        audio: it.
        name: of the file.
        asked: the header "Range" of the request.
        is_final: whether it never changes under its address.
    """
    data = wav_bytes(audio)
    headers = {
        "cache-control": FOREVER if is_final else "no-store",
        "accept-ranges": "bytes",
        "content-disposition": f"inline; filename*=utf-8''{quote(name)}",
    }
    match = _RANGE.fullmatch(asked or "")
    if match is None or match[0] == "bytes=-":
        return Response(data, media_type="audio/wav", headers=headers)
    first, last = match[1], match[2]
    start = int(first) if first else max(0, len(data) - int(last))
    end = min(int(last), len(data) - 1) if first and last else len(data) - 1
    if start > end:
        return Response(status_code=416, headers={"content-range": f"bytes */{len(data)}"})
    headers["content-range"] = f"bytes {start}-{end}/{len(data)}"
    return Response(data[start : end + 1], 206, media_type="audio/wav", headers=headers)


def attachment(data: bytes, name: str) -> Response:
    """A file to keep."""
    headers = {
        "content-disposition": f"attachment; filename*=utf-8''{quote(name)}",
        "cache-control": "no-store",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)
