"""What every source of a dataset's patches has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from patchpilot.space import Patch

Source = Literal["synthetic", "preset", "augmented"]
"""Where a patch comes from: drawn, from a preset file, or made of preset files."""


@dataclass(frozen=True, eq=False)
class Draft:
    """A patch that a dataset might hold, before anybody heard it.

    Attributes:
        patch: what will be played.
        source: where it comes from.
        name: in plain words ("Pads/Glass.vital", "core-v1 17", "Glass × Brass").
    """

    patch: Patch
    source: Source
    name: str = ""


class Sampler(Protocol):
    """An endless or finite sequence of patches; each is a function of its place in it."""

    @property
    def n_patches(self) -> int | None:
        """How many there are; None for endlessly many."""

    @property
    def text(self) -> str:
        """Everything its patches depend on but the seed's numbers, to be printed; its digest names the sampler."""

    def draft(self, index: int) -> Draft:
        """The patch at a place (from 0).

        The same for the same index, whatever was drawn before.

        Raises:
            ParameterError: `index` is negative, or there are not so many.
        """
