"""ResNet-18 (He et al. 2016, "Deep residual learning for image recognition", table 1) for pictures of sounds.

Of its last two stages all places are kept, since where in pitch and time something happens is what matters here.
"""

from __future__ import annotations

from patchpilot.audio.front_end import SHAPE
from patchpilot.estimators._torch import Tensor, functional, nn, torch


class ResNet(nn.Module):
    """Pictures to vectors at their places.

    Args:
        width: channels of the first stage; the others have 2, 4 and 8 times as many.
        depth: basic blocks in each stage.
        out: length of the vectors.
    """

    def __init__(self, width: int, depth: int, out: int) -> None:
        super().__init__()
        channels, n_features, n_times = SHAPE
        self.stem = nn.Sequential(
            nn.Conv2d(channels, width, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )
        widths = [width, 2 * width, 4 * width, 8 * width]
        inputs = [width, *widths[:-1]]
        self.stages = nn.ModuleList(
            nn.Sequential(
                *[_Block(before if k == 0 else after, after, 2 if k == 0 else 1) for k in range(depth)]
            )
            for before, after in zip(inputs, widths, strict=True)
        )
        self.fine, self.coarse = nn.Linear(4 * width, out), nn.Linear(8 * width, out)
        fine, coarse = (n_features // 16) * (n_times // 16), (n_features // 32) * (n_times // 32)
        self.places = nn.Parameter(0.02 * torch.randn(fine + coarse, out))

    def forward(self, sound: Tensor) -> Tensor:
        """(B, 4, 96, 64) to (B, 30, out)."""
        x = self.stem(sound)
        for stage in self.stages[:-1]:
            x = stage(x)
        last = self.stages[-1](x)
        vectors = (self.fine(x.flatten(2).transpose(1, 2)), self.coarse(last.flatten(2).transpose(1, 2)))
        return torch.cat(vectors, dim=1) + self.places


class _Block(nn.Module):
    """Two 3 × 3 convolutions beside a shortcut."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.second = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(after), nn.BatchNorm2d(after)])
        self.shortcut = nn.Identity()
        if stride != 1 or before != after:
            self.shortcut = nn.Sequential(
                nn.Conv2d(before, after, 1, stride=stride, bias=False), nn.BatchNorm2d(after)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.norms[0](self.first(x)))
        return functional.relu(self.norms[1](self.second(y)) + self.shortcut(x))
