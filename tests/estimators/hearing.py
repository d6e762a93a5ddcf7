"""Estimators for the toy: one whose answers are known beforehand, and networks that have learned nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.estimators.codec import I64, Codec
from patchpilot.estimators.estimator import Estimator
from patchpilot.estimators.folder import About
from patchpilot.estimators.graphs import F32
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.tokens import Token
from patchpilot.instruments.base import Instrument

SEMITONES = tuple(float(k) for k in range(-12, 13))
CODEC = Codec(
    "toy",
    "1",
    (
        Token("level", "value", low=0.1, high=0.9, default=0.5),
        Token("transpose", "value", options=SEMITONES, default=0.0),
    ),
    {},
    {},
)


class Known:
    """In place of graphs: a flow that ends at a level, and says options with given weights.

    Args:
        level: -1..1, where continuous tokens end; None for where they began.
        options: weights by place, of all categorical tokens; all alike for those that are not named.
        codec: the tokens.
        closest: an option of the first categorical token that a proxy would hold to be the closer the nearer by;
            None for no proxy.
    """

    def __init__(
        self,
        level: float | None = 0.5,
        options: dict[int, float] | None = None,
        codec: Codec = CODEC,
        closest: int | None = None,
    ) -> None:
        self.level, self.closest = level, closest
        self.n_tokens, self.n_options = len(codec.categorical), max(codec.n_options, default=0)
        weights = options if options is not None else dict.fromkeys(range(self.n_options), 1.0)
        self.logits = np.full((self.n_tokens, self.n_options), -1e9, np.float32)
        for row, n in enumerate(codec.n_options):
            for place in range(n):
                if place in weights:
                    self.logits[row, place] = np.log(weights[place])
        self.heard: list[tuple[F32, F32]] = []

    def encode(self, sound: F32, condition: F32) -> F32:
        self.heard.append((sound, condition))
        return np.zeros((len(sound), 2, 4), np.float32)

    def step(self, memory: F32, continuous: F32, categorical: I64, time: F32) -> tuple[F32, F32, F32]:
        assert len(memory) == len(continuous) == len(categorical) == len(time)
        velocity = np.zeros_like(continuous)
        if self.level is not None:
            velocity = (self.level - continuous) / (1.0 - time[:, None])
        return velocity, np.repeat(self.logits[None], len(time), axis=0), 0.0 * time

    @property
    def has_proxy(self) -> bool:
        return self.closest is not None

    def judge(self, continuous: F32, categorical: I64, condition: F32, picture: F32) -> tuple[F32, F32]:
        assert self.closest is not None
        assert (condition.shape, picture.shape) == ((1, 3), (1, 4, 96, 64))
        distance = np.abs(categorical[:, 0] - self.closest) / np.float32(8)
        return np.zeros((len(continuous), *picture.shape[1:]), np.float32), distance.astype(np.float32)


def estimator(
    known: Known | None = None, instrument: Instrument | None = None, codec: Codec = CODEC
) -> Estimator:
    about = About(codec, NetworkConfig.sized("tiny"))
    graphs: Any = known or Known(codec=codec)
    return Estimator("known", about, graphs, instrument)


def untrained(config: NetworkConfig, codec: Codec) -> Any:
    """A network that says something of everything, unlike a new one; needs PyTorch."""
    from patchpilot.estimators._torch import torch
    from patchpilot.estimators.networks.network import make_network

    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        network = make_network(config, codec)
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape))
    return network
