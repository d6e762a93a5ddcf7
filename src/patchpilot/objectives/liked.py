"""How likely somebody says YES."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take
from patchpilot.objectives.composition import Composable


class Taste(Protocol):
    """What is believed of somebody's taste."""

    def belief(self, take: Take) -> tuple[float, float]:
        """How likely a YES is, 0..1, and how unsure that number is (one standard deviation)."""


class Liked(Composable):
    """Predicted votes.

    Args:
        taste: what is believed.
        curiosity: >= 0, how much it is worth not to know: standard deviations that are added (an optimist's bound,
            as for bandits).

    Raises:
        ParameterError: `curiosity` is below 0.
    """

    name = "liked"

    def __init__(self, taste: Taste, *, curiosity: float = 0.0) -> None:
        if not curiosity >= 0.0:
            raise ParameterError(f"expected curiosity from 0 up, got {curiosity}")
        self._taste, self._curiosity = taste, curiosity

    def score(self, take: Take) -> Mapping[str, float]:
        """{"liked": 0..1}, and {"curious": …} where that counts."""
        likely, unsure = self._taste.belief(take)
        return {self.name: likely, **({"curious": self._curiosity * unsure} if self._curiosity else {})}
