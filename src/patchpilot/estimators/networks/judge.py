"""A proxy that listens: how far what patches would sound like is from a sound."""

from __future__ import annotations

from patchpilot.estimators._torch import Tensor, nn
from patchpilot.estimators.networks.levels import LikeLogmel
from patchpilot.estimators.networks.proxy import Proxy


class Judge(nn.Module):
    """Guesses sounds of patches and compares them with one that was heard.

    Args:
        proxy: that guesses.
    """

    def __init__(self, proxy: Proxy) -> None:
        super().__init__()
        self.proxy, self.measure = proxy, LikeLogmel()

    def judge(
        self, continuous: Tensor, categorical: Tensor, condition: Tensor, picture: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Levels of what patches would sound like, and how far they are from pictures.

        Args:
            continuous: float32 (B, C) in [-1, 1].
            categorical: int64 (B, K).
            condition: float32 (B, 3).
            picture: float32 (B, 4, 96, 64) in [0, 1].

        Returns:
            float32 (B, 4, 96, 64), below 0 where it is below the floor; float32 (B,) nepers (`levels.like_logmel`).
        """
        levels = self.proxy.levels(continuous, categorical, condition)
        return levels, self.measure(levels, picture)
