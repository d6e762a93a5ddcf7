"""An estimator as a searcher: it hears the target, and what it holds to be likely is played."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from patchpilot.errors import ParameterError
from patchpilot.estimators.estimator import Estimator, N, check_n, opened
from patchpilot.estimators.places import find_for
from patchpilot.estimators.proposed import Proposed
from patchpilot.search.base import Context, Outcome, Proposal


class Estimation:
    """Patches that a trained network says at once, without a render.

    Args:
        estimator: an estimator, its folder or its name; by default the one that is named as the instrument.
        n: 1..256, how many patches to propose.

    Raises:
        ParameterError: `n` is out of its range.
    """

    name = "estimator"

    def __init__(self, estimator: Estimator | Path | str | None = None, *, n: int = N) -> None:
        check_n(n)
        self._wanted = estimator
        self._n = n

    def start(self, context: Context) -> None:
        """Hear the target.

        Raises:
            EstimatorError: the estimator is missing, damaged or does not fit the instrument, or there is none.
            ParameterError: there is no target.
            PluginError: ONNX Runtime is missing.
        """
        if context.target is None:
            raise ParameterError("an estimator needs a target sound")
        wanted = find_for(context.instrument.name) if self._wanted is None else self._wanted
        estimator = wanted if isinstance(wanted, Estimator) else opened(wanted)
        self._estimator = estimator.bound(context.instrument)
        self._proposed = self._estimator.propose(context.target, self._n, context.seed)
        self.state = 0
        """How many were proposed; a search goes on from it."""

    def ask(self, n: int) -> list[Proposal]:
        """The next patches, the likeliest first."""
        first, self.state = self.state, min(self.state + n, len(self._proposed))
        return [self._proposal(rank, self._proposed[rank - 1]) for rank in range(first + 1, self.state + 1)]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing is learned from what was heard: all was said at the start."""

    def _proposal(self, rank: int, proposed: Proposed) -> Proposal:
        percent = 100.0 * proposed.probability
        likely = f"{percent:.0f} %" if percent >= 1.0 else "below 1 %"
        detail = f"estimator {self._estimator.name}, guess {rank} of {len(self._proposed)} ({likely} likely)"
        return Proposal(proposed.patch, self.name, detail)
