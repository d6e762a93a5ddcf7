"""The network of the embedding: a residual network over the picture of a sound (He et al., CVPR 2016; blocks as in
"Identity mappings in deep residual networks", ECCV 2016).

Its stem cuts the picture into tiles of 4 bands by 4 spans (as ConvNeXt's does, Liu et al., CVPR 2022), which makes it
quick on a processor. What is found keeps its place in the end: an absolute band and one seen from the note differ.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from patchpilot.audio import front_end
from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor, functional, nn
from patchpilot.retrieval.local_inputs import HELD_CHANNELS
from patchpilot.space.canonical import Json

_TILE = 4


@dataclass(frozen=True)
class EmbeddingConfig:
    """What a network is made of.

    Attributes:
        width: channels of the first stage; the second has twice, the third four times as many.
        depth: >= 1, blocks of a stage.
        size: of the embedding.
        dropout: share of what the last layer hears that is left out in training.
    """

    width: int = 32
    depth: int = 1
    size: int = 128
    dropout: float = 0.1

    def to_json(self) -> Json:
        """Plain JSON; `from_json` reads it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> EmbeddingConfig:
        """The inverse of `to_json`.

        Raises:
            EstimatorError: a part is missing or unknown.
        """
        try:
            return cls(**data)
        except TypeError as error:
            raise EstimatorError(f"the description of the network is damaged: {error}") from None


class EmbeddingNetwork(nn.Module):
    """Pictures float32 (B, 6, 96, 64), of `local_inputs.held`, to unit vectors float32 (B, size)."""

    def __init__(self, config: EmbeddingConfig) -> None:
        super().__init__()
        self.config = config
        widths = [config.width, 2 * config.width, 4 * config.width]
        layers: list[Tensor] = [nn.Conv2d(HELD_CHANNELS, widths[0], _TILE, _TILE, bias=False)]
        before = widths[0]
        for stage, width in enumerate(widths):
            for block in range(config.depth):
                layers.append(_Block(before, width, 2 if stage and not block else 1))
                before = width
        self.layers = nn.Sequential(*layers)
        places = (front_end.SHAPE[1] // (4 * _TILE)) * (front_end.SHAPE[2] // (4 * _TILE))
        self.norm = nn.BatchNorm2d(before)
        self.dropout = nn.Dropout(config.dropout)
        self.last = nn.Linear(before * places, config.size, bias=False)
        self.spread = nn.BatchNorm1d(config.size)

    def forward(self, pictures: Tensor) -> Tensor:
        """Unit vectors float32 (B, size)."""
        found = functional.relu(self.norm(self.layers(pictures))).flatten(1)
        return functional.normalize(self.spread(self.last(self.dropout(found))), dim=1)


class _Block(nn.Module):
    """Two 3×3 convolutions and what goes past them."""

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        self.first_norm, self.second_norm = nn.BatchNorm2d(before), nn.BatchNorm2d(width)
        self.first = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        same = before == width and stride == 1
        self.past = nn.Identity() if same else nn.Conv2d(before, width, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """The same shape, but for the stride."""
        found = self.first(functional.relu(self.first_norm(x)))
        return self.second(functional.relu(self.second_norm(found))) + self.past(x)
