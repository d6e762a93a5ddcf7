"""Tokens as numbers with slopes: options as probabilities, and gates that are more or less open."""

from __future__ import annotations

import math

import numpy as np

from patchpilot.estimators._torch import Tensor, functional, nn, torch
from patchpilot.estimators.codec import Codec

_DEEPEST = 3
"""Gates behind gates."""


class SoftTokens(nn.Module):
    """All that a patch says, as one vector; what does not sound is 0.

    Args:
        codec: of the patches.
        waves: sines and cosines by which each continuous token is also seen.

    Attributes:
        size: of the vector.
    """

    def __init__(self, codec: Codec, waves: int) -> None:
        super().__init__()
        self.waves = waves
        self.n_options = codec.n_options
        self.most = max(codec.n_options, default=1)
        self.size = len(codec.continuous) * (2 + 2 * waves) + sum(codec.n_options)
        gates = codec.gates
        gate = np.array([gates.get(token.gate, (-1,))[0] for token in codec.tokens], np.int64)
        others = np.zeros((len(codec.tokens), len(codec.categorical)), np.float32)
        for row, token in enumerate(codec.tokens):
            others[row, list(gates.get(token.gate, ())[1:])] = 1.0
        opens = np.zeros((len(codec.tokens), self.most), np.float32)
        for row, token in enumerate(codec.tokens):
            opens[row, list(token.open_at)] = 1.0
        there = np.zeros((len(codec.categorical), self.most), bool)
        for row, n in enumerate(codec.n_options):
            there[row, :n] = True
        self.is_gated, self.is_chained = bool((gate >= 0).any()), bool(others.any())
        arrays = {
            "gate": gate,
            "others": others,
            "opens": opens,
            "there": there,
            "options": np.flatnonzero(there),
        }
        for name, array in arrays.items():
            self.register_buffer(name, torch.from_numpy(array), persistent=False)

    def forward(self, continuous: Tensor, categorical: Tensor) -> Tensor:
        """(B, size) of float32 (B, C) and int64 (B, K) or float32 (B, K, O)."""
        probabilities = self.probabilities(categorical)
        active = self.active(probabilities)
        n = continuous.shape[1]
        angles = continuous[..., None] * (math.pi * torch.arange(1, self.waves + 1, device=continuous.device))
        one = torch.ones_like(continuous)[..., None]
        seen = torch.cat([one, continuous[..., None], angles.sin(), angles.cos()], dim=-1)
        said = (seen * active[:, :n, None]).flatten(1)
        chosen = (probabilities * active[:, n:, None]).flatten(1)[:, self.options]
        return torch.cat([said, chosen], dim=-1)

    def probabilities(self, categorical: Tensor) -> Tensor:
        """Float32 (B, K, O) of indices (B, K), of which −1 is none; probabilities stay as they are."""
        if categorical.dim() == 3:
            return categorical
        known = (categorical >= 0)[..., None]
        return functional.one_hot(categorical.clamp(min=0), self.most).float() * known

    def active(self, probabilities: Tensor) -> Tensor:
        """How open the gates of all tokens are, (B, C + K) in [0, 1], gates behind gates too."""
        n_categorical = probabilities.shape[1]
        behind = self.gate >= 0
        if not self.is_gated:
            return torch.ones(len(probabilities), len(self.gate), device=probabilities.device)
        own = (probabilities[:, self.gate.clamp(min=0)] * self.opens).sum(-1)
        if self.is_chained:  # an effect sounds at any of its places
            elsewhere = torch.einsum("bko,to->btk", probabilities, self.opens) * self.others
            own = 1.0 - (1.0 - own) * (1.0 - elsewhere).prod(-1)
        own = torch.where(behind, own, torch.ones_like(own))
        active = own
        first = len(self.gate) - n_categorical
        for _ in range(_DEEPEST - 1):
            above = active[:, first + self.gate.clamp(min=0)]
            active = own * torch.where(behind, above, torch.ones_like(above))
        return active
