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
_LEAST_LEAP = 3.0
"""Typical steps that a knob leaps at least: what is nearer is reached by turning."""
_SELDOM = 0.15
"""How often a knob leaps that is not heard where it is, against one that is heard most."""
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


def leaps(
    coordinates: Coordinates,
    at: F64,
    slope: F32,
    options: Sequence[Edit],
    n: int,
    random: np.random.Generator,
) -> list[Edit]:
    """Moves for an instrument of which nobody said what suits it: single knobs at random, far from where they are.

    A turn follows slopes, which say nothing of what lies beyond the next hill: the other rate of an LFO, another
    envelope. So knobs are put there, and then all are turned to suit them.

    Args:
        coordinates: whose knobs leap.
        at: (d,) where they are.
        slope: float32 (d, cells), what they do there: those that are hardly heard leap seldom.
        options: other moves; of those that set the same, one is drawn, as often as the knob that is heard most.
        n: how many.
        random: where they come from.
    """
    groups: dict[str, list[Edit]] = {}
    for edit in options:
        groups.setdefault(", ".join(edit.values), []).append(edit)
    places = [
        i for i, p in enumerate(coordinates.view.parameters) if p.name in coordinates.view.space.by_name
    ]
    choices: list[list[Edit] | int] = [*groups.values(), *places]
    heard = np.abs(slope).mean(axis=1, dtype=np.float64)[places]
    weights = np.concatenate(
        [np.ones(len(groups)), _SELDOM + heard / max(float(heard.max(initial=0.0)), 1e-9)]
    )
    found = []
    for k in random.choice(len(choices), min(n, len(choices)), replace=False, p=weights / weights.sum()):
        chosen = choices[k]
        if isinstance(chosen, list):
            found.append(chosen[random.integers(len(chosen))])
        else:
            found.append(_leap(coordinates, at, chosen, random))
    return found


def _leap(coordinates: Coordinates, at: F64, place: int, random: np.random.Generator) -> Edit:
    """One knob put elsewhere."""
    low, high = coordinates.low[place], coordinates.high[place]
    to = random.uniform(low, high)
    if abs(to - at[place]) < _LEAST_LEAP:
        up = at[place] + _LEAST_LEAP
        to = up if up <= high else at[place] - _LEAST_LEAP
    parameter = coordinates.view.parameters[place]
    norm = coordinates.origin[place] + np.clip(to, low, high) * coordinates.units[place]
    value = parameter.value(float(norm))
    return Edit(f"{parameter.name} at {parameter.text(value)}", {parameter.name: value})


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
