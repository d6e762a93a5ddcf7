"""CMA-ES by itself, to compare with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.search.cma_es import Evolution
from patchpilot.search.refinement.coordinates import Coordinates
from patchpilot.space import Patch


class CmaEs:
    """CMA-ES over the knobs of the first base, on the engine alone."""

    name = "cma-es"

    def start(self, context: Context) -> None:
        """Around the first base."""
        base = context.base_outcomes[0].proposal.patch
        self._at = Coordinates.around(context.instrument.space, base, self.knobs(context, base))
        at = self._at
        self._evolution = Evolution(
            np.zeros(len(at)),
            low=at.low,
            high=at.high,
            spread=0.8 * at.spread,
            whole=at.whole,
            seed=context.seed,
            size=8,
        )
        self._waiting: list[Proposal] = []
        self._costs: list[float] = []

    def knobs(self, context: Context, base: Patch) -> Mapping[str, float]:
        """What is turned, with typical steps."""
        return context.instrument.knobs(base)

    def ask(self, n: int) -> list[Proposal]:
        """The present generation."""
        if not self._waiting:
            made = [self._at.patch(self._at.kept(at)) for at in self._evolution.ask()]
            self._waiting = [Proposal(patch, self.name) for patch in made]
            self._costs = []
        return self._waiting[len(self._costs) : len(self._costs) + n]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Costs of the generation; of a failed render, one that is worse than any."""
        self._costs += [-one.score if np.isfinite(one.score) else 10.0 for one in outcomes]
        if len(self._costs) == len(self._waiting):
            self._evolution.tell(self._costs)
            self._waiting = []
