"""Turning knobs for a moment: what their displays say of several values, within one look of AbletonOSC.

Afterwards each knob is back where it was, so that no extreme is heard for long.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from patchpilot.errors import LiveError
from patchpilot.live.answers import Replies
from patchpilot.live.link import Link
from patchpilot.live.shown import Shown, read
from patchpilot.live.spot import Spot
from patchpilot.live.wire import Message

MOST_OF_ONE = 8
"""Values of one knob in one look."""
_TRIES = 40
_HELD = 5
"""How often a knob may be elsewhere than it was set before it is believed that something holds it."""


def probe(link: Link, wanted: Sequence[tuple[Spot, float]], rests: Mapping[Spot, float]) -> list[Shown]:
    """Set values one after another, and read what the display says of each.

    Args:
        link: to AbletonOSC.
        wanted: places and values; those of one place one after another.
        rests: what is set after the last value of each place.

    Raises:
        LiveError: Live refuses, or something else turns the same knob.
    """
    found: dict[int, Shown] = {}
    wrong: Counter[int] = Counter()
    errors: list[str] = []
    for attempt in range(_TRIES):
        missing = _some([k for k in range(len(wanted)) if k not in found], wanted, MOST_OF_ONE >> attempt)
        if not missing:
            return [found[k] for k in range(len(wanted))]
        groups: dict[Spot, list[int]] = {}
        for k in missing:
            groups.setdefault(wanted[k][0], []).append(k)
        answers, errors = link.exchange(
            [_group(spot, [wanted[k][1] for k in ks], rests[spot]) for spot, ks in groups.items()]
        )
        for (spot, ks), replies in zip(groups.items(), answers, strict=True):
            pairs = _pairs(spot, replies, len(ks))
            for k in ks:
                text = next((text for value, text in pairs if is_at(spot, value, wanted[k][1])), None)
                if text is not None:
                    found[k] = read(text)
                elif pairs:
                    wrong[k] += 1
        if not any(any(replies.values()) for replies in answers):
            link.check()
        if max(wrong.values(), default=0) >= _HELD:
            break
    title = next((spot.title for k, (spot, _) in enumerate(wanted) if k not in found), "a knob")
    reason = (
        errors[0] if errors else "automation, a macro or a mapped controller turns it, or messages are lost"
    )
    raise LiveError(f"{title} does not stay where it is set: {reason}")


def _group(spot: Spot, raws: Sequence[float], rest: float) -> list[Message]:
    assert spot.texter is not None
    return [*(m for raw in raws for m in (spot.setter(raw), spot.getter, spot.texter)), spot.setter(rest)]


def _pairs(spot: Spot, replies: Replies, n: int) -> list[tuple[object, str]]:
    """Values with what was shown of them; none where something is missing.

    Whoever else listens to the knob has both told at every turn of it, in the same order.
    """
    assert spot.texter is not None
    values, texts = replies[spot.getter], replies[spot.texter]
    if len(values) != len(texts) or len(values) < n:
        return []
    return [(value[0], str(text[0])) for value, text in zip(values, texts, strict=True) if value and text]


def _some(missing: Sequence[int], wanted: Sequence[tuple[Spot, float]], most: int) -> list[int]:
    """At most so many of each knob, one at least: what was asked several times is lost with any of its answers."""
    counts: Counter[Spot] = Counter()
    kept = []
    for k in missing:
        counts[wanted[k][0]] += 1
        if counts[wanted[k][0]] <= max(most, 1):
            kept.append(k)
    return kept


def is_at(spot: Spot, found: object, wanted: float) -> bool:
    """Whether a value that Live gave is the one that it was told (in 32 bits)."""
    if not isinstance(found, int | float):
        return False
    if spot.is_quantized:
        return round(float(found)) == round(wanted)
    return math.isclose(float(found), wanted, rel_tol=1e-6, abs_tol=1e-7 * max(spot.high - spot.low, 1e-3))
