"""What a network learns from: sounds, how they were played, and what made them."""

from __future__ import annotations

from dataclasses import dataclass, field

from patchpilot.estimators._torch import Tensor


@dataclass(frozen=True, eq=False)
class Batch:
    """B rows as tensors.

    Attributes:
        sound: float32 (B, 4, 96, 64) in [0, 1] (`audio.front_end`), or (B, 1, size, frames) of a frozen network.
        condition: float32 (B, 3) (`conditions`).
        continuous: float32 (B, C) in [-1, 1].
        categorical: int64 (B, K), −1 for an option that is not known.
        active: bool (B, C + K), whether a token sounds.
        weight: float32 (C + K,), how much each token matters.
        embedding: float32 (B, E), what an embedding hears of the sounds, of length 1; None where nobody asks.
    """

    sound: Tensor
    condition: Tensor
    continuous: Tensor
    categorical: Tensor
    active: Tensor
    weight: Tensor
    embedding: Tensor | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        return len(self.sound)

    def to(self, device: object) -> Batch:
        """The same on another device."""
        moved = {name: tensor.to(device) for name, tensor in vars(self).items() if tensor is not None}
        return Batch(**moved)
