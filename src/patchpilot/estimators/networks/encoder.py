"""What is remembered of a sound: vectors that a head looks things up in."""

from __future__ import annotations

from patchpilot.estimators._torch import Tensor, nn, torch
from patchpilot.estimators.conditions import N_CONDITIONS
from patchpilot.estimators.networks.ast import SpectrogramTransformer
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.networks.frozen import FrozenTransformer
from patchpilot.estimators.networks.resnet import ResNet


class Encoder(nn.Module):
    """What is heard, a picture or what a frozen network says of it, and how it was played, as a memory.

    Args:
        config: sizes.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width, depth, heads = config.encoder_width, config.encoder_depth, config.attention_heads
        if config.frozen is not None:
            self.hears = FrozenTransformer(width, depth, heads, config.width, config.frozen)
        elif config.encoder == "resnet":
            self.hears = ResNet(width, depth, config.width)
        else:
            self.hears = SpectrogramTransformer(width, depth, heads, config.width)
        self.played = nn.Sequential(
            nn.Linear(N_CONDITIONS, config.width), nn.SiLU(), nn.Linear(config.width, config.width)
        )
        self.norm = nn.LayerNorm(config.width)

    def forward(self, sound: Tensor, condition: Tensor) -> Tensor:
        """(B, *sound_shape) and (B, 3) to (B, M, width); the first is the mean, the second how it was played."""
        heard = self.hears(sound - 0.5)
        played = self.played(condition)[:, None]
        return self.norm(torch.cat([heard.mean(dim=1, keepdim=True) + played, played, heard], dim=1))
