"""A record of the journal: which note of which candidate, and what came back for it; with a checksum."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from patchpilot.audio import Audio
from patchpilot.errors import EngineError

Key = tuple[int, int]
"""Which candidate, and which of its notes."""
_HEAD = struct.Struct("<IBqiIIQ")
"""Checksum of all that follows; kind; candidate; number of the note; rate; channels; bytes of the payload."""
HEAD_BYTES = _HEAD.size
_AUDIO, _FAILURE = 0, 1


def packed(key: Key, result: Audio | EngineError | str) -> tuple[bytes, memoryview]:
    """The head and the payload of a record."""
    if isinstance(result, Audio):
        kind, rate, channels = _AUDIO, result.sample_rate, result.channels
        payload = np.ascontiguousarray(result.samples, "<f4").data.cast("B")
    else:
        kind, rate, channels, payload = _FAILURE, 0, 0, memoryview(str(result).encode())
    tail = _HEAD.pack(0, kind, *key, rate, channels, len(payload))[4:]
    return zlib.crc32(payload, zlib.crc32(tail)).to_bytes(4, "little") + tail, payload


def payload_bytes(head: bytes) -> int:
    """How long the payload after a head is, as it says."""
    return int(_HEAD.unpack(head)[-1])


def unpacked(head: bytes, payload: bytes) -> tuple[Key, Audio | EngineError] | None:
    """What a record says; None where its checksum is another."""
    check, kind, candidate, note, rate, channels, _ = _HEAD.unpack(head)
    if zlib.crc32(payload, zlib.crc32(head[4:])) != check:
        return None
    if kind == _FAILURE:
        return (candidate, note), EngineError(payload.decode())
    return (candidate, note), Audio(np.frombuffer(payload, "<f4").reshape(channels, -1), rate)
