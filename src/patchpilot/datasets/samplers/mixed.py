"""Several samplers at once, each with its share of the places."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import floor, isfinite

import numpy as np

from patchpilot.datasets.samplers.base import Draft, Sampler
from patchpilot.errors import ParameterError

_STREAM = 6
"""Sets this draw apart from the samplers', which have the same seed."""
_FINEST = 10**6
"""Shares are fractions of at most so many parts."""


class Mixed:
    """Endless samplers, interleaved as evenly as their shares allow.

    Among the first n places of k samplers each has its share of n, give or take k − 1 places. Which sampler a place
    belongs to, and which of its patches is there, follows from the place alone (Bresenham's line, one for each
    sampler against those that follow it).

    Args:
        parts: (share, sampler); shares are >= 0 and need not add up to 1. A sampler without a share is left out.
        seed: >= 0; decides who begins.

    Raises:
        ParameterError: a share is negative or no number, all are 0, or a sampler that has one ends.
    """

    def __init__(self, parts: Sequence[tuple[float, Sampler]], seed: int) -> None:
        if not all(isfinite(share) and share >= 0.0 for share, _ in parts) or not any(s for s, _ in parts):
            said = ", ".join(f"{share:g}" for share, _ in parts) or "none"
            raise ParameterError(f"expected shares >= 0, one of them above 0, got {said}")
        if seed < 0:
            raise ParameterError(f"expected a seed >= 0, got {seed}")
        self._samplers = [sampler for share, sampler in parts if share]
        if any(sampler.n_patches is not None for sampler in self._samplers):
            raise ParameterError("expected endless samplers to mix; put one that ends first (`Chain`)")
        total = sum(Fraction(share) for share, _ in parts)
        self._shares = [(Fraction(share) / total).limit_denominator(_FINEST) for share, _ in parts if share]
        stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, _STREAM))))
        self._begins = [Fraction(u) for u in stream.random(len(parts)).tolist()]

    @property
    def n_patches(self) -> None:
        """There is no end."""

    @cached_property
    def text(self) -> str:
        """The shares, and the text of each sampler."""
        texts = (
            f"{float(share):.2%} of\n{sampler.text}"
            for share, sampler in zip(self._shares, self._samplers, strict=True)
        )
        return "mixed\n" + "\nand\n".join(texts)

    def place(self, index: int) -> tuple[int, int]:
        """Which of the samplers that have a share a place belongs to, and which of its patches is there."""
        if index < 0:
            raise ParameterError(f"expected an index >= 0, got {index}")
        left = Fraction(1)
        for number, (share, begin) in enumerate(zip(self._shares[:-1], self._begins, strict=False)):
            part = min(share / left, Fraction(1))
            before, after = floor(index * part + begin), floor((index + 1) * part + begin)
            if after > before:
                return number, before
            index -= before
            left -= share
            if left <= 0:
                break
        return len(self._shares) - 1, index

    def draft(self, index: int) -> Draft:
        """See `Sampler.draft`."""
        number, inner = self.place(index)
        return self._samplers[number].draft(inner)
