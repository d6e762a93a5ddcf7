"""Setting what Live's display is to show, where Live says of a knob only what it stores and what it shows.

The curves between the two are Live's own, and over OSC there is no way to ask what another value would show: a knob
must be turned there. So several values are tried at once, within one look of AbletonOSC, at whose end the knob is back
where it was, so that no extreme is heard for long; those are kept that lie around what is wanted, and so on: a
bisection with several cuts. Many knobs are searched side by side. Options (filter types) are tried one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from patchpilot.errors import LiveError
from patchpilot.live.link import Link
from patchpilot.live.probing import MOST_OF_ONE, probe
from patchpilot.live.shown import Shown, is_option, told
from patchpilot.live.spot import Spot

_MOST_PROBES = 48
"""Of all knobs in one look."""
_MOST_OPTIONS = 128
_ROUNDS = 40
Point = tuple[float, Shown]


@dataclass(frozen=True)
class Wish:
    """What a knob's display is to show.

    Attributes:
        spot: the parameter.
        number: what, in `unit`.
        unit: as `Move.unit`; "" where the display's own is meant.
        option: in place of the number.
        rest: what Live stores now, where the knob is between two looks; its lowest by default.
    """

    spot: Spot
    number: float = 0.0
    unit: str = ""
    option: str = ""
    rest: float | None = None


@dataclass
class _Search:
    """One knob's bracket, and the closest so far."""

    wish: Wish
    low: Point | None = None
    high: Point | None = None
    best: Point | None = None
    tried: dict[float, Shown] = field(default_factory=dict)
    is_done: bool = False


def look(link: Link, wishes: Sequence[Wish]) -> list[tuple[float, str]]:
    """Find where knobs' displays show what is wanted, side by side; they are left where they were.

    Returns:
        For each what Live stores there, and the text that it shows.

    Raises:
        LiveError: Live does not answer or refuses; a display's unit is another, its range ends before, or it is not
            monotone.
    """
    searches = [_Search(wish) for wish in wishes]
    rests = {wish.spot: wish.spot.low if wish.rest is None else wish.rest for wish in wishes}
    for _ in range(_ROUNDS):
        open_ = [search for search in searches if not search.is_done]
        if not open_:
            break
        cuts = max(1, min(MOST_OF_ONE, _MOST_PROBES // len(open_)))
        asked = [(search, raw) for search in open_ for raw in _next(search, cuts)]
        shown = probe(link, [(search.wish.spot, raw) for search, raw in asked], rests)
        for (search, raw), said in zip(asked, shown, strict=True):
            search.tried[raw] = said
        for search in open_:
            _narrow(search)
    found = []
    for search in searches:
        assert search.best is not None
        found.append((search.best[0], search.best[1].text))
    return found


def _next(search: _Search, cuts: int) -> list[float]:
    """Values to try: the ends first, then between those around what is wanted."""
    spot = search.wish.spot
    span = spot.high - spot.low
    if spot.is_quantized and (search.wish.option or span < _MOST_OPTIONS):
        if span >= _MOST_OPTIONS:
            raise LiveError(f"{spot.title} has too many values to look for {search.wish.option!r} among them")
        every = [spot.low + k for k in range(round(span) + 1)]
        return [raw for raw in every if raw not in search.tried][: max(cuts, 4)]
    if search.low is None or search.high is None:
        return [spot.low, spot.high]
    a, b = search.low[0], search.high[0]
    inside = [a + (b - a) * k / (cuts + 1) for k in range(1, cuts + 1)]
    if spot.is_quantized:
        inside = sorted({float(round(raw)) for raw in inside} - {a, b})
    return inside


def _narrow(search: _Search) -> None:
    """What was tried, as a smaller bracket; done where the display shows what is wanted, or cannot come closer."""
    if search.wish.spot.is_quantized and (
        search.wish.option or search.wish.spot.high - search.wish.spot.low < _MOST_OPTIONS
    ):
        _choose(search)
        return
    points = sorted((raw, _of_unit(search.wish, shown)) for raw, shown in search.tried.items())
    numbers = [number for _, number in points]
    falls = numbers[0] > numbers[-1]
    ordered = numbers[::-1] if falls else numbers
    if any(a > b for a, b in pairwise(ordered)):
        raise LiveError(
            f"{search.wish.spot.title}: its display goes up and down as it is turned, so what shows "
            f"{search.wish.number:g} {search.wish.unit} cannot be looked for: say the value that Live stores (unit raw)"
        )
    goal, _ = told(search.wish.number, search.wish.unit)
    _check_range(search, goal)
    best = min(points, key=lambda point: abs(point[1] - goal))
    search.best = best[0], search.tried[best[0]]
    below = [raw for raw, number in points if (number <= goal) != falls]
    above = [raw for raw, number in points if (number <= goal) == falls]
    low = max(below, default=points[0][0])
    high = min(above, default=points[-1][0])
    search.low, search.high = (low, search.tried[low]), (high, search.tried[high])
    span = search.wish.spot.high - search.wish.spot.low
    shows_it = abs(best[1] - goal) <= 0.5001 * search.best[1].step
    is_narrow = abs(high - low) <= (1.0 if search.wish.spot.is_quantized else 2e-7 * span)
    search.is_done = shows_it or is_narrow


def _choose(search: _Search) -> None:
    """Of all whole values the one that shows the option, or the number."""
    spot, wish = search.wish.spot, search.wish
    if wish.option:
        fits = [(raw, shown) for raw, shown in search.tried.items() if is_option(shown.text, wish.option)]
        if fits:
            search.best, search.is_done = fits[0], True
            return
    if len(search.tried) <= round(spot.high - spot.low):
        return
    if wish.option:
        options = ", ".join(shown.text for _, shown in sorted(search.tried.items()))
        raise LiveError(f"{spot.title} has no option {wish.option!r}, only {options}")
    numbers = {raw: shown for raw, shown in search.tried.items() if shown.number is not None}
    if not numbers and not wish.unit and wish.number in search.tried:  # a switch: what is stored is meant
        search.best, search.is_done = (wish.number, search.tried[wish.number]), True
        return
    if not numbers:
        options = ", ".join(shown.text for _, shown in sorted(search.tried.items()))
        raise LiveError(f"{spot.title} shows words ({options}): say an option, not {wish.number:g}")
    goal, _ = told(wish.number, wish.unit)
    _check_range(search, goal)
    search.best = min(numbers.items(), key=lambda item: abs(_of_unit(wish, item[1]) - goal))
    search.is_done = True


def _check_range(search: _Search, goal: float) -> None:
    wish = search.wish
    ends = [shown for shown in search.tried.values() if shown.number is not None]
    low = min(ends, key=lambda shown: _of_unit(wish, shown))
    high = max(ends, key=lambda shown: _of_unit(wish, shown))
    if not _of_unit(wish, low) - low.step <= goal <= _of_unit(wish, high) + high.step:
        raise LiveError(
            f"{wish.spot.title} goes from {low.text} to {high.text}: it cannot show "
            f"{wish.number:g} {wish.unit}".rstrip()
        )


def _of_unit(wish: Wish, shown: Shown) -> float:
    """A display's number in the unit of the wish."""
    if shown.number is None:
        raise LiveError(f"{wish.spot.title} shows {shown.text!r}, which is no number: say an option instead")
    _, unit = told(0.0, wish.unit)
    if wish.unit and shown.unit and unit != shown.unit:
        raise LiveError(f"{wish.spot.title} is in {shown.unit} ({shown.text!r}), not in {wish.unit}")
    return shown.number
