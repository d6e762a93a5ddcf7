"""A whole estimator to be trained: it hears with an encoder, and says with a head.

    network = make_network(config, codec)
    memory = network.encode(sound, condition)
    said, logits, log_weight = network.step(memory, continuous, categorical, time)
    network.loss(batch, generator)["total"].backward()

All heads have these three methods, so they are trained, exported and asked alike (`sampling.sample`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from patchpilot.estimators._torch import Tensor, functional, nn, torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.networks.decoder import Decoder, Readout
from patchpilot.estimators.networks.encoder import Encoder
from patchpilot.estimators.networks.guess import Guess
from patchpilot.estimators.symmetry import orders

SILENT_WEIGHT = 0.1
"""Of a token that does not sound: it is to be at its default, for the others look at it."""


class Network(nn.Module):
    """What all heads share; a head says how `step` and `loss` go.

    Args:
        config: sizes.
        codec: the tokens.
        n_numbers: that the head says of a continuous token.
    """

    def __init__(self, config: NetworkConfig, codec: Codec, n_numbers: int = 1) -> None:
        super().__init__()
        self.config, self.codec = config, codec
        self.encoder = Encoder(config)
        self.decoder = Decoder(config, codec)
        self.readout = Readout(codec, config.width, n_numbers)
        self.register_buffer("orders", torch.tensor(orders(codec)))

    @property
    def n_continuous(self) -> int:
        """How many continuous tokens there are (C)."""
        return self.decoder.n_continuous

    @property
    def n_options(self) -> int:
        """The most options that a categorical token has (O)."""
        return self.decoder.n_options

    def encode(self, sound: Tensor, condition: Tensor) -> Tensor:
        """What is remembered: float32 (B, *config.sound_shape) and (B, 3) to (B, M, width)."""
        return self.encoder(sound, condition)

    def step(
        self, memory: Tensor, continuous: Tensor, categorical: Tensor, time: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One step of the head.

        Args:
            memory: float32 (B, M, width).
            continuous: float32 (B, C), the state of continuous tokens.
            categorical: int64 (B, K), that of categorical ones; O where nothing is known.
            time: float32 (B,) in [0, 1].

        Returns:
            float32 (B, C), what the head says of continuous tokens; logits (B, K, O), −1e9 for options that are not
            there; the log of a weight (B,).
        """
        raise NotImplementedError

    def loss(self, batch: Batch, generator: Tensor) -> dict[str, Tensor]:
        """Named scalars, of which "total" is to be made small.

        Args:
            batch: of B rows.
            generator: a `torch.Generator` on the CPU, of all random numbers.
        """
        return self.losses(batch, generator)[0]

    def losses(self, batch: Batch, generator: Tensor) -> tuple[dict[str, Tensor], Callable[[], Guess]]:
        """`loss`, and what makes the patches that the head said meanwhile: it costs nothing where nobody asks."""
        raise NotImplementedError

    def nothing_known(self, memory: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The state before the first step: zeros, no option known, time 0."""
        n = len(memory)
        continuous = torch.zeros(n, self.n_continuous, device=memory.device)
        categorical = torch.full(
            (n, len(self.codec.categorical)), self.n_options, dtype=torch.int64, device=memory.device
        )
        return continuous, categorical, torch.zeros(n, device=memory.device)

    def in_order(self, batch: Batch, order: Tensor) -> Batch:
        """The same patches with symmetric modules in other orders: (B,) rows of `orders`, for each row of the batch."""
        place, c = self.orders[order], self.n_continuous
        categorical = batch.categorical.gather(1, place[:, c:] - c)
        return dataclasses.replace(
            batch,
            continuous=batch.continuous.gather(1, place[:, :c]),
            categorical=categorical,
            active=batch.active.gather(1, place),
        )


def token_weights(batch: Batch) -> tuple[Tensor, Tensor]:
    """How much each token of each row counts: (B, C) and (B, K), 0 where a label is not known."""
    weight = batch.weight * torch.where(batch.active, 1.0, SILENT_WEIGHT)
    c = batch.continuous.shape[1]
    return weight[:, :c], weight[:, c:] * (batch.categorical >= 0)


def mean_of(losses: Tensor) -> Tensor:
    """Their mean; 0 of none, as where an instrument has no continuous tokens, or nothing else."""
    return losses.sum() / max(losses.numel(), 1)


def cross_entropy(logits: Tensor, categorical: Tensor) -> Tensor:
    """−log p of the right options: (…, K, O) and (…, K) to (…, K); 0 where the label is not known."""
    if not logits.numel():
        return logits.new_zeros(categorical.shape)
    n = logits.shape[-1]
    flat = functional.cross_entropy(
        logits.reshape(-1, n), categorical.reshape(-1), ignore_index=-1, reduction="none"
    )
    return flat.view(categorical.shape)


def make_network(config: NetworkConfig, codec: Codec) -> Network:
    """An untrained network with the head that its config names; random numbers are PyTorch's own."""
    from patchpilot.estimators.networks.heads.flow import Flow
    from patchpilot.estimators.networks.heads.mixture import Mixture
    from patchpilot.estimators.networks.heads.regression import Regression

    heads = {"flow": Flow, "regression": Regression, "mixture": Mixture}
    return heads[config.head](config, codec)
