"""What arrangements and templates share: TOML that a person edits, written by hand so that it may have comments."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from patchpilot.errors import ParameterError

FORMAT = 1
"""Version of both texts."""
Read = TypeVar("Read")


def parsed(text: str, known: Sequence[str], where: str) -> dict[str, Any]:
    """What a text says.

    Args:
        text: TOML.
        known: keys that it may have at the top.
        where: what it is ("the template"), for messages.

    Raises:
        ParameterError: it is no TOML, of a newer version, or has another key.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(f"expected TOML: {error}") from None
    check_keys(said, known, where)
    if said.get("format", FORMAT) != FORMAT:
        raise ParameterError(
            f"expected format {FORMAT}, got {said['format']!r}: was it written by a newer version?"
        )
    return said


def check_keys(said: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    """Raise `ParameterError` where a key is not known; names the nearest."""
    for key in said:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
            raise ParameterError(f"{where} has no {key!r}{hint}")


def read_text(path: Path, from_text: Callable[[str], Read]) -> Read:
    """What a file says; raises `ParameterError`, which names it."""
    try:
        return from_text(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path} cannot be read: {error}") from None
    except ParameterError as error:
        raise ParameterError(f"{path}: {error}") from None


def number(value: float) -> str:
    """A number as TOML, exact."""
    return repr(float(value))


def string(text: str) -> str:
    """A string as TOML."""
    escaped = "".join(
        f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else {"\\": "\\\\", '"': '\\"'}.get(c, c)
        for c in text
    )
    return f'"{escaped}"'
