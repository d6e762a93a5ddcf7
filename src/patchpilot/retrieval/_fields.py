"""Fields of JSON that somebody wrote by hand, checked one by one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any


class WrongError(ValueError):
    """What is wrong with what was written."""


def is_positive(value: Any) -> bool:
    """Whether a number is above 0, and finite."""
    return bool(0.0 < value < math.inf)


def one_of(said: Mapping[str, Any], name: str, allowed: tuple[Any, ...]) -> Any:
    """A field that holds one of a few values; raises `WrongError`."""
    value = said.get(name)
    if value not in allowed or isinstance(value, bool):
        raise WrongError(f"expected {name} as one of {', '.join(map(str, allowed))}, got {value!r:.60}")
    return value


def taken(said: Mapping[str, Any], name: str, kind: Any, words: str, fits: Callable[[Any], bool]) -> Any:
    """A field, checked.

    Args:
        said: the JSON object.
        name: of the field.
        kind: type, or types, that it may have.
        words: what is expected, as a user is told.
        fits: whether a value of that type will do.

    Raises:
        WrongError: it is missing, of another type, or will not do.
    """
    value = said.get(name)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool) or not fits(value):
        raise WrongError(f"expected {name} as {words}, got {value!r:.60}")
    return value
