"""Training a proxy: the loop and the rows of an estimator's training, and a file for finetuning at its end."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from patchpilot.errors import EstimatorError
from patchpilot.estimators.networks.proxy import Proxy
from patchpilot.estimators.networks.proxy_config import ProxyConfig
from patchpilot.estimators.networks.proxy_file import save_proxy
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.curriculum import Stage
from patchpilot.estimators.training.progress import Progress
from patchpilot.estimators.training.source import Source
from patchpilot.estimators.training.trainer import Trainer
from patchpilot.space.canonical import Json

NAME = "proxy.safetensors"
"""The file's name in the folder of a training."""
SIZES: Mapping[str, ProxyConfig] = {
    "tiny": ProxyConfig(hidden=48, depth=1, width=24, dilations=(1, 4), events=4, spectra=2, waves=1),
    "small": ProxyConfig(),
    "base": ProxyConfig(hidden=1024, depth=4, width=256, spectra=8),
}
"""As an estimator's: for tests, for two cores, for a GPU."""


def train_proxy(
    config: TrainConfig,
    source: Source,
    stages: Sequence[Stage],
    folder: Path,
    *,
    minutes: float | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    facts: Mapping[str, Json] | None = None,
) -> Path:
    """Train a proxy, or go on with a training; the mean weights so far are written in any case.

    Args:
        config: the recipe, of which `head` and `encoder` do not matter.
        source: of the rows.
        stages: of the curriculum.
        folder: where it is kept.
        minutes: after which it is to stop; the same again goes on.
        on_progress: called after each step.
        facts: what else the file shall say about how it was trained.

    Returns:
        The file that `load_proxy` reads.

    Raises:
        EstimatorError: the folder holds another training, the rows lack the recipe's embedding, or the loss diverged
            before there was a checkpoint.
        KeyboardInterrupt: it was interrupted; the state is written first.
        OutputError: the folder cannot be written, or another training runs in it.
    """
    sizes = sizes_of(config, source)
    trainer = Trainer(
        config,
        source,
        stages,
        lambda: Proxy(sizes, source.codec),
        folder,
        on_progress=on_progress,
        facts={**(facts or {}), "proxy": sizes.to_json()},
    )
    trainer.run(minutes)
    path = folder / NAME
    trained = trainer.trained() if trainer.position.history else {}
    save_proxy(trainer.learner.mean.network, path, trained)
    return path


def sizes_of(config: TrainConfig, source: Source) -> ProxyConfig:
    """Sizes of the proxy of a recipe, which says the embedding of the rows where they have one."""
    sizes = SIZES[config.size]
    if not config.embedding:
        return sizes
    if (embedded := source.held[0].embedded) is None:
        raise EstimatorError(f"the rows do not say what {config.embedding} hears of them")
    return dataclasses.replace(
        sizes,
        embedding=embedded.name,
        embedding_version=embedded.version,
        embedding_size=embedded.vectors.shape[1],
    )
