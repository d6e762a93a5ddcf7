"""The one spelling of values and JSON, so that equal things have equal bytes and equal hashes."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from typing import Any

import numpy as np

from patchpilot.errors import PatchError

Json = Any
"""What `json.loads` returns."""
_FLOAT32 = struct.Struct("<f")
_LARGEST = 3.4e38
"""Below what float32 holds, so that nothing up to it becomes infinite."""


def float32(value: float, *, name: str = "value") -> float:
    """Round to the nearest float32, and give zero one sign.

    Args:
        value: any real number.
        name: what it is, for the message.

    Returns:
        The float32 as a Python float; never −0.

    Raises:
        PatchError: `value` is NaN or infinite, or no number.
    """
    if type(value) is float and -_LARGEST <= value <= _LARGEST:
        return float(_FLOAT32.unpack(_FLOAT32.pack(value))[0]) + 0.0  # the same, several times as fast
    try:
        with np.errstate(over="ignore"):
            rounded = float(np.float32(value))
    except (TypeError, ValueError, OverflowError):
        raise PatchError(f"{name}: expected a number, got {value!r}") from None
    if not math.isfinite(rounded):
        raise PatchError(f"{name}: expected a finite number, got {value!r}")
    return rounded + 0.0


def one_spelling(data: Json) -> Json:
    """The same JSON with fractions as float32, as engines hold them, and whole numbers as integers.

    Raises:
        PatchError: a number is NaN or infinite.
    """
    if isinstance(data, list):
        return [one_spelling(item) for item in data]
    if isinstance(data, dict):
        return {key: one_spelling(value) for key, value in data.items()}
    if isinstance(data, float):
        number = float32(data)
        return int(number) if number.is_integer() else number
    return data


def canonical_json(data: Json) -> str:
    """JSON with sorted keys and no spaces; NaN and infinity are refused.

    Raises:
        PatchError: `data` holds NaN, infinity or something JSON has no word for.
    """
    try:
        return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise PatchError(f"expected plain JSON values with finite numbers: {error}") from None


def sha256(*parts: bytes) -> str:
    """Hex digest over `parts`, each preceded by its length so that no two lists of parts collide."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()
