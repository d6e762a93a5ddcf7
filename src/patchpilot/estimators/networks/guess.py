"""What a head says of patches while it learns, for losses of how they would sound."""

from __future__ import annotations

from dataclasses import dataclass

from patchpilot.estimators._torch import Tensor


@dataclass(frozen=True, eq=False)
class Guess:
    """N patches with a slope: one for each row of a batch, or several in turn (row k is of sound k modulo B).

    Attributes:
        continuous: float32 (N, C), about −1 to 1.
        options: float32 (N, K, O), probabilities of options.
        weight: float32 (N,) >= 0, how much each counts.
    """

    continuous: Tensor
    options: Tensor
    weight: Tensor
