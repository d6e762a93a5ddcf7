"""Patches drawn from a prior, without listening: a start where there is no better, and what others are measured by."""

from __future__ import annotations

from collections.abc import Sequence

from patchpilot.errors import ParameterError
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch, Prior


class Drawn:
    """Draws patches.

    Args:
        n: >= 1, how many; None for as many as are asked for.
        prior: name of the instrument's prior they are drawn from; its first by default.

    Raises:
        ParameterError: `n` is below 1.
    """

    name = "drawn"

    def __init__(self, n: int | None = None, *, prior: str = "") -> None:
        if n is not None and n < 1:
            raise ParameterError(f"expected n >= 1 patches to draw, got {n}")
        self._n, self._prior = n, prior

    def start(self, context: Context) -> None:
        """Begin with the patch of all defaults.

        Raises:
            ParameterError: the instrument has no such prior.
        """
        priors = context.instrument.priors
        if self._prior and self._prior not in priors:
            raise ParameterError(
                f"no prior {self._prior!r} for {context.instrument.name}; there are: {', '.join(priors) or 'none'}"
            )
        self._drawn_from: Prior | None = (
            priors[self._prior] if self._prior else next(iter(priors.values()), None)
        )
        self._space, self._seed = context.instrument.space, context.seed
        self.state = 0
        """How many were proposed; a search goes on from it."""

    def ask(self, n: int) -> list[Proposal]:
        """The next ones."""
        last = 1 if self._drawn_from is None else self._n
        first, self.state = self.state, self.state + n if last is None else min(self.state + n, last)
        return [self._proposal(index) for index in range(first, self.state)]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing is learned."""

    def _proposal(self, index: int) -> Proposal:
        if index == 0 or self._drawn_from is None:
            return Proposal(Patch.make(self._space), self.name, "the init patch")
        patch = self._drawn_from.draw(self._space, self._seed, index)
        return Proposal(patch, self.name, f"{self._drawn_from.name}, seed {self._seed}, index {index}")
