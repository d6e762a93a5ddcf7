"""From rows to an estimator's folder in one call: the training, then the export of the best."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from patchpilot.estimators.export import Exported, check_proxy, export
from patchpilot.estimators.networks.network import make_network
from patchpilot.estimators.networks.proxy_file import load_proxy
from patchpilot.estimators.sampling import MOST_STEPS
from patchpilot.estimators.training.checkpoint import NAME, read_checkpoint
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.curriculum import stages
from patchpilot.estimators.training.embedded import check_embedded
from patchpilot.estimators.training.progress import Outcome, Progress
from patchpilot.estimators.training.source import Source
from patchpilot.estimators.training.starting import Start
from patchpilot.estimators.training.tracking import Tracker
from patchpilot.estimators.training.trainer import Trainer
from patchpilot.instruments.base import Instrument
from patchpilot.space.canonical import Json


def train_estimator(
    config: TrainConfig,
    source: Source,
    instrument: Instrument,
    out: Path,
    *,
    first: Start | None = None,
    proxy: Path | None = None,
    n_steps: int = MOST_STEPS,
    trackers: Sequence[Tracker] = (),
    minutes: float | None = None,
    facts: Mapping[str, Json] | None = None,
    on_remark: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> tuple[Outcome, Exported | None]:
    """Train a head and export the best of it; the same again goes on where it was stopped.

    Args:
        config: the recipe.
        source: of the rows.
        instrument: that is learned.
        out: folder of the training, which becomes an estimator.
        first: that it starts from.
        proxy: file of a proxy, which then judges what the estimator draws; a recipe with a spectral loss names it.
        n_steps: 1..8, how often the network is asked for one patch of a flow.
        trackers: who is told of each epoch.
        minutes: after which it is to stop.
        facts: what else the checkpoint shall say about how it was trained.
        on_remark: called with what a user should know before it begins.
        on_progress: called after each step.

    Returns:
        What came of the training; and of the export, None where no epoch is done yet.

    Raises:
        EstimatorError: the folder holds another training or is damaged, the proxy is of other tokens or learned another
            embedding than the rows have, or the loss diverged before there was a checkpoint.
        KeyboardInterrupt: it was interrupted; its state is written first.
        OutputError: the folder cannot be written, or another training runs in it.
    """
    judge = None
    if proxy is not None:
        check_proxy(judge := load_proxy(proxy), config.network, source.codec, proxy)
        if config.spectral:
            check_embedded(source.held[0].embedded, judge.config, proxy)
    trainer = Trainer(
        config,
        source,
        stages(config.curriculum, config.epochs, source.codec, instrument.space, config.effects),
        first.network if first else lambda: make_network(config.network, source.codec),
        out,
        trackers=trackers,
        on_progress=on_progress,
        proxy=proxy if config.spectral else None,
        facts={"engine": instrument.fingerprint, **(facts or {})},
    )
    for remark in trainer.remarks:
        on_remark(remark)
    outcome = trainer.run(minutes)
    if not (out / NAME).exists():
        return outcome, None
    found = read_checkpoint(out, codec=source.codec)
    return outcome, export(
        found.network(), found.codec, out, trained=found.trained, proxy=judge, n_steps=n_steps, force=True
    )
