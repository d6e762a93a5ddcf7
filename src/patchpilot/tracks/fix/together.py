"""Several fixes as one list of moves."""

from __future__ import annotations

from collections.abc import Sequence

from patchpilot.tracks.fix.fix import Fix
from patchpilot.tracks.moves import Move


def together(fixes: Sequence[Fix]) -> tuple[list[Move], list[str]]:
    """The moves of all fixes, and why some are left out: a knob has one value, so what comes first has it."""
    moves: list[Move] = []
    left: list[str] = []
    for fix in fixes:
        taken = {move.title for move in moves}
        clash = next((move.title for move in fix.moves if move.title in taken), None)
        if clash is not None:
            left.append(
                f"{clash} is turned by another fix already; apply this one, export again, and ask again"
            )
        else:
            moves.extend(fix.moves)
    return moves, left
