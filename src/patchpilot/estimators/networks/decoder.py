"""Tokens that ask: each parameter of an instrument is a vector, which looks at the others and at what was heard.

Alike modules share what they have in common: "osc_1_level" and "osc_2_level" have one vector for the role "level of
an osc", and one for which of them it is. So the same network is made for any Space.
"""

from __future__ import annotations

from collections.abc import Sequence

from patchpilot.estimators._torch import Tensor, nn, torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.networks.transformer import Layer, TimeEmbedding
from patchpilot.estimators.symmetry import symmetric_modules
from patchpilot.estimators.tokens import Token


class Decoder(nn.Module):
    """States of tokens, and a memory, to vectors of tokens.

    Args:
        config: sizes.
        codec: the tokens.
    """

    def __init__(self, config: NetworkConfig, codec: Codec) -> None:
        super().__init__()
        width = config.width
        self.n_continuous = len(codec.continuous)
        self.n_options = max(codec.n_options, default=0)
        roles, modules = _indices(codec)
        self.register_buffer("role_places", torch.tensor(roles))
        self.register_buffer("module_places", torch.tensor(modules))
        self.role = nn.Embedding(max(roles) + 1, width)
        self.module = nn.Embedding(max(modules) + 1, width, padding_idx=0)
        self.value = nn.Parameter(torch.randn(max(roles) + 1, width) / width**0.5)
        offsets = torch.arange(len(codec.categorical)) * (self.n_options + 1)
        self.register_buffer("offsets", offsets)
        self.option = nn.Embedding(max(len(codec.categorical), 1) * (self.n_options + 1), width)
        self.time = TimeEmbedding(width)
        self.layers = nn.ModuleList(
            Layer(width, config.attention_heads, has_memory=True) for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(width)
        self.heard = nn.Linear(width, width)

    def forward(self, memory: Tensor, continuous: Tensor, categorical: Tensor, time: Tensor) -> Tensor:
        """Vectors of tokens.

        Args:
            memory: float32 (B, M, width).
            continuous: float32 (B, C), states.
            categorical: int64 (B, K), states; the number of options (O) says that nothing is known.
            time: float32 (B,) in [0, 1].

        Returns:
            float32 (B, C + K, width).
        """
        values = continuous[..., None] * self.value[self.role_places[: self.n_continuous]]
        options = self.option(categorical + self.offsets)
        x = (
            torch.cat([values, options], dim=1)
            + self.role(self.role_places)
            + self.module(self.module_places)
        )
        condition = self.time(time) + self.heard(memory[:, 0])
        for layer in self.layers:
            x = layer(x, condition, memory)
        return self.norm(x)


class Readout(nn.Module):
    """Numbers of each token's vector: each role has linear maps of its own.

    Args:
        codec: the tokens.
        width: of the vectors.
        n_numbers: of a continuous token.
    """

    def __init__(self, codec: Codec, width: int, n_numbers: int = 1) -> None:
        super().__init__()
        self.n_continuous = len(codec.continuous)
        n_options = max(codec.n_options, default=0)
        self.weight = nn.Parameter(torch.randn(self.n_continuous, width, n_numbers) / width**0.5)
        self.bias = nn.Parameter(torch.zeros(self.n_continuous, n_numbers))
        self.option_weight = nn.Parameter(torch.randn(len(codec.categorical), width, n_options) / width**0.5)
        missing = torch.zeros(len(codec.categorical), n_options)
        for row, n in enumerate(codec.n_options):
            missing[row, n:] = -1e9
        self.option_bias = nn.Parameter(torch.zeros_like(missing))
        self.register_buffer("missing", missing)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C + K, width) to numbers (B, C, n_numbers) and logits (B, K, O), −1e9 for options that are not there."""
        numbers = torch.einsum("bcw,cwn->bcn", x[:, : self.n_continuous], self.weight) + self.bias
        logits = torch.einsum("bkw,kwo->bko", x[:, self.n_continuous :], self.option_weight)
        return numbers, logits + self.option_bias + self.missing


def _indices(codec: Codec) -> tuple[list[int], list[int]]:
    """For each token the numbers of its role and of its module, 0 for modules that are not to be told apart."""
    alike = {name for group in symmetric_modules(codec) for name in group}
    roles = _numbered([_role(token) for token in codec.tokens])
    names = [f"{kind}_{number}" for kind, number, _ in (token.module for token in codec.tokens)]
    found: dict[str, int] = {}
    modules = [0 if name in alike else found.setdefault(name, len(found) + 1) for name in names]
    return roles, modules


def _role(token: Token) -> tuple[object, ...]:
    kind, _, role = token.module
    return token.kind, kind, role, token.options, token.is_categorical


def _numbered(things: Sequence[object]) -> list[int]:
    found: dict[object, int] = {}
    return [found.setdefault(thing, len(found)) for thing in things]
