"""How close a take comes to a target sound."""

from __future__ import annotations

from collections.abc import Mapping

from patchpilot.audio import Audio
from patchpilot.distance import LogMel
from patchpilot.instruments.take import Take


class CloseTo:
    """Minus the active-cell log-mel distance to a sound, over the sound's length plus 0.2 s.

    Args:
        target: the sound.
    """

    name = "close_to"

    def __init__(self, target: Audio) -> None:
        self._distance = LogMel(target)

    def score(self, take: Take) -> Mapping[str, float]:
        """{"close_to": minus the distance}, 0 for the same sound."""
        return {self.name: -self._distance(take.audio)}
