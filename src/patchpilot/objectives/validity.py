"""Whether a take is a sound at all."""

from __future__ import annotations

from collections.abc import Mapping

from patchpilot.audio.faults import Limits
from patchpilot.instruments.take import Take
from patchpilot.objectives.composition import Composable


class Valid(Composable):
    """Takes away 1 from what is silent, clipped, direct current or not finite.

    Args:
        quietest_db: as of `audio.faults.Limits`, like the others.
        loudest_db: likewise.
        most_dc: likewise.

    Raises:
        ParameterError: one of them is out of its range.
    """

    name = "valid"

    def __init__(
        self,
        *,
        quietest_db: float = Limits.quietest_db,
        loudest_db: float = Limits.loudest_db,
        most_dc: float = Limits.most_dc,
    ) -> None:
        self._limits = Limits(quietest_db, loudest_db, most_dc)

    def score(self, take: Take) -> Mapping[str, float]:
        """{"valid": 0}, or −1."""
        return {self.name: -1.0 if self._limits.fault(take.audio) else 0.0}
