"""A mixture density network (Bishop 1994): p(θ | x) as a weighted sum of simple densities, each one an answer.

A component is a normal distribution of each continuous token and a distribution over the options of each categorical
one; which component it is rides in as the time of `step`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from patchpilot.estimators._torch import Tensor, functional, nn, torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.networks.guess import Guess
from patchpilot.estimators.networks.network import Network, cross_entropy, token_weights

_LEAST_SCALE = 0.01
"""Of a component, in the units of tokens: half a hundredth of the range."""


class Mixture(Network):
    """Says several answers with their weights."""

    def __init__(self, config: NetworkConfig, codec: Codec) -> None:
        super().__init__(config, codec, n_numbers=2)
        self.components = config.components
        self.weights = nn.Linear(config.width, config.components)
        self.component = nn.Embedding(config.components, config.width)
        self.turn = nn.Sequential(
            nn.Linear(config.width, config.width), nn.GELU(), nn.Linear(config.width, config.width)
        )

    def step(
        self, memory: Tensor, continuous: Tensor, categorical: Tensor, time: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One component: mean + scale · state, logits, and the log of its weight.

        The component is the one in whose share of [0, 1] the time lies.
        """
        component = (time * self.components).long().clamp(0, self.components - 1)
        mean, scale, logits = self._component(self._asked(memory, continuous, categorical, time), component)
        log_weights = torch.log_softmax(self.weights(memory[:, 0]), dim=-1)
        return mean + scale * continuous, logits, log_weights.gather(1, component[:, None])[:, 0]

    def _asked(self, memory: Tensor, continuous: Tensor, categorical: Tensor, time: Tensor) -> Tensor:
        """Vectors of tokens, the same for all components; a state is taken for nothing."""
        unknown = torch.full_like(categorical, self.n_options)
        return self.decoder(memory, 0.0 * continuous, unknown, 0.0 * time)

    def _component(self, x: Tensor, component: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        turned = x + self.turn(x + self.component(component)[:, None])
        numbers, logits = self.readout(turned)
        scale = _LEAST_SCALE + functional.softplus(numbers[..., 1] - 1.0)
        return torch.tanh(numbers[..., 0]), scale, logits

    def losses(self, batch: Batch, generator: Tensor) -> tuple[dict[str, Tensor], Callable[[], Guess]]:
        """ "total": −log p of the patches in nats, a mean over rows and tokens; all orders of like modules count.

        The guess is the likeliest component, which is what is proposed first. The mean over components is no answer:
        it lies between patches that would do, and sounds like none of them.
        """
        del generator
        memory = self.encode(batch.sound, batch.condition)
        x = self._asked(memory, *self.nothing_known(memory))
        log_weights = torch.log_softmax(self.weights(memory[:, 0]), dim=-1)
        first = torch.zeros(len(x), dtype=torch.int64, device=x.device)
        terms = []
        for k in range(self.components):
            said = self._component(x, first + k)
            for order in range(len(self.orders)):
                rows = self.in_order(batch, first + order)
                terms.append(log_weights[:, k] - self._surprise(*said, rows))
        n_tokens = len(self.codec.tokens)
        total = -torch.logsumexp(torch.stack(terms), dim=0).mean() / n_tokens
        return {"total": total}, lambda: self._likeliest(x, log_weights)

    def _likeliest(self, x: Tensor, log_weights: Tensor) -> Guess:
        mean, _, logits = self._component(x, log_weights.argmax(dim=1))
        return Guess(mean, logits.softmax(-1), torch.ones_like(mean[:, 0]))

    @staticmethod
    def _surprise(mean: Tensor, scale: Tensor, logits: Tensor, batch: Batch) -> Tensor:
        """−log p of each row in one component."""
        real, whole = token_weights(batch)
        normal = (
            0.5 * ((batch.continuous - mean) / scale) ** 2 + torch.log(scale) + 0.5 * math.log(2 * math.pi)
        )
        return (real * normal).sum(dim=1) + (whole * cross_entropy(logits, batch.categorical)).sum(dim=1)
