"""Regression and classification: one answer, its mean squared error and cross-entropy (as Bruford et al. 2024)."""

from __future__ import annotations

from collections.abc import Callable

from patchpilot.estimators._torch import Tensor, torch
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.networks.guess import Guess
from patchpilot.estimators.networks.network import Network, cross_entropy, token_weights


class Regression(Network):
    """Says the mean of what could be; of symmetric modules the order that is the nearest to what it said."""

    def step(
        self, memory: Tensor, continuous: Tensor, categorical: Tensor, time: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The answer; a state is taken for nothing."""
        nothing = (0.0 * continuous, torch.full_like(categorical, self.n_options), 0.0 * time)
        numbers, logits = self.readout(self.decoder(memory, *nothing))
        return torch.tanh(numbers[..., 0]), logits, 0.0 * time

    def losses(self, batch: Batch, generator: Tensor) -> tuple[dict[str, Tensor], Callable[[], Guess]]:
        """ "continuous" (squared error), "categorical" (nats), and their sum "total", a mean over tokens each.

        The guess is the answer.
        """
        del generator
        memory = self.encode(batch.sound, batch.condition)
        said, logits, _ = self.step(memory, *self.nothing_known(memory))
        losses = [
            self._loss(
                said, logits, self.in_order(batch, torch.full_like(batch.active[:, 0], k, dtype=torch.int64))
            )
            for k in range(len(self.orders))
        ]
        best = torch.stack([sum(parts) for parts in losses]).argmin(dim=0)
        continuous, categorical = (
            torch.stack(part).gather(0, best[None])[0].mean() for part in zip(*losses, strict=True)
        )
        parts = {"total": continuous + categorical, "continuous": continuous, "categorical": categorical}
        return parts, lambda: Guess(said, logits.softmax(-1), torch.ones_like(said[:, 0]))

    @staticmethod
    def _loss(said: Tensor, logits: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Of each row."""
        real, whole = token_weights(batch)
        squared = (real * (said - batch.continuous) ** 2).sum(dim=1) / max(real.shape[1], 1)
        return squared, (whole * cross_entropy(logits, batch.categorical)).sum(dim=1) / max(whole.shape[1], 1)
