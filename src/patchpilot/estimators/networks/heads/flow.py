"""Conditional flow matching over patches: noise becomes a patch that makes the sound.

Continuous tokens follow a rectified flow (Lipman et al. 2023, "Flow matching for generative modeling"; Liu et al.
2023): x(t) = (1 − t)·noise + t·patch, of which the network says the velocity. Categorical tokens follow a discrete
flow from a mask (Gat et al. 2024, "Discrete flow matching"; Campbell et al. 2024): at time t a token is known with
probability t, and the network says which option an unknown one has. Both are one state, so each looks at the other.

Of symmetric modules the noise is paired with the order that is nearest to it (the optimal-transport coupling of Hayes
et al. 2025), so that paths do not cross.
"""

from __future__ import annotations

from collections.abc import Callable

from patchpilot.estimators._torch import Tensor, functional, torch
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.networks.guess import Guess
from patchpilot.estimators.networks.network import Network, cross_entropy, mean_of, token_weights

PATHS = 2
"""Times and noises that each sound is learned with at once: hearing costs more than saying."""


class Flow(Network):
    """Says the velocity of a state towards patches that make the sound."""

    def step(
        self, memory: Tensor, continuous: Tensor, categorical: Tensor, time: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Velocity of the continuous state, and logits of the options."""
        numbers, logits = self.readout(self.decoder(memory, continuous, categorical, time))
        return numbers[..., 0], logits, 0.0 * time

    def losses(self, batch: Batch, generator: Tensor) -> tuple[dict[str, Tensor], Callable[[], Guess]]:
        """ "continuous" (squared error of velocities), "categorical" (nats of unknown options), their sum "total".

        The guess is where each state would end at its velocity, with the options that are known; it counts as much
        as its time. At first the end is a mean over all patches that would do, which sounds like none of them.
        """
        memory = self.encode(batch.sound, batch.condition).repeat(PATHS, 1, 1)
        labels = Batch(
            batch.sound,
            batch.condition,
            batch.continuous.repeat(PATHS, 1),
            batch.categorical.repeat(PATHS, 1),
            batch.active.repeat(PATHS, 1),
            batch.weight,
        )
        noise = torch.randn(labels.continuous.shape, generator=generator).to(memory.device)
        time = torch.rand(len(memory), generator=generator).to(memory.device)
        is_known = torch.rand(labels.categorical.shape, generator=generator).to(memory.device) < time[:, None]
        labels = self._paired(labels, noise)
        real, whole = token_weights(labels)
        patch = labels.continuous * labels.active[:, : self.n_continuous]
        state = torch.lerp(noise, patch, time[:, None])
        known = torch.where(is_known & (labels.categorical >= 0), labels.categorical, self.n_options)
        velocity, logits, _ = self.step(memory, state, known, time)
        squared = mean_of(real * (velocity - (patch - noise)) ** 2)
        surprise = whole * cross_entropy(logits, labels.categorical) * ~is_known
        categorical = mean_of(surprise) * 2.0  # half of them are known
        parts = {"total": squared + categorical, "continuous": squared, "categorical": categorical}
        return parts, lambda: Guess(
            state + (1.0 - time)[:, None] * velocity, self._options(logits, known), time
        )

    def _options(self, logits: Tensor, known: Tensor) -> Tensor:
        """Probabilities (B, K, O); those of options that are known (below O) are no guess."""
        sure = functional.one_hot(known, self.n_options + 1)[..., :-1]
        return torch.where((known < self.n_options)[..., None], sure, logits.softmax(-1))

    def _paired(self, labels: Batch, noise: Tensor) -> Batch:
        """Each patch with its symmetric modules in the order that is the nearest to the noise."""
        if len(self.orders) == 1:
            return labels
        distances = []
        for k in range(len(self.orders)):
            index = torch.full_like(labels.active[:, 0], k, dtype=torch.int64)
            moved = self.in_order(labels, index)
            distances.append(functional.mse_loss(moved.continuous, noise, reduction="none").sum(dim=1))
        return self.in_order(labels, torch.stack(distances).argmin(dim=0))
