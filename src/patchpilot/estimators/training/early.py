"""When to stop: no better for long, or much worse than it was."""

from __future__ import annotations

import math
from dataclasses import dataclass

from patchpilot.space.canonical import Json

FACTOR = 3.0
MANY = 200
"""Steps in a row that are not finite, or above what is allowed, make a divergence."""
_SMOOTH = 0.02
"""Share of a new step in the running loss."""


@dataclass
class EarlyStopping:
    """Counts epochs without a better held-out loss.

    Attributes:
        patience: how many are allowed; 0 for any number.
        best: lowest loss so far.
        best_epoch: when it was, from 0; −1 before the first.
        bad: epochs since, as far as they counted.
    """

    patience: int
    best: float = math.inf
    best_epoch: int = -1
    bad: int = 0

    def heard(self, loss: float, epoch: int, *, counts: bool = True) -> bool:
        """Hear of an epoch; whether it is the best so far.

        Args:
            loss: held-out, finite.
            epoch: its number, from 0.
            counts: whether an epoch that is no better counts.
        """
        if loss < self.best:
            self.best, self.best_epoch, self.bad = loss, epoch, 0
            return True
        self.bad += counts
        return False

    @property
    def is_over(self) -> bool:
        """Whether there were more in vain than are allowed."""
        return 0 < self.patience <= self.bad


@dataclass
class Divergence:
    """Watches the loss of each step.

    A loss diverges where `MANY` steps in a row are not finite, or where the running loss stays for as many steps above
    the best running loss by `FACTOR` times what it is, or than was gained so far, whichever is more. (A loss may be
    negative: a density's.)

    Attributes:
        running: loss, smoothed over about fifty steps; NaN before the first.
        first: what it was at first.
        best: lowest running loss.
        high: steps in a row that were too high.
        broken: steps in a row that were not finite.
    """

    running: float = math.nan
    first: float = math.nan
    best: float = math.inf
    high: int = 0
    broken: int = 0

    def heard(self, loss: float) -> None:
        """Hear of a step."""
        if not math.isfinite(loss):
            self.broken += 1
            return
        self.broken = 0
        if math.isnan(self.running):
            self.running = self.first = loss
        self.running += _SMOOTH * (loss - self.running)
        self.best = min(self.best, self.running)
        allowed = FACTOR * max(abs(self.best), self.first - self.best)
        self.high = self.high + 1 if self.running > self.best + allowed else 0

    @property
    def reason(self) -> str:
        """Why it is one, "" where it is none."""
        if self.broken >= MANY:
            return f"it was not finite for {self.broken} steps in a row"
        if self.high >= MANY:
            return f"it was {self.running:.3g}, and {self.best:.3g} at its best"
        return ""

    def to_json(self) -> Json:
        """Plain JSON: numbers that are not finite as texts."""
        return {name: value if math.isfinite(value) else str(value) for name, value in vars(self).items()}

    @classmethod
    def from_json(cls, data: Json) -> Divergence:
        """The inverse of `to_json`."""
        made = cls()
        for name, value in data.items():
            setattr(made, name, type(getattr(made, name))(value))
        return made
