"""Values of many places at once: read, set and checked; and what Live stores for what a move says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from patchpilot.errors import LiveError
from patchpilot.live.answers import Refusal
from patchpilot.live.link import Link
from patchpilot.live.probing import is_at
from patchpilot.live.spot import Spot
from patchpilot.tracks.moves import RAW, Move

_TRIES = 5
_UNITS = {"tempo": "BPM", "current_song_time": "beats", "loop_start": "beats", "loop_length": "beats"}
"""Of what Live stores as it is."""
_FADER_DB = (-18.0, 6.0)
"""Between these a fader of Live is straight: 0 dB at 0.85, 40 dB for the whole of it."""


def values_of(link: Link, spots: Sequence[Spot]) -> list[tuple[float, str]]:
    """What Live stores, and what it shows ("" where it does not say that).

    Raises:
        LiveError: Live does not answer, or a place is gone.
    """
    texters = [spot.texter for spot in spots]
    answers = link.ask([spot.getter for spot in spots] + [texter for texter in texters if texter is not None])
    texts = iter(answers[len(spots) :])
    found = []
    for spot, answer, texter in zip(spots, answers, texters, strict=False):
        text = next(texts) if texter is not None else ("",)
        if isinstance(answer, Refusal) or not answer or not isinstance(answer[0], int | float):
            reason = answer.text if isinstance(answer, Refusal) else f"it says {answer!r}"
            raise LiveError(f"{spot.title} cannot be read: {reason or 'Live does not answer'}")
        found.append((float(answer[0]), "" if isinstance(text, Refusal) or not text else str(text[0])))
    return found


def put(link: Link, wanted: Mapping[Spot, float]) -> None:
    """Set values, look at what came of it, and set again what was lost.

    Raises:
        LiveError: Live refuses, or a value does not stay.
    """
    missing = dict(wanted)
    errors: list[str] = []
    for _ in range(_TRIES):
        errors = link.tell([spot.setter(value) for spot, value in missing.items()])
        now = values_of(link, list(missing))
        missing = {
            spot: value
            for (spot, value), (found, _) in zip(missing.items(), now, strict=True)
            if not is_at(spot, found, value)
        }
        if not missing:
            return
    spot, value = next(iter(missing.items()))
    reason = errors[0] if errors else "automation, a macro or a mapped controller holds it"
    raise LiveError(f"{spot.title} does not take {value:g} ({reason})")


def stored(spot: Spot, move: Move) -> float | None:
    """What Live is to store for a move; None where only its display can tell.

    Raises:
        LiveError: the unit means nothing there, or the value is beyond the range.
    """
    value: float | None = None
    if move.unit == RAW and not move.option:
        value = move.value
    elif spot.kind == "parameter":
        return None
    elif move.option:
        value = {"on": 1.0, "off": 0.0}.get(move.option.casefold())
    elif move.unit == _UNITS.get(spot.parameter, "") or not move.unit:
        value = move.value
    elif move.unit == "L/R" and spot.parameter == "panning":
        value = move.value / 50.0
    elif move.unit == "%" and spot.parameter == "panning":
        value = move.value / 100.0
    elif move.unit == "dB" and spot.parameter == "volume":
        value = _fader(spot, move.value)
    if value is None:
        raise LiveError(
            f"{spot.title} cannot be set to {move.target}: use the number that Live stores (unit raw)"
        )
    if not spot.low <= value <= spot.high:
        raise LiveError(f"{spot.title}: expected {spot.low:g} to {spot.high:g}, got {value:g}")
    return value


def _fader(spot: Spot, level_db: float) -> float:
    """0..1 for a level.

    Raises:
        LiveError: it is where Live's fader is not straight, and its curve is not known.
    """
    low, high = _FADER_DB
    if not low <= level_db <= high:
        raise LiveError(
            f"{spot.title}: a fader is known from {low:g} to {high:g} dB only, got {level_db:g} dB: use raw, 0 to 1"
        )
    return min(0.85 + level_db / 40.0, 1.0)
