"""Training the retrieval embedding: renders of one patch are drawn together, those of others apart.

Each step hears a batch of patches, two renders of each (another note, velocity and hold; of a patch that was played
once, the same), each changed as `augmentation` says. The loss is the normalised temperature-scaled cross entropy of
SimCLR (Chen et al., ICML 2020, "A simple framework for contrastive learning of visual representations"; Oord et al.,
2018, "Representation learning with contrastive predictive coding") in pytorch-metric-learning (Musgrave et al., 2020):
of all renders in the batch, which is of the same patch? A large batch serves as its memory. The library's `SupConLoss`
(Khosla et al., NeurIPS 2020) is the same with two renders a patch, and many times quicker than its `NTXentLoss`.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from patchpilot.errors import EstimatorError, PluginError
from patchpilot.estimators.embedding.network import EmbeddingConfig
from patchpilot.estimators.embedding.pairs import read_pairs
from patchpilot.estimators.embedding.settings import EmbeddingProgress, Settings
from patchpilot.estimators.embedding.trainer import Trainer
from patchpilot.estimators.training.folder import alone
from patchpilot.files import make_folder
from patchpilot.space.canonical import Json

__all__ = ["EmbeddingProgress", "train_embedding"]


def train_embedding(
    data: Sequence[Path],
    out: Path,
    *,
    seed: int = 0,
    epochs: int = 30,
    batch: int = 256,
    minutes: float | None = None,
    device: str = "cpu",
    network: EmbeddingConfig | None = None,
    command: str = "",
    on_progress: Callable[[EmbeddingProgress], None] = lambda _: None,
) -> Json:
    """Train the retrieval embedding and write its folder; goes on where an earlier run was stopped.

    Args:
        data: datasets with the feature "front_end", in which patches were played more than once.
        out: folder to write: `embedding.onnx` and `embedding.json`, which are all that is needed to use it;
            `checkpoint.safetensors`, the weights; `training.jsonl`, a line an epoch; and until it is finished
            `state.safetensors`.
        seed: of all draws; the same data, seed and machine give the same network, however often it was stopped.
        epochs: >= 1.
        batch: >= 2, patches in a step.
        minutes: after which it ends with the epoch that it is in, and what it has (the learning rate falls over all
            `epochs`, so that is not yet as good); the same call goes on from there.
        device: of PyTorch.
        network: what is trained; the usual one by default.
        command: that does the same, to be told in `embedding.json`.
        on_progress: called after each epoch.

    Returns:
        What `embedding.json` says, with "parity": by how much the graph differs from the network (<= 1e-4).

    Raises:
        DatasetError: a dataset is missing, damaged or foreign.
        EstimatorError: the data cannot teach it, a checkpoint is damaged or of another training, or it diverges.
        OutputError: the folder cannot be written, holds something else, or another training runs in it.
        PluginError: the extra `train` is missing.
    """
    settings = Settings(seed, epochs, batch, network=network or EmbeddingConfig())
    _check(settings, minutes)
    losses = _metric_learning()
    with alone(make_folder(out)):
        training = Trainer(read_pairs(data), settings, out, device, losses)
        training.resume()
        began = time.monotonic()
        while training.epoch < epochs:
            progress = training.one_epoch(began)
            training.keep(progress)
            on_progress(progress)
            if minutes is not None and time.monotonic() - began > 60.0 * minutes:
                break
        return training.finish(command)


def _check(settings: Settings, minutes: float | None) -> None:
    if (
        settings.epochs < 1
        or settings.batch < 2
        or settings.seed < 0
        or (minutes is not None and minutes <= 0)
    ):
        raise EstimatorError(
            f"expected epochs >= 1, a batch >= 2, seed >= 0 and minutes > 0, got {settings.epochs}, "
            f"{settings.batch}, {settings.seed} and {minutes}"
        )


def _metric_learning() -> Any:
    """The losses of pytorch-metric-learning."""
    try:
        return importlib.import_module("pytorch_metric_learning.losses")
    except ImportError as error:
        raise PluginError(
            f"training an embedding needs pytorch-metric-learning ({error}): pip install 'patchpilot[train]'"
        ) from None
