"""The audio spectrogram transformer (Gong et al. 2021), as DAFx24's sound matching uses it (Bruford et al. 2024)."""

from __future__ import annotations

from patchpilot.audio.front_end import SHAPE
from patchpilot.estimators._torch import Tensor, nn, torch
from patchpilot.estimators.networks.transformer import Layer

_PATCH = (8, 8)
"""Bands and spans of time in a patch of the picture."""


class SpectrogramTransformer(nn.Module):
    """Pictures to vectors at their places.

    Args:
        width: of the transformer.
        depth: layers.
        heads: of its attention.
        out: length of the vectors.
        shape: channels, features and times of a picture.
        patch: features and times of a patch.
    """

    def __init__(
        self,
        width: int,
        depth: int,
        heads: int,
        out: int,
        *,
        shape: tuple[int, int, int] = SHAPE,
        patch: tuple[int, int] = _PATCH,
    ) -> None:
        super().__init__()
        channels, n_features, n_times = shape
        n_patches = (n_features // patch[0]) * (n_times // patch[1])
        self.patches = nn.Conv2d(channels, width, patch, stride=patch)
        self.places = nn.Parameter(0.02 * torch.randn(n_patches, width))
        self.layers = nn.ModuleList(Layer(width, heads, has_memory=False) for _ in range(depth))
        self.condition = nn.Parameter(torch.randn(1, width))
        self.out = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, out))

    def forward(self, sound: Tensor) -> Tensor:
        """(B, *shape) to (B, patches, out), by default (B, 4, 96, 64) to (B, 96, out)."""
        x = self.patches(sound).flatten(2).transpose(1, 2) + self.places
        for layer in self.layers:
            x = layer(x, self.condition)
        return self.out(x)
