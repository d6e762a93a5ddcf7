"""What is heard in a round: handles turned alone, all together, structural moves, and the plainest that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64
from patchpilot.search.refinement.slopes import Heard
from patchpilot.search.refinement.slopes import probes as drawn_probes
from patchpilot.words.handles import Handles
from patchpilot.words.turning import Aim, best_turn, cost

SIZE = 8
_PROBED = 0.7
"""Of the renders, at most how many go into turning single handles."""
_PROBE = 1.5
"""Typical steps of a probe."""
_FAR, _FAR_AT_ONCE = 5.0, 4
"""Typical steps of a far probe, and how many handles it turns."""
_TOWARDS = 0.4
"""Steps that some probe must move what was asked for, for its slopes to be worth anything."""
_SLIGHT = 0.05
_HEARD = 0.15
"""Steps of any feature, from which on a probe was heard."""
_PRICES = (
    (0.4, 0.03),
    (0.1, 0.2),
    (0.02, 0.02),
    (0.4, 0.03),
    (0.1, 0.1),
    (0.1, 0.4),
    (0.02, 0.1),
    (0.02, 0.03),
)
"""Of a typical step and of its square: of one handle turned far, and of many turned a little."""
_ALL, _FREE = 3, 0.6
"""So many of these turn any handle; the others may turn a part of them, drawn anew: some handles are not what their
slopes say."""
_SUITED = ((0.1, 0.1), (0.02, 0.03))
_SEARCHED = 2.0
"""Typical steps, what is turned at random where the slopes know no better."""
_LEAST = 0.2
"""Steps below which a turn is not worth its place among those that a user reads."""
_FEW = (1, 2, 3, 5, 8)
_PARTS = (0.33, 0.5, 0.75)
"""How many handles, and which parts of all, are kept turned for the last round to hear whether so few are enough."""


@dataclass(frozen=True, eq=False)
class Model:
    """What is known before a round.

    Attributes:
        handles: the coordinates.
        aim: what is asked for.
        best: the best so far.
        slope: (d, f), what a step of each does to the features.
        reach: steps by which a handle may go at once.
        still: (d,) which of them stay as they are: edits, and handles that nothing was heard of.
    """

    handles: Handles
    aim: Aim
    best: Heard
    slope: F64
    reach: float
    still: npt.NDArray[np.bool_]

    @property
    def moved(self) -> F64:
        """How far the features have moved at the best, (f,)."""
        return np.asarray(self.best.picture, np.float64)

    def ends(self, at: F64) -> tuple[F64, F64]:
        """How far the handles may go from there."""
        low = np.where(self.still, at, np.maximum(self.handles.low, at - self.reach))
        return low, np.where(self.still, at, np.minimum(self.handles.high, at + self.reach))


def probes(handles: Handles, renders: int, random: np.random.Generator) -> list[F64]:
    """Each handle turned alone where there is more room; some at a time, where there are too many."""
    n, most = handles.n_turned, max(round(_PROBED * renders), SIZE)
    nothing = np.zeros(len(handles))
    if n > most:
        made = drawn_probes(nothing[:n], np.ones(n), most, random)
        return [handles.kept(np.concatenate([row, nothing[n:]])) for row in made]
    by = np.where(handles.high >= -handles.low, 1.0, -1.0) * _PROBE
    return [handles.kept(row) for row in np.diag(by)[:n]]


def unheard(handles: Handles, heard: Sequence[Heard]) -> npt.NDArray[np.bool_]:
    """Which coordinates no probe has shown to be heard, edits among them, (d,)."""
    still = np.ones(len(handles), bool)
    for one in heard:
        if np.abs(np.asarray(one.picture)).max() >= _HEARD:
            still[np.flatnonzero(one.at)] = False
    return still


def far_probes(
    handles: Handles, aim: Aim, heard: Sequence[Heard], left: int, random: np.random.Generator
) -> list[F64]:
    """Handles turned far: a soft noise is heard only once it is loud.

    Those of which nothing was heard, some at a time; and where none has moved what was asked for the asked way, single
    ones: those that moved it most, whichever way, for what they did to the rest.

    Args:
        handles: the coordinates.
        aim: what is asked for.
        heard: what came of the probes.
        left: how many renders there are; few are spent on this.
        random: where the order of the unheard ones comes from.
    """
    still = unheard(handles, heard)[: handles.n_turned]
    silent = random.permutation(np.flatnonzero(still))
    groups = [silent[i : i + _FAR_AT_ONCE] for i in range(0, len(silent), _FAR_AT_ONCE)][:SIZE]
    single = [one for one in heard if np.count_nonzero(one.at) == 1]
    moved = np.array([one.picture for one in single], np.float64).reshape(len(single), len(aim.goals))
    asked = moved[:, aim.asked] * np.sign(aim.goals[aim.asked]) if single else np.zeros((0, 1))
    n_single = SIZE if (np.abs(asked).max(axis=0, initial=0.0) < _TOWARDS).any() else SIZE // 2
    if (asked.max(axis=0, initial=0.0) < _TOWARDS).any():
        purity = [
            (np.abs(row).max() + _SLIGHT) / (aim.strayed(all_of_it) + _TOWARDS)
            for row, all_of_it in zip(asked, moved, strict=True)
        ]
        order = np.argsort(-np.array(purity), kind="stable")[:n_single]
        groups += [np.flatnonzero(single[i].at) for i in order]
    made = []
    for group in groups[: max(left // 3, 1)]:
        point = np.zeros(len(handles))
        point[group] = np.where(handles.high[group] >= -handles.low[group], _FAR, -_FAR)
        made.append(handles.kept(point))
    return made


def together(model: Model, random: np.random.Generator) -> list[F64]:
    """All handles, or some of them, turned as the slopes say."""
    centre, made = model.best.at, []
    low, high = model.ends(centre)
    for k, (price, caution) in enumerate(_PRICES):
        is_free = random.random(len(centre)) < (1.0 if k < _ALL else _FREE)
        ends = (np.where(is_free, end, centre) for end in (low, high))
        point = best_turn(model.aim, model.moved, model.slope, centre, *ends, price=price, caution=caution)
        point = _worthwhile(model.handles, point)
        if np.allclose(point, centre):  # the slopes know no better: learn more of them
            spread = np.where(model.still, 0.0, _SEARCHED)
            point = model.handles.kept(drawn_probes(centre, spread, 1, random)[0])
        made.append(point)
    return made


def edits(model: Model, places: Sequence[int]) -> list[F64]:
    """Structural moves of the best, one at a time."""
    made = []
    for place in places:
        point = model.best.at.copy()
        point[place] = 1.0 - point[place]
        made.append(point)
    return made


def suited(model: Model, heard: Sequence[Heard]) -> list[F64]:
    """The most promising structural moves, with the handles turned to suit them.

    Args:
        model: what is known.
        heard: what came of the moves.
    """
    hopes = []
    for one in heard:
        moved = np.asarray(one.picture, np.float64)
        low, high = model.ends(one.at)
        points = [
            best_turn(model.aim, moved, model.slope, one.at, low, high, price=price, caution=caution)
            for price, caution in _SUITED
        ]
        hope = min(cost(model.aim, point, moved + (point - one.at) @ model.slope) for point in points)
        hopes.append((hope, points))
    hopes.sort(key=lambda pair: pair[0])
    return [_worthwhile(model.handles, point) for _, points in hopes[: SIZE // 2] for point in points]


def plainer(model: Model) -> list[F64]:
    """The best with few handles turned: those without which most would be lost, turned to make up for the rest."""
    handles, aim, made = model.handles, model.aim, []
    centre = point = model.best.at
    at, kept = model.moved, np.flatnonzero(centre)
    few = {*_FEW, *(round(part * len(kept)) for part in _PARTS)}
    while len(kept) > 1:
        losses = [cost(aim, point, at - point[i] * model.slope[i]) for i in kept]
        kept = np.delete(kept, int(np.argmin(losses)))
        is_kept = np.isin(np.arange(len(centre)), kept)
        point = np.where(is_kept, point, 0.0)
        at = model.moved + (point - centre) @ model.slope
        if len(kept) in few:
            low, high = (np.where(is_kept, end, 0.0) for end in model.ends(point))
            point = handles.kept(best_turn(aim, at, model.slope, point, low, high, price=0.0, caution=0.02))
            at = model.moved + (point - centre) @ model.slope
            made.append(point)
    return made[::-1]


def _worthwhile(handles: Handles, point: F64) -> F64:
    return handles.kept(np.where(np.abs(point) < _LEAST, 0.0, point))
