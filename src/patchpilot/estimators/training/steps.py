"""Single steps of a training, and what it is judged by."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from patchpilot.estimators._torch import Tensor, torch
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.training.batches import noise_seed
from patchpilot.estimators.training.precision import Precision
from patchpilot.estimators.training.state import Learner

Loss = Callable[[Any, Batch, Any], dict[str, Tensor]]
"""Named scalars of a network, a batch and a `torch.Generator`, of which "total" is to be made small."""
_HELD_NOISE = -1
"""Sets the noise of held-out rows apart from that of steps."""


@dataclass(frozen=True, eq=False)
class Steps:
    """Makes steps; the random numbers of each are a function of the seed and its number.

    Attributes:
        learner: what changes.
        precision: where and how exactly.
        seed: >= 0.
        loss: what is made small.
    """

    learner: Learner
    precision: Precision
    seed: int
    loss: Loss

    def step(self, batch: Batch, lr: float) -> None:
        """Learn from a batch; where a number is not finite it has no effect, and is counted."""
        began = time.monotonic()
        learner, position = self.learner, self.learner.position
        before = [buffer.clone() for buffer in learner.network.buffers()]
        losses = self._losses(batch) if is_finite(batch) else {}
        if losses and self.precision.step(learner, losses["total"], lr):
            learner.mean.update(learner.network, position.step)
            told = {name: float(loss.detach()) for name, loss in losses.items()}
            for name, loss in {**told, "n": 1.0}.items():
                position.sums[name] = position.sums.get(name, 0.0) + loss
            position.divergence.heard(told["total"])
        else:
            for buffer, was in zip(learner.network.buffers(), before, strict=True):
                buffer.copy_(was)  # running statistics have heard of it
            position.skipped += 1
            position.divergence.heard(math.nan)
        position.step += 1
        position.at += 1
        position.seconds += time.monotonic() - began

    def held_out(self, batches: Iterable[Batch]) -> dict[str, float]:
        """Losses of the mean weights, the mean over all finite batches, always with the same noise."""
        sums: dict[str, float] = {}
        n_rows = 0
        for place, batch in enumerate(batches):
            if not is_finite(batch):
                continue
            generator = torch.Generator().manual_seed(noise_seed(self.seed, _HELD_NOISE, place))
            with torch.no_grad(), self.precision.autocast():
                losses = self.loss(self.learner.mean.network, batch, generator)
            n_rows += len(batch)
            for name, loss in losses.items():
                sums[name] = sums.get(name, 0.0) + float(loss) * len(batch)
        return {name: total / n_rows for name, total in sums.items()} or {"total": math.nan}

    def _losses(self, batch: Batch) -> dict[str, Tensor]:
        """With the random numbers of the step at hand."""
        seed = noise_seed(self.seed, self.learner.position.step)
        torch.manual_seed(seed)
        with self.precision.autocast():
            return self.loss(self.learner.network, batch, torch.Generator().manual_seed(seed))


def is_finite(batch: Batch) -> bool:
    """Whether all numbers that a network hears or learns are finite."""
    return all(
        bool(torch.isfinite(tensor).all())
        for tensor in (batch.sound, batch.condition, batch.continuous, batch.embedding)
        if tensor is not None
    )
