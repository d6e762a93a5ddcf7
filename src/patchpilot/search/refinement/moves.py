"""Structural moves of a patch: heard, judged by what the knobs could make of them, and tried again so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.instruments.base import Instrument
from patchpilot.search.refinement.coordinates import Coordinates
from patchpilot.search.refinement.slopes import Heard, best_turn
from patchpilot.space import Edit, Patch

_FOLLOWED = 2
"""How many moves of a generation are tried again."""
_FAR = 0.5
"""A move that costs more than this is not tried again, whatever is predicted."""


@dataclass(frozen=True, eq=False)
class Try:
    """Something to hear.

    Attributes:
        patch: what to play.
        at: (d,) its coordinates.
        coordinates: of the structure that it belongs to.
        move: the structural edit that led there, None where only knobs were turned.
    """

    patch: Patch
    at: F64
    coordinates: Coordinates
    move: Edit | None = None


def tried(instrument: Instrument, patch: Patch, move: Edit) -> Try:
    """A move, and nothing else."""
    moved = move.apply(instrument.space, patch)
    coordinates = Coordinates.around(instrument.space, moved, instrument.knobs(moved))
    return Try(moved, np.zeros(len(coordinates)), coordinates, move)


def suited(one: Try, result: Heard, target: F64, keys: Sequence[str], slope: F32, *, caution: float) -> Try:
    """A move with the knobs turned as they should suit it.

    Args:
        one: the move as it was heard.
        result: what came of it, with a picture.
        target: (cells,) the target's picture.
        keys: of the knobs before the move.
        slope: float32 (d, cells), of those knobs.
        caution: > 0, price of a squared typical step.
    """
    turn, _ = _turned(one, result, target, keys, slope, caution)
    at = one.coordinates.kept(result.at + turn)
    return Try(one.coordinates.patch(at), at, one.coordinates, one.move)


def most_promising(
    pairs: Sequence[tuple[Try, Heard]],
    cost: float,
    target: F64,
    keys: Sequence[str],
    slope: F32,
    *,
    caution: float,
) -> list[tuple[Try, Heard]]:
    """The moves from which turning the knobs should lead closest; none that is far off now.

    Args:
        pairs: moves, and what came of them.
        cost: of the patch before any of them.
        target: (cells,) the target's picture.
        keys: of the knobs before the move.
        slope: float32 (d, cells), of those knobs.
        caution: > 0, price of a squared typical step.
    """
    near = [pair for pair in pairs if pair[1].picture is not None and pair[1].cost < cost + _FAR]
    hopes = [_turned(*pair, target, keys, slope, caution)[1] for pair in near]
    order = sorted(range(len(near)), key=hopes.__getitem__)
    return [near[i] for i in order[:_FOLLOWED]]


def carried(keys: Sequence[str], slope: F32, wanted: Sequence[str]) -> F32:
    """Slopes (d, cells) of one structure's knobs for those of another (e, cells); 0 for new ones."""
    known = dict(zip(keys, slope, strict=True))
    nothing = np.zeros(slope.shape[1], np.float32)
    return np.array([known.get(key, nothing) for key in wanted]).reshape(len(wanted), slope.shape[1])


def _turned(
    one: Try, result: Heard, target: F64, keys: Sequence[str], slope: F32, caution: float
) -> tuple[F64, float]:
    """The turn (d,) that suits a move, and the distance that is predicted."""
    assert result.picture is not None
    low, high = one.coordinates.low - result.at, one.coordinates.high - result.at
    believed = carried(keys, slope, one.coordinates.keys)
    return best_turn(result.picture, believed, target, low, high, caution=caution)
