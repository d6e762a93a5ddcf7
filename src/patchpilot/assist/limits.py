"""How far a model may go by itself."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How far a model may go, each time that it is asked for something.

    Attributes:
        turns: how often it may answer.
        seconds: how long all of it may take; what runs then is ended with its best so far.
        renders: how often instruments may play, as far as tools tell; math.inf for any number.
        calls: of tools, in one answer.
    """

    turns: int = 30
    seconds: float = 1800.0
    renders: float = math.inf
    calls: int = 16


class Spent:
    """What of the limits is used up.

    Args:
        limits: those.

    Attributes:
        turns: answers so far.
        renders: renders so far.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits, self._began_s = limits, time.monotonic()
        self.turns = self.renders = 0

    @property
    def seconds_left(self) -> float:
        """Seconds; 0 or less where none are."""
        return self._limits.seconds - (time.monotonic() - self._began_s)

    @property
    def renders_left(self) -> float:
        """Renders, >= 0."""
        return max(0.0, self._limits.renders - self.renders)

    @property
    def over(self) -> str:
        """Which limit is reached, in words; "" for none."""
        if self.turns >= self._limits.turns:
            return f"{self._limits.turns} answers, as many as it may give"
        if self.seconds_left <= 0.0:
            return f"{self._limits.seconds:g} s, as long as it may take"
        return ""
