"""Patches drawn from a prior, evenly spread over what it allows."""

from __future__ import annotations

from patchpilot.datasets.samplers.base import Draft
from patchpilot.datasets.tiers import reduced
from patchpilot.errors import ParameterError
from patchpilot.space import Prior, Space
from patchpilot.space.sequences import sequence


class Drawn:
    """An endless sequence of patches of a prior.

    Args:
        space: the instrument's space.
        prior: what is drawn.
        tier: what of it becomes a patch: what a tier's labels cannot say goes to its default.
        seed: >= 0.
        method: where the uniform numbers come from (`space.sequences`): "lhs", "sobol" or "random". The last
            draws what `Prior.draw` does.

    Raises:
        ParameterError: there is no such method, or the seed is negative.
    """

    n_patches: int | None = None

    def __init__(self, space: Space, prior: Prior, tier: int, seed: int, method: str = "lhs") -> None:
        if seed < 0:
            raise ParameterError(f"expected a seed >= 0, got {seed}")
        self.space = space
        self.prior = prior
        self.tier = tier
        self.seed = seed
        self.method = method
        self._sequence = sequence(method)

    @property
    def text(self) -> str:
        """The method, the tier and the whole prior."""
        return f"drawn ({self.method}), tier {self.tier}\n{self.prior.text}"

    def draft(self, index: int) -> Draft:
        """The patch at a place (from 0).

        Raises:
            ParameterError: `index` is negative.
        """
        numbers = self._sequence(2 * self.prior.n_draws, self.seed, index)
        patch = self.prior.patch(self.space, numbers.reshape(-1, 2))
        return Draft(reduced(self.space, patch, self.tier), "synthetic", f"{self.prior.name} {index}")
