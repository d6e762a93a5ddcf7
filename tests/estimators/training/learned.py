"""Small trainings for tests: a toy's sounds, and networks that take no time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

pytest.importorskip("torch")

from patchpilot.estimators._torch import Tensor, nn, torch
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.networks.network import make_network
from patchpilot.estimators.training import state
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.curriculum import stages
from patchpilot.estimators.training.loss import digest_of
from patchpilot.estimators.training.progress import Progress
from patchpilot.estimators.training.rows import Data, read_rows
from patchpilot.estimators.training.source import Files
from patchpilot.estimators.training.trainer import Trainer
from tests.datasets.small import Buzzing, small

torch.set_num_threads(1)  # threads that wait for each other are slow where cores are shared
ROWS = 96
QUICK: dict[str, Any] = {
    "instrument": "toy", "head": "regression", "size": "tiny", "epochs": 3, "batch": 16, "held_out": 0.2, "lr": 0.01,
    "ema": 0.5, "device": "cpu",
}  # fmt: skip


@cache
def toy_data() -> Data:
    """Rows of a toy: two notes of each of 48 patches, half of them with a buzz."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "toy.h5"
        small(path, ROWS, features=("front_end",), audio="none").close()
        return read_rows([path], Buzzing().space)


class Simple(nn.Module):
    """A network with running statistics that learns one number; it has what the loop asks of a network.

    Args:
        spoil: what is done to the loss of each step in training, by its number from 0.
    """

    def __init__(self, spoil: Callable[[int, Tensor], Tensor] = lambda _, loss: loss) -> None:
        super().__init__()
        self.norm, self.out = nn.BatchNorm1d(3), nn.Linear(3, 2)
        self.steps, self.spoil = 0, spoil

    def loss(self, batch: Batch, generator: Any) -> dict[str, Tensor]:
        noise = 0.01 * torch.randn(batch.condition.shape, generator=generator)
        said = self.out(self.norm(batch.condition + noise))
        total = (said - batch.continuous[:, :2]).square().mean()
        if self.training:
            total = self.spoil(self.steps, total)
            self.steps += 1
        return {"total": total}


def trainer(
    folder: Path,
    *,
    make: Callable[[], Any] | None = None,
    data: Data | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    trackers: Any = (),
    proxy: Path | None = None,
    **asked: Any,
) -> Trainer:
    """A training of the toy; of a tiny network where no other is given."""
    digest = digest_of(proxy) if proxy else ""
    config, data = TrainConfig(**{**QUICK, "proxy": digest, **asked}), data or toy_data()
    made = stages(config.curriculum, config.epochs, data.codec, Buzzing().space, config.effects)
    return Trainer(
        config,
        Files(data, config.held_out),
        made,
        make or (lambda: make_network(config.network, data.codec)),
        folder,
        trackers=trackers,
        on_progress=on_progress,
        proxy=proxy,
    )


def tensors_of(folder: Path) -> dict[str, Tensor]:
    """All that the state in a folder holds."""
    return state.read_state(folder / state.NAME)[0]
