"""Training on rows in memory; equal arguments make equal weights, on one machine and with as many threads."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import torch
from patchpilot.estimators.sequence.geometry import load_geoopt
from patchpilot.estimators.sequence.network import SequenceNetwork
from patchpilot.estimators.sequence.rows import SequenceBatch

_FASTER = 5.0
"""Learning rate of points, and of what moves them, beside that of the layers: they begin where all are alike."""


@dataclass(frozen=True)
class FitConfig:
    """How it is trained.

    Attributes:
        epochs: how often each row is seen.
        batch: rows in a step.
        lr: highest learning rate; it rises over the first tenth of all steps, and falls to 0 as a cosine.
        weight_decay: of matrices and kernels, in the penalty's sense (L2); never of points.
        clip: norm that gradients are cut to.
        seed: >= 0, of the order of rows and of the masks.
    """

    epochs: int = 15
    batch: int = 64
    lr: float = 3e-3
    weight_decay: float = 1e-4
    clip: float = 1.0
    seed: int = 0


def fit(
    network: SequenceNetwork,
    rows: SequenceBatch,
    config: FitConfig,
    on_epoch: Callable[[int, float], None] = lambda *_: None,
) -> None:
    """Train a network, in place, with Riemannian Adam (Bécigneul and Ganea 2019), which for flat parameters is Adam.

    Args:
        network: to be trained.
        rows: all that it learns from.
        config: how.
        on_epoch: called with the number of each epoch that is done, from 0, and its mean loss.

    Raises:
        EstimatorError: there are fewer rows than two, or the loss is no finite number any more.
    """
    if len(rows) < 2:
        raise EstimatorError(f"expected two rows to learn from or more, got {len(rows)}")
    batch = min(config.batch, len(rows))
    n_steps = len(rows) // batch
    network.to(memory_format=torch.channels_last)  # which halves what convolutions cost on a processor
    optimizer = _optimizer(network, config)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, config.epochs * n_steps))
    generator = torch.Generator().manual_seed(config.seed)
    for epoch in range(config.epochs):
        network.train()
        order, total = torch.randperm(len(rows), generator=generator), 0.0
        for step in range(n_steps):
            loss = network.loss(rows[order[step * batch : (step + 1) * batch]], generator)["total"]
            if not math.isfinite(heard := float(loss.detach())):
                raise EstimatorError(
                    f"the loss is {heard} in epoch {epoch}; try a smaller learning rate than {config.lr:g}"
                )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip)
            optimizer.step()
            schedule.step()
            total += heard
        on_epoch(epoch, total / n_steps)
    network.eval()


def _optimizer(network: SequenceNetwork, config: FitConfig) -> Any:
    """Matrices and kernels with decay, norms and biases without; what the space is made of goes faster."""
    space = [network.points, network.turn, network.bias, network.log_sharpness]
    known = {id(parameter) for parameter in space}
    rest = [parameter for parameter in network.parameters() if id(parameter) not in known]
    groups = [
        {"params": [p for p in rest if p.ndim > 1], "weight_decay": config.weight_decay, "lr": config.lr},
        {"params": [p for p in rest if p.ndim <= 1], "weight_decay": 0.0, "lr": config.lr},
        {"params": space, "weight_decay": 0.0, "lr": _FASTER * config.lr},
    ]
    return load_geoopt().optim.RiemannianAdam(groups, lr=config.lr)


def _rate(step: int, n_steps: int) -> float:
    """Share of the highest learning rate."""
    warm = max(n_steps // 10, 1)
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1.0 + math.cos(math.pi * (step - warm) / max(n_steps - warm, 1)))
