"""Without Live: what is to be turned, as a list for a person; and what no program can turn there."""

from __future__ import annotations

from collections.abc import Sequence

from patchpilot.live.connection import CANNOT
from patchpilot.tracks.moves import Move


def written(moves: Sequence[Move]) -> str:
    """Moves as a list to work off by hand, by track and device."""
    lines: list[str] = []
    last = None
    ordered = sorted(enumerate(moves), key=lambda item: _first(moves, item[1]))
    for number, (_, move) in enumerate(ordered, 1):
        if (place := (move.track, move.device)) != last:
            lines.append(" → ".join(part for part in place if part))
            last = place
        was = "" if move.was is None else f" (now {move.was:g} {move.unit}".rstrip() + ")"
        lines.append(f"  {number}. {move.parameter}: {move.target}{was}")
        if move.reason:
            lines.append(f"     {move.reason}")
        if move.confidence < 1.0:
            lines.append(f"     confidence {move.confidence:.0%}")
    return "\n".join(lines) or "nothing to turn"


def limits() -> str:
    """What has to be done by hand, whatever is connected."""
    return "\n".join(["AbletonOSC cannot", *(f"  - {what}" for what in CANNOT)])


def _first(moves: Sequence[Move], move: Move) -> int:
    """Where a device is first mentioned."""
    return next(
        k for k, other in enumerate(moves) if (other.track, other.device) == (move.track, move.device)
    )
