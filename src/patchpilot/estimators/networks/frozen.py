"""What is trained of an encoder that hears with a frozen network: it reads what that says of a sound over time."""

from __future__ import annotations

from patchpilot.estimators._torch import Tensor, nn
from patchpilot.estimators.networks.ast import SpectrogramTransformer
from patchpilot.estimators.networks.config import Frozen


class FrozenTransformer(nn.Module):
    """Each number of the frozen network is standardised, as large ones are not the more important ones; then a linear
    map of each frame, and a transformer over time.

    Args:
        width: of the transformer.
        depth: layers.
        heads: of its attention.
        out: length of the vectors.
        frozen: the frozen network, which is no part of this.
    """

    def __init__(self, width: int, depth: int, heads: int, out: int, frozen: Frozen) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(frozen.size)
        shape = (frozen.size, 1, frozen.frames)
        self.over_time = SpectrogramTransformer(width, depth, heads, out, shape=shape, patch=(1, 1))

    def forward(self, sound: Tensor) -> Tensor:
        """(B, 1, size, frames) to (B, frames, out)."""
        return self.over_time(self.norm(sound.transpose(1, 2)))
