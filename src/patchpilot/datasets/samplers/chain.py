"""One sampler after another: presets first, then what is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from patchpilot.datasets.samplers.base import Draft, Sampler
from patchpilot.errors import ParameterError


@dataclass(frozen=True, eq=False)
class Chain:
    """A finite sampler, and then the rest, whose places are counted from 0 again.

    Attributes:
        first: what comes first.
        rest: what comes after it.

    Raises:
        ParameterError: the first one never ends.
    """

    first: Sampler
    rest: Sampler

    def __post_init__(self) -> None:
        if self.first.n_patches is None:
            raise ParameterError("expected a sampler that ends as the first of two, got an endless one")

    @property
    def _n_first(self) -> int:
        assert self.first.n_patches is not None
        return self.first.n_patches

    @property
    def n_patches(self) -> int | None:
        """How many there are in both; None for endlessly many."""
        return None if self.rest.n_patches is None else self._n_first + self.rest.n_patches

    @cached_property
    def text(self) -> str:
        """Both texts."""
        return f"{self.first.text}\nthen\n{self.rest.text}"

    def draft(self, index: int) -> Draft:
        """See `Sampler.draft`."""
        if index < 0:
            raise ParameterError(f"expected an index >= 0, got {index}")
        return self.first.draft(index) if index < self._n_first else self.rest.draft(index - self._n_first)
