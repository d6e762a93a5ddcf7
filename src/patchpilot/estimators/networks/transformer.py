"""Transformer layers that encoders and decoders are made of."""

from __future__ import annotations

import math

from patchpilot.estimators._torch import Tensor, functional, nn, torch


class Attention(nn.Module):
    """Multi-head attention (Vaswani et al. 2017, "Attention is all you need", eq. 1).

    Args:
        width: of the vectors.
        heads: which divide the width.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.out = nn.Linear(width, width), nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        """What vectors (B, P, width) find in a memory (B, M, width)."""
        query = self._split(self.query(x))
        key, value = (self._split(part) for part in self.key_value(memory).chunk(2, dim=-1))
        return self.out(_attended(query, key, value).transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def _attended(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention, on a processor in single precision: its gradient in half of it takes ten times as long there."""
    if query.device.type != "cpu" or query.dtype == torch.float32:
        return functional.scaled_dot_product_attention(query, key, value)
    with torch.autocast("cpu", enabled=False):
        return functional.scaled_dot_product_attention(query.float(), key.float(), value.float())


class Layer(nn.Module):
    """Self-attention, attention to a memory, and two linear maps; normalised before each, as a condition says.

    The condition shifts, scales and gates each part (Peebles and Xie 2023, "Scalable diffusion models with
    transformers", adaLN-Zero), so that a new layer changes nothing.

    Args:
        width: of the vectors and of the condition.
        heads: of the attention.
        has_memory: whether it attends to a memory.
    """

    def __init__(self, width: int, heads: int, *, has_memory: bool) -> None:
        super().__init__()
        self.own = Attention(width, heads)
        self.cross = Attention(width, heads) if has_memory else None
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.n_parts = 3 if has_memory else 2
        self.modulation = nn.Linear(width, 3 * self.n_parts * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, condition: Tensor, memory: Tensor | None = None) -> Tensor:
        """Vectors (B, P, width) of a condition (B, width) and a memory (B, M, width)."""
        parts = self.modulation(functional.silu(condition))[:, None].chunk(3 * self.n_parts, dim=-1)
        y = _modulated(x, *parts[:2])
        x = x + parts[2] * self.own(y, y)
        if self.cross is not None:
            x = x + parts[5] * self.cross(_modulated(x, *parts[3:5]), memory)
        return x + parts[-1] * self.mlp(_modulated(x, *parts[-3:-1]))


def _modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:]) * (1.0 + scale) + shift


class TimeEmbedding(nn.Module):
    """A time in [0, 1] as a vector: sines and cosines of it, and two linear maps.

    Args:
        width: of the vector.
    """

    def __init__(self, width: int, n_frequencies: int = 32) -> None:
        super().__init__()
        self.register_buffer("frequencies", torch.exp(torch.linspace(0.0, math.log(200.0), n_frequencies)))
        self.mlp = nn.Sequential(nn.Linear(2 * n_frequencies, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, time: Tensor) -> Tensor:
        """(B,) to (B, width)."""
        angles = time[:, None] * self.frequencies
        return self.mlp(torch.cat([torch.sin(angles), torch.cos(angles)], dim=-1))
