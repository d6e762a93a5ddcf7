"""A preference as objectives want it: asked about takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchpilot.audio import F64
from patchpilot.instruments.take import Take
from patchpilot.objectives.hearing import Embedding, heard
from patchpilot.selfplay.preference.preference import Preference
from patchpilot.space import Space


class Taste:
    """What is believed of somebody's taste; a `patchpilot.objectives.liked.Taste`.

    Args:
        preference: what is believed.
        embedding: that its lens was made of.
        space: of the instrument, if its lens sees parameters.
    """

    def __init__(self, preference: Preference, embedding: Embedding, space: Space | None = None) -> None:
        self.preference, self.embedding, self.space = preference, embedding, space

    def belief(self, take: Take) -> tuple[float, float]:
        """How likely a YES is, and how unsure that is."""
        found = self.preference.belief(self.rows([take]))
        return float(found.likely[0]), float(found.unsure[0])

    def rows(self, takes: Sequence[Take]) -> F64:
        """Takes as the preference sees them, float64 (n, d)."""
        vectors = np.stack([heard(take, self.embedding) for take in takes])
        return self.preference.lens(vectors, self._knobs(takes))

    def vote(self, take: Take, liked: bool) -> None:
        """Somebody said YES or NO."""
        self.preference.vote(self.rows([take])[0], liked)

    def prefer(self, better: Take, worse: Take) -> None:
        """Somebody said that one is better than another."""
        good, bad = self.rows([better, worse])
        self.preference.prefer(good, bad)

    def _knobs(self, takes: Sequence[Take]) -> F64 | None:
        if self.space is None or self.preference.lens.knobs is None:
            return None
        return np.stack([self.space.encode(take.patch.values) for take in takes])
