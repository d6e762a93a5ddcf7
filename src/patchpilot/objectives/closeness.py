"""How close a take comes to a target sound."""

from __future__ import annotations

from collections.abc import Mapping

from patchpilot.audio import Audio, Target
from patchpilot.distance import LogMel
from patchpilot.distance.bands import PAD_S
from patchpilot.instruments.take import Take
from patchpilot.objectives.composition import Composable
from patchpilot.space import Performance


class CloseTo(Composable):
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


def performance_of(target: Target) -> Performance:
    """What patches are played with to be compared: the target's note, held as long, and as long as is compared."""
    return Performance.one_note(
        target.note,
        velocity=target.velocity,
        hold_s=target.hold_s,
        length_s=target.length_s + PAD_S,
    )
