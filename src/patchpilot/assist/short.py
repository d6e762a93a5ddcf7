"""Answers cut to what a language model can read: numbers rounded, long lists and tables cut with a count."""

from __future__ import annotations

import json
import math
import re
from typing import Any

MOST_CHARS = 6000
"""Of an answer as JSON: some 2,000 tokens."""
_STEPS = (24, 12, 6, 3, 1)
"""How many items of a list are kept, tried until all of it is short enough; of a table twice as many."""
_TEXT = 600
_DIGITS = 4
_DIGEST = re.compile(r"[0-9a-f]{32,}")
_NUMBERS = 8
"""Longer lists that are numbers only are told by their range."""
_FEW = 6
"""So many are shown, whatever is looked for."""


def shortened(answer: Any, *, find: str = "", chars: int = MOST_CHARS) -> Any:
    """An answer that is short enough.

    Args:
        answer: JSON.
        find: words; of long lists and tables only what contains all of them is shown.
        chars: of the answer as JSON, at most.

    Returns:
        JSON; the same where it is short already, but for rounding.
    """
    words = _words(find)
    for most in _STEPS:
        short = _cut(answer, most, words)
        if len(json.dumps(short, ensure_ascii=False)) <= chars:
            return short
    text = json.dumps(short, ensure_ascii=False)
    return {"cut": f"{text[: max(0, chars - 200)]}…", "note": "too long: ask for less, or use `find`"}


def rounded(number: float) -> float | int:
    """To four significant digits; whole numbers without a point."""
    if not math.isfinite(number) or number == 0.0:
        return number
    digits = max(0, _DIGITS - 1 - math.floor(math.log10(abs(number))))
    found = round(float(number), digits)
    return int(found) if found.is_integer() and abs(found) >= 1.0 else found


def _cut(value: Any, most: int, words: tuple[str, ...]) -> Any:
    if isinstance(value, float):
        return rounded(value)
    if isinstance(value, str):
        if _DIGEST.fullmatch(value):
            return f"{value[:12]}…"
        return value if len(value) <= _TEXT else f"{value[:_TEXT]}… ({len(value)} characters)"
    if isinstance(value, list):
        return _list(value, most, words)
    if isinstance(value, dict):
        return _table(value, most, words)
    return value


def _list(items: list[Any], most: int, words: tuple[str, ...]) -> Any:
    if drawn := _drawn(items):
        return drawn
    chosen = items
    if words and len(items) > _FEW and (len(items) > most or isinstance(items[0], dict)):
        chosen = [item for item in items if _has(item, words)]
        if not chosen:
            return [f"{len(items)}, none of them with {' '.join(words)!r}"]
    kept = [_cut(_filled(item), most, words) for item in chosen[:most]]
    left = len(items) - len(kept)
    return [*kept, f"… and {left} more of {len(items)}"] if left else kept


def _drawn(items: list[Any]) -> str:
    """What is there to be drawn, in words; "" for all else."""
    if len(items) <= _NUMBERS:
        return ""
    if all(_is_number(item) for item in items):
        return f"{len(items)} numbers from {rounded(min(items))} to {rounded(max(items))}"
    if all(isinstance(item, list) and 0 < len(item) <= 3 and all(map(_is_number, item)) for item in items):
        return f"{len(items)} points"
    return ""


def _filled(item: Any) -> Any:
    """An item of a list without its empty fields, which all others have, too."""
    return (
        {name: value for name, value in item.items() if value not in ("", [], {})}
        if isinstance(item, dict)
        else item
    )


def _table(table: dict[str, Any], most: int, words: tuple[str, ...]) -> dict[str, Any]:
    """Names of fields are few; what has more entries than that is a table of its own."""
    names = list(table)
    room = 2 * max(most, 12)
    if len(names) > room:
        found = [name for name in names if words and _has({name: table[name]}, words)]
        names = (found or names)[: 2 * most]
    kept = {name: _cut(table[name], most, words) for name in names}
    left = len(table) - len(kept)
    return (
        {**kept, "…": f"and {left} more of {len(table)}; `find` shows those that you name"} if left else kept
    )


def _has(value: Any, words: tuple[str, ...]) -> bool:
    text = _plain(json.dumps(_told(value), ensure_ascii=False))
    return all(word in text for word in words)


def _told(value: Any) -> Any:
    """What is looked at to find something: all but long lists of words to choose from."""
    if isinstance(value, dict):
        return {name: _told(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_told(item) for item in value if len(value) <= _NUMBERS or not isinstance(item, str)]
    return value


def _words(find: str) -> tuple[str, ...]:
    return tuple(_plain(find).split())


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-.]+", " ", text.casefold())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
