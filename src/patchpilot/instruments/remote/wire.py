"""What crosses between an instrument and who plays it from afar: frames over HTTP/1.1, and never code.

A frame is 16 bytes (b"PPF1", u32 length of the head, u64 length of the body; little-endian), the head (a JSON object
in UTF-8) and the body (bytes as they are: float32 samples row by row, an asset, a preset file). A request is one
frame; a response is one or more. Floats in JSON are Python's shortest spelling, so they come back exactly.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.space.canonical import Json

PROTOCOL = 1
"""Version of all that is said here; both sides must have the same."""
PROTOCOL_HEADER = "Patchpilot-Protocol"
ABOUT_HEADER = "Patchpilot-About"
"""In a request: digest of what the client was told of the instrument, so that it never plays another unawares."""
CONTENT_TYPE = "application/x-patchpilot-frames"
MOST_HEAD = 16 << 20
"""Bytes of a head: many times what the patches of a batch take."""
MOST_BODY = 256 << 20
"""Bytes of a body: two minutes of stereo at 192 kHz fit."""
HEARTBEAT_S = 5.0
"""Who is waited for says so this often, so that a machine that is gone is told from a slow one."""

_PREFIX = struct.Struct("<4sIQ")
_MAGIC = b"PPF1"


class WireError(ValueError):
    """What came is no frame, or one that is cut off."""


@dataclass(frozen=True)
class Frame:
    """A message.

    Attributes:
        head: JSON object.
        body: bytes that go with it.
    """

    head: dict[str, Json]
    body: bytes = b""

    def pack(self) -> bytes:
        """As it crosses. Keys stay in their order, for a prior's order is part of what it draws."""
        head = json.dumps(self.head, separators=(",", ":"), allow_nan=False).encode()
        return b"".join((_PREFIX.pack(_MAGIC, len(head), len(self.body)), head, self.body))


def read_frame(read: Callable[[int], bytes]) -> Frame | None:
    """The next frame of a stream, None at its end.

    Args:
        read: reads exactly n bytes; fewer only at the end.

    Raises:
        WireError: what comes is no frame, too large, or cut off.
    """
    prefix = read(_PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < _PREFIX.size:
        raise WireError("cut off")
    magic, n_head, n_body = _PREFIX.unpack(prefix)
    if magic != _MAGIC or n_head > MOST_HEAD or n_body > MOST_BODY:
        raise WireError("no frame")
    head, body = read(n_head), read(n_body) if n_body else b""
    if len(head) < n_head or len(body) < n_body:
        raise WireError("cut off")
    try:
        said = json.loads(head)
    except ValueError:
        raise WireError("a head that is no JSON") from None
    if not isinstance(said, dict):
        raise WireError("a head that is no object")
    return Frame(said, body)


def frames(data: bytes) -> Iterator[Frame]:
    """All frames of some bytes; raises `WireError`."""
    at = 0

    def read(n: int) -> bytes:
        nonlocal at
        at += n
        return data[at - n : at]

    while (frame := read_frame(read)) is not None:
        yield frame


def result_frame(place: int, result: Audio | EngineError) -> Frame:
    """What came of a render; `place` is that in its request."""
    if isinstance(result, EngineError):
        return Frame({"at": place, "error": str(result)})
    head = {"at": place, "sample_rate": result.sample_rate, "channels": result.channels}
    return Frame(head, np.ascontiguousarray(result.samples, "<f4").tobytes())


def result_of(frame: Frame) -> tuple[int, Audio | EngineError]:
    """The inverse of `result_frame`.

    Raises:
        WireError: a part of it is missing.
    """
    try:
        place = int(frame.head["at"])
        if "error" in frame.head:
            return place, EngineError(str(frame.head["error"]))
        samples = np.frombuffer(frame.body, "<f4").reshape(int(frame.head["channels"]), -1)
        return place, Audio(samples, frame.head["sample_rate"])
    except (KeyError, TypeError, ValueError) as error:
        raise WireError(f"the result of a render with a part missing: {error!r}") from None
