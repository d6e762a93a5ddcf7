"""Which turn of all handles should do what is asked, by what each was heard to do to the features.

An elastic net in a box: the features that are asked for come as near to where they should be as it goes, those that
are held stay, and few handles are turned. By coordinate descent (Friedman, Hastie and Tibshirani, Journal of
Statistical Software 33, 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64

MISSED = 40.0
"""What it costs to reach nothing of one thing that was asked for."""
_BEYOND = 0.4
"""Of it, what going much too far costs: better than nothing."""
_SMALL = 3.0
"""Steps: of less, nothing costs less to miss."""
_FREE = 0.06
"""Of a held feature, how much those weigh that may change."""
_FIRM = 4.0
"""How much more those weigh that somebody asked to hold."""
_TURNED, _USED = 0.02, 0.12
"""What each step of a handle costs, and each handle that is turned at all: of equal moves the plainer is better."""
_REACHED = 0.03 * MISSED
"""Cost of what is missed, from which on more is hardly heard."""
_LED = 0.15
"""Of `MISSED`, what it costs at most that a lead did not go where it shows the way."""
_ROUNDS, _SWEEPS = 3, 25


@dataclass(frozen=True, eq=False)
class Aim:
    """Where the features should go, in just-noticeable steps from where they are.

    Attributes:
        goals: (f,) asked changes; 0 of those that are held.
        asked: (f,) whether a change is asked for.
        weights: (f,) of those that are held: how much it matters; of those asked for 1.
        tolerance: > 0, steps.
        leads: places of what is asked for, each with that of a feature that moves before it does, and with the steps
            that this one should go first.
    """

    goals: F64
    asked: npt.NDArray[np.bool_]
    weights: F64
    tolerance: float
    leads: tuple[tuple[int, int, float], ...] = ()

    @classmethod
    def of(
        cls,
        goals: F64,
        held: npt.NDArray[np.bool_],
        firm: npt.NDArray[np.bool_],
        *,
        tolerance: float,
        leads: tuple[tuple[int, int, float], ...] = (),
    ) -> Aim:
        """An aim.

        Args:
            goals: (f,) asked changes in steps, 0 for none.
            held: (f,) whether each should stay.
            firm: (f,) whether somebody asked for that.
            tolerance: steps within which a feature counts as held.
            leads: as the attribute; of features that are neither asked for nor held firmly.
        """
        asked = goals != 0.0
        weights = np.where(firm, _FIRM, np.where(held, 1.0, _FREE))
        return cls(goals, asked, np.where(asked, 1.0, weights), tolerance, leads)

    @property
    def scale(self) -> F64:
        """(f,) steps off a goal that cost as much as `MISSED`."""
        return np.maximum(np.abs(self.goals), _SMALL)

    def missed(self, moved: F64) -> float:
        """The cost of what is not reached, or gone beyond."""
        goals = self.goals[self.asked]
        off = np.sign(goals) * (moved[self.asked] - goals) / self.scale[self.asked]
        square = np.square(off)
        return float(MISSED * np.where(off < 0.0, square, _BEYOND * square / (1.0 + square)).sum())

    def is_met(self, moved: F64) -> bool:
        """Whether all that was asked for is reached, and all that is held stayed within its tolerance."""
        held = ~self.asked & (self.weights >= 1.0)
        return self.missed(moved) < _REACHED and bool((np.abs(moved[held]) <= self.tolerance).all())

    def led(self, moved: F64) -> tuple[F64, F64]:
        """Where leads should go while what they lead to is missed: goals and weights, (f,) each, 0 of all else."""
        goals, weights = np.zeros(len(self.goals)), np.zeros(len(self.goals))
        for asked, lead, steps in self.leads:
            left = float(np.clip(1.0 - moved[asked] / self.goals[asked], 0.0, 1.0))
            if moved[lead] / steps < 1.0:
                goals[lead], weights[lead] = steps, left * _LED * MISSED / steps**2
        return goals, weights

    def strayed(self, moved: F64) -> float:
        """The cost of what did not stay: squares of small changes, and large ones themselves."""
        off = np.abs(moved[~self.asked]) / self.tolerance
        return float(self.weights[~self.asked] @ np.where(off < 1.0, np.square(off), 2.0 * off - 1.0))


def cost(aim: Aim, at: F64, moved: F64) -> float:
    """What a search makes small.

    Args:
        aim: what is asked for.
        at: (d,) coordinates.
        moved: (f,) how far the features have moved there, in just-noticeable steps.
    """
    turned = _TURNED * float(np.abs(at).sum()) + _USED * np.count_nonzero(at)
    goals, weights = aim.led(moved)
    return aim.missed(moved) + aim.strayed(moved) + float(weights @ np.square(goals - moved)) + turned


def best_turn(
    aim: Aim, moved: F64, slope: F64, at: F64, low: F64, high: F64, *, price: float, caution: float
) -> F64:
    """Coordinates (d,) at which the features should be nearest to the aim.

    Args:
        aim: where they should go.
        moved: (f,) how far they have, at `at`.
        slope: (d, f) what a step of each coordinate does to them.
        at: (d,) coordinates; 0 is where nothing is turned.
        low: (d,) the least.
        high: (d,) the greatest.
        price: of a typical step of one coordinate.
        caution: > 0, price of a squared typical step away from `at`.
    """
    found = at.copy()
    led, urge = aim.led(moved)
    goals = np.where(urge > 0.0, led, aim.goals)
    for _ in range(_ROUNDS):
        predicted = moved + (found - at) @ slope
        off = np.maximum(np.abs(predicted) / aim.tolerance, 1.0)
        held = aim.weights / (aim.tolerance**2 * off)
        asked = MISSED / np.square(aim.scale)
        weights = np.where(urge > 0.0, urge, np.where(aim.asked, asked, held))
        curvature = (slope * weights) @ slope.T + caution * np.eye(len(at))
        pull = (slope * weights) @ (goals - moved + at @ slope) + caution * at
        found = _descended(curvature, pull, found, low, high, price)
    return found


def _descended(curvature: F64, pull: F64, start: F64, low: F64, high: F64, price: float) -> F64:
    """The least of ½ x·C·x − pull·x + price·|x|₁ in a box."""
    at, gradient = start.copy(), curvature @ start - pull
    diagonal = np.diag(curvature)
    for _ in range(_SWEEPS):
        largest = 0.0
        for i in range(len(at)):
            free = at[i] - gradient[i] / diagonal[i]
            shrunk = np.sign(free) * max(abs(free) - price / diagonal[i], 0.0)
            change = min(max(shrunk, low[i]), high[i]) - at[i]
            if change != 0.0:
                at[i] += change
                gradient += change * curvature[i]
                largest = max(largest, abs(change))
        if largest < 0.01:
            break
    return at
