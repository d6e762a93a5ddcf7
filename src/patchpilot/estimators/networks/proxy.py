"""The proxy: what the instrument would sound like, guessed from a patch's tokens, so that one can descend on them.

    proxy = Proxy(ProxyConfig(), codec)
    picture = proxy(continuous, probabilities, condition)      # (B, 4, 96, 64) in [0, 1], as `audio.front_end` makes

A network of all tokens at once (gated residual layers) says which spectra a patch has; a temporal convolutional
network over the 64 spans of time says when how much of each is heard. Part of the spectra lie on a grid that moves
with the note, as harmonics do, and part do not, as an equaliser doesn't. Levels are logarithms, so that products
(a spectrum through a filter, an envelope on it) are sums.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from patchpilot.audio.front_end import SHAPE
from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor, functional, nn, torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.conditions import N_CONDITIONS
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.networks.levels import (
    HIGHEST_HZ,
    LOWEST_HZ,
    NEPERS,
    RANGE_DB,
    error,
    like_logmel,
)
from patchpilot.estimators.networks.proxy_config import ProxyConfig
from patchpilot.estimators.networks.soft import SoftTokens
from patchpilot.space.canonical import Json

_NOTE_RELATIVE = 1
"""The channel that is seen from the note; the others stay where they are."""
_BELOW_NOTE, _GRID = 24.0, 120
"""The moving grid: semitones from two octaves below the note to eight above."""


class Proxy(nn.Module):
    """Pictures from tokens.

    Args:
        config: sizes.
        codec: of the patches.

    Attributes:
        trained: how it was trained, where it was read from a file.
    """

    def __init__(self, config: ProxyConfig, codec: Codec) -> None:
        super().__init__()
        self.config, self.codec = config, codec
        self.trained: dict[str, Json] = {}
        channels, n_features, n_times = SHAPE
        self.tokens = SoftTokens(codec, config.waves)
        self.entry = nn.Linear(self.tokens.size + N_CONDITIONS * (1 + 2 * config.waves), config.hidden)
        self.layers = nn.ModuleList(_Gated(config.hidden) for _ in range(config.depth))
        self.norm = nn.LayerNorm(config.hidden)
        self.moving = nn.Linear(config.hidden, config.spectra * channels * _GRID)
        self.still = nn.Linear(config.hidden, channels * n_features)
        self.events = nn.Linear(config.hidden, 2 * config.events)
        self.start = nn.Linear(config.hidden, config.width)
        self.when = nn.Linear(2 * config.events, config.width)
        self.spans = nn.Parameter(0.1 * torch.randn(n_times, config.width))
        self.temporal = nn.ModuleList(_Temporal(config.hidden, config.width, d) for d in config.dilations)
        self.out = nn.Linear(config.width, channels * n_features)
        self.amounts = nn.Linear(config.width, config.spectra)
        self.mean = nn.Parameter(torch.full((n_times, channels * n_features), 0.2))
        self.heard = nn.Linear(config.hidden, config.embedding_size) if config.embedding else None
        with torch.no_grad():
            for layer in (self.moving, self.still, self.out):
                layer.weight.mul_(0.3)
        self.register_buffer("bands", torch.from_numpy(_band_notes()).float(), persistent=False)

    def forward(self, continuous: Tensor, categorical: Tensor, condition: Tensor) -> Tensor:
        """Pictures.

        Args:
            continuous: float32 (B, C) in [-1, 1].
            categorical: int64 (B, K), −1 for an unknown option; or float32 (B, K, O), probabilities of options.
            condition: float32 (B, 3).

        Returns:
            float32 (B, 4, 96, 64) in [0, 1].
        """
        return self.levels(continuous, categorical, condition).clamp(0.0, 1.0)

    def levels(self, continuous: Tensor, categorical: Tensor, condition: Tensor) -> Tensor:
        """As `forward`, not clamped: below 0 is below the floor, and still has a slope."""
        channels, n_features, _ = SHAPE
        hidden = self._hidden(continuous, categorical, condition)
        x = self.start(hidden)[:, None] + self.spans + self.when(self._events(hidden))
        for layer in self.temporal:
            x = layer(x, hidden)
        spectra = self._spectra(hidden, condition)
        flat = self.out(x) + torch.bmm(self.amounts(x), spectra) + self.still(hidden)[:, None] + self.mean
        return flat.transpose(1, 2).unflatten(1, (channels, n_features))

    def embedding(self, continuous: Tensor, categorical: Tensor, condition: Tensor) -> Tensor:
        """What its embedding would hear, float32 (B, E) of length 1; arguments as of `forward`.

        Raises:
            EstimatorError: it has learned none.
        """
        if self.heard is None:
            raise EstimatorError(
                "this proxy says no embedding: train one with `--head proxy --embedding NAME`"
            )
        return functional.normalize(self.heard(self._hidden(continuous, categorical, condition)), dim=-1)

    def loss(self, batch: Batch, generator: object = None) -> dict[str, Tensor]:  # noqa: ARG002
        """What is made smaller in training; nothing is drawn.

        Returns:
            "total", the sum of "levels", the mean absolute error of the cells that sound, and "logmel", what the
            headline distance would say, both in nepers; "db", the former of the first channel in dB; and with an
            embedding "embedding", 1 − the cosine, which is a part of the total.
        """
        levels = self.levels(batch.continuous, batch.categorical, batch.condition).float()
        everywhere = NEPERS * error(levels, batch.sound)
        distance = like_logmel(levels, batch.sound).mean()
        with torch.no_grad():
            first = RANGE_DB * error(levels[:, :1], batch.sound[:, :1])
        found = {"total": everywhere + distance, "levels": everywhere, "logmel": distance, "db": first}
        if batch.embedding is not None:
            said = self.embedding(batch.continuous, batch.categorical, batch.condition)
            found["embedding"] = (1.0 - (said * batch.embedding).sum(-1)).mean()
            found["total"] = found["total"] + found["embedding"]
        return found

    def _hidden(self, continuous: Tensor, categorical: Tensor, condition: Tensor) -> Tensor:
        seen = torch.cat([self.tokens(continuous, categorical), waves(condition, self.config.waves)], dim=-1)
        hidden = self.entry(seen)
        for layer in self.layers:
            hidden = layer(hidden)
        return self.norm(hidden)

    def _events(self, hidden: Tensor) -> Tensor:
        """For each span of time, whether each event is past, and how long: (B, 64, 2 · events)."""
        at, steepness = self.events(hidden).chunk(2, dim=-1)
        spans = torch.linspace(-1.0, 1.0, SHAPE[2], device=hidden.device)[None, :, None]
        since = spans - at[:, None]
        return torch.cat([torch.sigmoid(since * 16.0 * steepness.exp()[:, None]), since.relu()], dim=-1)

    def _spectra(self, hidden: Tensor, condition: Tensor) -> Tensor:
        """Those that move with the note, where they are: (B, spectra, 4 · 96)."""
        channels, n_features, _ = SHAPE
        grids = self.moving(hidden).unflatten(-1, (self.config.spectra, channels, _GRID))
        note = 60.0 + 24.0 * condition[:, :1]
        place = (self.bands - note + _BELOW_NOTE - 0.5).clamp(0.0, _GRID - 1.001)
        low = place.floor()
        share = (place - low)[:, None, None]
        index = low.long()[:, None, None].expand(-1, *grids.shape[1:3], -1)
        below, above = grids.gather(-1, index), grids.gather(-1, index + 1)
        moved = below + share * (above - below)
        parts = [
            grids[:, :, c, :n_features] if c == _NOTE_RELATIVE else moved[:, :, c] for c in range(channels)
        ]
        return torch.cat(parts, dim=-1)


class _Gated(nn.Module):
    """A residual layer in which what is known multiplies."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden)
        self.both = nn.Linear(hidden, 2 * hidden)
        self.out = nn.Linear(hidden, hidden)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.both(self.norm(x)).chunk(2, dim=-1)
        return x + self.out(functional.gelu(gate) * value)


class _Temporal(nn.Module):
    """A dilated convolution over time, each channel by itself, then all channels in each span."""

    def __init__(self, hidden: int, width: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.taps = nn.Parameter(torch.randn(3, width) / math.sqrt(3.0))
        self.norm = nn.LayerNorm(width)
        self.scale = nn.Linear(hidden, width)
        self.mix = nn.Linear(width, width)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        """(B, 64, width) and (B, hidden) to (B, 64, width)."""
        n, d = x.shape[1], self.dilation
        padded = functional.pad(self.norm(x), (0, 0, d, d))
        near = sum(padded[:, k * d : k * d + n] * self.taps[k] for k in range(3))
        return x + self.mix(functional.gelu(near * (1.0 + self.scale(hidden))[:, None]))


def waves(x: Tensor, n: int) -> Tensor:
    """X (…, d) beside sines and cosines of it, (…, d · (1 + 2 n)): small turns that matter are seen as such."""
    angles = x[..., None] * (math.pi * torch.arange(1, n + 1, device=x.device))
    return torch.cat([x[..., None], angles.sin(), angles.cos()], dim=-1).flatten(-2)


def _band_notes() -> npt.NDArray[np.float64]:
    """MIDI notes of the 96 bands that do not move."""
    return np.asarray(69.0 + 12.0 * np.log2(np.geomspace(LOWEST_HZ, HIGHEST_HZ, SHAPE[1]) / 440.0))
