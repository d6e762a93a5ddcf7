"""Sounds and their chains, in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio.front_end import NAME as FRONT_END
from patchpilot.datasets import Dataset
from patchpilot.errors import DatasetError
from patchpilot.estimators._torch import Tensor, torch
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.sequence.chains import NOTHING, targets
from patchpilot.estimators.sequence.orders import Order

MOST_TIMES, MOST_FEATURES = 12, 16
"""Longest spans that are masked."""


@dataclass(frozen=True, eq=False)
class SequenceBatch:
    """B rows as tensors.

    Attributes:
        sound: float32 (B, 4, 96, 64) in [0, 1] (`audio.front_end`).
        condition: float32 (B, 3) (`networks.batch.conditions`).
        target: int64 (B, N + 1) (`chains.targets`).
    """

    sound: Tensor
    condition: Tensor
    target: Tensor

    def __len__(self) -> int:
        return len(self.sound)

    def __getitem__(self, rows: Tensor) -> SequenceBatch:
        return SequenceBatch(self.sound[rows], self.condition[rows], self.target[rows])

    @property
    def length(self) -> int:
        """Of the longest chain, its end included."""
        return int((self.target != NOTHING).sum(dim=1).max())


def rows_of(dataset: Dataset, order: Order) -> SequenceBatch:
    """All rows of a dataset, as a network learns them (`fitting.fit`).

    Args:
        dataset: with the feature "front_end".
        order: that says the chains of its patches (`orders.order_of`).

    Raises:
        DatasetError: it has no such feature, or says no such chain.
    """
    columns = dataset.columns.values
    if FRONT_END not in dataset.features or not set(order.names) <= set(columns):
        raise DatasetError(
            f"{dataset.path}: expected the feature {FRONT_END} and the parameters {', '.join(order.names[:3])}, …; "
            f"make it with --features {FRONT_END}, of the instrument whose chain this is"
        )
    values = dataset.column("params/values")[:, [columns.index(name) for name in order.names]]
    chains = [order.chain(dict(zip(order.names, row, strict=True))) for row in values.tolist()]
    played = [dataset.column(f"metadata/{name}") for name in ("pitch", "hold_s", "velocity")]
    sound = np.asarray(dataset.column(f"features/{FRONT_END}"), np.float32)
    return SequenceBatch(
        torch.from_numpy(sound),
        torch.from_numpy(conditions(*played)),
        torch.from_numpy(targets(chains, order.modules)),
    )


def masked(sound: Tensor, generator: Tensor) -> Tensor:
    """Pictures of which a span of times and one of features are grey (Park et al. 2019, "SpecAugment")."""
    for dim, most in ((3, MOST_TIMES), (2, MOST_FEATURES)):
        n, size = len(sound), sound.shape[dim]
        length = torch.randint(0, most + 1, (n,), generator=generator)
        start = (torch.rand(n, generator=generator) * (size - length + 1)).long()
        at = torch.arange(size)
        hidden = ((at >= start[:, None]) & (at < (start + length)[:, None])).to(sound.device)
        sound = sound.masked_fill(hidden.view(n, 1, *((1, size) if dim == 3 else (size, 1))), 0.5)
    return sound
