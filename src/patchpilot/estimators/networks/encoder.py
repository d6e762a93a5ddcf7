"""What is remembered of a sound: vectors that a head looks things up in."""

from __future__ import annotations

from patchpilot.estimators._torch import Tensor, nn, torch
from patchpilot.estimators.conditions import N_CONDITIONS
from patchpilot.estimators.networks.ast import SpectrogramTransformer
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.networks.resnet import ResNet


class Encoder(nn.Module):
    """A picture, and how it was played, as a memory.

    Args:
        config: sizes.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width, depth = config.encoder_width, config.encoder_depth
        self.hears = (
            ResNet(width, depth, config.width)
            if config.encoder == "resnet"
            else SpectrogramTransformer(width, depth, config.attention_heads, config.width)
        )
        self.played = nn.Sequential(
            nn.Linear(N_CONDITIONS, config.width), nn.SiLU(), nn.Linear(config.width, config.width)
        )
        self.norm = nn.LayerNorm(config.width)

    def forward(self, sound: Tensor, condition: Tensor) -> Tensor:
        """(B, 4, 96, 64) and (B, 3) to (B, M, width); the first is the mean, the second how it was played."""
        heard = self.hears(sound - 0.5)
        played = self.played(condition)[:, None]
        return self.norm(torch.cat([heard.mean(dim=1, keepdim=True) + played, played, heard], dim=1))
