"""How bytes cross between processes: frames on a stream, and results with their arrays beside the pickle.

A frame is an 8-byte length and that many bytes. A packed value is the pickle (protocol 5) followed by its
buffers as they lie in memory, so an array is copied once on each side and never through the pickle.
"""

import pickle
import struct
from collections.abc import Callable
from typing import Any

Read = Callable[[int], bytearray]
"""Reads exactly n bytes, or raises EOFError."""

_LENGTH = struct.Struct("<Q")
LIMIT = 1 << 40
"""Bytes. A longer frame means that the stream is garbage, not that someone renders for a week."""


def frame(payload: bytes) -> bytes:
    """`payload` with its length before it."""
    return _LENGTH.pack(len(payload)) + payload


def read_frame(read: Read) -> bytes:
    """The next frame.

    Raises:
        EOFError: the other side is gone, or what it sent is no frame.
    """
    (length,) = _LENGTH.unpack(read(_LENGTH.size))
    if length > LIMIT:
        raise EOFError(f"a frame of {length} bytes")
    return bytes(read(length))


def pack(value: object) -> list[bytes | memoryview]:
    """`value` as chunks to write one after another. The chunks view its memory: write them before it changes.

    Raises:
        Exception: whatever pickling it raises (`PicklingError`, `TypeError`, ...).
    """
    found: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=found.append)
    buffers = [buffer.raw() for buffer in found]
    sizes = [len(head), *(buffer.nbytes for buffer in buffers)]
    return [struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes), head, *buffers]


def unpack(read: Read) -> Any:
    """The value whose chunks `read` gives. Its arrays are new memory, and writable.

    Raises:
        EOFError: there is less than was promised.
    """
    (count,) = struct.unpack("<I", read(4))
    sizes = struct.unpack(f"<{count}Q", read(8 * count))
    if sum(sizes) > LIMIT:
        raise EOFError(f"a value of {sum(sizes)} bytes")
    head, *buffers = [read(size) for size in sizes]
    return pickle.loads(head, buffers=buffers)
