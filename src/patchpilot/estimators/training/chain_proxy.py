"""Training the proxy of a chain: the loop of an estimator's training, on pairs of dry and wet sounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from patchpilot.errors import EstimatorError
from patchpilot.estimators.networks.chain_proxy import ChainProxy, ChainProxyConfig, PairBatch
from patchpilot.estimators.networks.chain_proxy_file import save_chain_proxy
from patchpilot.estimators.training.batches import I64
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.curriculum import stages
from patchpilot.estimators.training.pairs import Pairs, pair_batch
from patchpilot.estimators.training.progress import Outcome, Progress
from patchpilot.estimators.training.rows import Data, Rows
from patchpilot.estimators.training.source import Files
from patchpilot.estimators.training.trainer import Trainer
from patchpilot.space import Space
from patchpilot.space.canonical import Json

NAME = "chain_proxy.safetensors"
"""The file's name in the folder of a training."""


class PairTrainer(Trainer):
    """A training on `Pairs`."""

    def _batch(self, rows: Rows, some: I64) -> PairBatch:
        assert isinstance(rows, Pairs)
        return pair_batch(rows, some, self.source.codec, self._precision.device)


def train_chain_proxy(
    config: TrainConfig,
    data: Data,
    space: Space,
    folder: Path,
    *,
    sizes: ChainProxyConfig | None = None,
    minutes: float | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    facts: Mapping[str, Json] | None = None,
) -> tuple[Path, Outcome]:
    """Train a proxy of a chain, or go on with a training; the mean weights so far are written in any case.

    Args:
        config: the recipe, whose head is "proxy"; its size and encoder do not matter.
        data: what `read_pairs` read.
        space: of the rack.
        folder: where it is kept.
        sizes: of the network.
        minutes: after which it is to stop; the same again goes on.
        on_progress: called after each step.
        facts: what else the file shall say about how it was trained.

    Returns:
        The file that `load_chain_proxy` reads, and what came of the training.

    Raises:
        EstimatorError: the folder holds another training, the loss diverged before there was a checkpoint, or the
            rows are no pairs of the rate of `sizes`.
        KeyboardInterrupt: it was interrupted; the state is written first.
        OutputError: the folder cannot be written, or another training runs in it.
    """
    sizes = sizes or ChainProxyConfig()
    if not isinstance(data.rows, Pairs) or any(file.get("rate") != sizes.rate for file in data.files):
        raise EstimatorError(f"expected pairs of sounds at {sizes.rate} Hz, as `read_pairs` reads them")
    source = Files(data, config.held_out)
    trainer = PairTrainer(
        config,
        source,
        stages(config.curriculum, config.epochs, source.codec, space, config.effects),
        lambda: ChainProxy(sizes, source.codec),
        folder,
        on_progress=on_progress,
        facts={**(facts or {}), "proxy": sizes.to_json()},
    )
    outcome = trainer.run(minutes)
    path = folder / NAME
    trained = trainer.trained() if trainer.position.history else {}
    save_chain_proxy(trainer.learner.mean.network, path, trained)
    return path, outcome
