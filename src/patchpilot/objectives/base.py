"""What every objective can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from patchpilot.instruments.take import Take


class Objective(Protocol):
    """Scores takes; the parts of a score are named and add up, higher is better."""

    def score(self, take: Take) -> Mapping[str, float]:
        """The parts of a take's score by name."""
