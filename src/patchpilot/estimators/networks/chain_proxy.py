"""The proxy of a chain of effects: dry sound in, wet sound out, with slopes in the settings of the effects.

    proxy = ChainProxy(ChainProxyConfig(), codec)          # a codec of what the chain says (`chain_codec`)
    wet = proxy(dry, continuous, categorical)              # (B, n) samples

A temporal convolutional network whose layers look ever further back, each told by the settings how to scale and shift
what it hears. It hears one channel, the mid, at a lower rate than the engine plays, and knows no time: what an LFO does
it can only learn on average.

Sources: C. J. Steinmetz and J. D. Reiss, "Efficient neural networks for real-time modeling of analog dynamic range
compression", AES 152, 2022 (few layers with fast growing dilations, causal, conditioned by FiLM: E. Perez et al. 2018).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor, functional, nn, torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.networks.soft import SoftTokens
from patchpilot.estimators.networks.stft import stft_distance
from patchpilot.space.canonical import Json


@dataclass(frozen=True, eq=False)
class PairBatch(Batch):
    """B rows: `sound` is the wet one, float32 (B, n).

    Attributes:
        dry: float32 (B, n), what went into the chain.
    """

    dry: Tensor


@dataclass(frozen=True)
class ChainProxyConfig:
    """Sizes.

    Attributes:
        rate: Hz, of the sounds.
        width: channels of its layers.
        kernel: taps of each layer.
        dilations: of the layers, in samples: how far apart taps are.
        hidden: width of what the settings go through.
        waves: sines and cosines by which each setting is also seen.
    """

    rate: int = 16_000
    width: int = 16
    kernel: int = 9
    dilations: tuple[int, ...] = (1, 8, 64, 512)
    hidden: int = 64
    waves: int = 2

    def __post_init__(self) -> None:
        sizes = [self.width, self.kernel, *self.dilations, self.hidden]
        if any(not isinstance(size, int) or not 1 <= size <= 65_536 for size in sizes) or self.waves < 0:
            raise EstimatorError(f"expected the sizes of a chain's proxy from 1 to 65536, got {self}")
        if not 4000 <= self.rate <= 192_000:
            raise EstimatorError(f"expected a rate from 4000 to 192000 Hz, got {self.rate}")

    @property
    def reach(self) -> int:
        """Samples that it looks back."""
        return (self.kernel - 1) * sum(self.dilations)

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; `from_json` reads it."""
        return {**dataclasses.asdict(self), "dilations": list(self.dilations)}

    @classmethod
    def from_json(cls, data: Json) -> ChainProxyConfig:
        """The inverse of `to_json`; raises `EstimatorError` where a part is missing or of another kind."""
        try:
            return cls(**{**data, "dilations": tuple(data["dilations"])})
        except (KeyError, TypeError) as error:
            raise EstimatorError(f"the sizes of a chain's proxy are damaged: {error!r}") from None


class ChainProxy(nn.Module):
    """Wet sounds from dry ones.

    Args:
        config: sizes.
        codec: of what the chain says.
    """

    def __init__(self, config: ChainProxyConfig, codec: Codec) -> None:
        super().__init__()
        self.config, self.codec = config, codec
        self.tokens = SoftTokens(codec, config.waves)
        width, hidden = config.width, config.hidden
        self.settings = nn.Sequential(
            nn.Linear(self.tokens.size, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU()
        )
        self.entry = nn.Conv2d(1, width, (1, 1))
        self.layers = nn.ModuleList(_Layer(hidden, width, config.kernel, d) for d in config.dilations)
        self.out = nn.Conv2d(width, 1, (1, 1))
        self.through = nn.Linear(hidden, 1)
        with torch.no_grad():
            for layer in (self.out, self.through):  # it begins as a wire
                layer.weight.zero_()
                layer.bias.fill_(float(layer is self.through))

    def forward(self, dry: Tensor, continuous: Tensor, categorical: Tensor) -> Tensor:
        """Wet sounds.

        Args:
            dry: float32 (B, n).
            continuous: float32 (B, C) in [-1, 1].
            categorical: int64 (B, K), −1 for an unknown option; or float32 (B, K, O), probabilities of options.

        Returns:
            float32 (B, n).
        """
        said = self.settings(self.tokens(continuous, categorical))
        sound = dry[:, None, None]
        x = self.entry(sound).contiguous(memory_format=torch.channels_last)  # which is quicker on a processor
        for layer in self.layers:
            x = layer(x, said)
        return (self.out(x) + self.through(said)[:, :, None, None] * sound)[:, 0, 0]

    def loss(self, batch: PairBatch, generator: object = None) -> dict[str, Tensor]:  # noqa: ARG002 (as all networks)
        """What is made smaller in training; nothing is drawn.

        Returns:
            "total", the mean distance (`stft_distance`) to the wet sounds, and "dry", that of the dry ones as they
            are, which is what a proxy has to better.
        """
        wet = self(batch.dry, batch.continuous, batch.categorical)
        with torch.no_grad():
            dry = stft_distance(batch.dry, batch.sound).mean()
        return {"total": stft_distance(wet, batch.sound).mean(), "dry": dry}


class _Layer(nn.Module):
    """A causal dilated convolution, scaled and shifted as the settings say, beside what it heard."""

    def __init__(self, hidden: int, width: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.before = (kernel - 1) * dilation
        self.taps = nn.Conv2d(width, width, (1, kernel), dilation=(1, dilation))
        self.film = nn.Linear(hidden, 2 * width)
        self.slope = nn.PReLU(width)

    def forward(self, x: Tensor, said: Tensor) -> Tensor:
        """(B, width, 1, n) and (B, hidden) to (B, width, 1, n)."""
        scale, shift = self.film(said)[:, :, None, None].chunk(2, dim=1)
        heard = self.taps(functional.pad(x, (self.before, 0)))
        return x + self.slope(heard * (1.0 + scale) + shift)
