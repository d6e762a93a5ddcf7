"""How fast a network learns, step by step."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """The learning rate rises evenly, then falls as half a cosine to zero.

    Attributes:
        lr: the highest.
        warm_up: share of the steps in which it rises.
        steps: of all epochs.
    """

    lr: float
    warm_up: float
    steps: int

    def __call__(self, step: int) -> float:
        """The learning rate of a step, from 0."""
        rising = max(1, round(self.warm_up * self.steps))
        if step < rising:
            return self.lr * (step + 1) / rising
        share = min(1.0, (step - rising) / max(1, self.steps - rising))
        return 0.5 * self.lr * (1.0 + math.cos(math.pi * share))
