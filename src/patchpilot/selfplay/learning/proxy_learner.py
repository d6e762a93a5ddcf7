"""The proxy that says, differentiably, what a patch sounds like."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from patchpilot.bank import Bank
from patchpilot.errors import EstimatorError
from patchpilot.estimators.places import learned_proxy
from patchpilot.instruments.base import Instrument
from patchpilot.selfplay.learning.estimator_learner import begun
from patchpilot.selfplay.learning.learners import WATCHED, Tell
from patchpilot.selfplay.learning.versions import Versions


class ProxyLearner:
    """What an instrument's patches sound like, for finetuning.

    Args:
        instrument: that it stands for.
        size: of its network.
        start: folder of a training of an estimator, whose tokens it is to know, so that it can judge what that says;
            by default those of the estimator in use, if it was learned here.
    """

    name = "proxy"
    unit = "median log-mel distance of what it says to what sounds"

    def __init__(self, instrument: Instrument, size: str = "small", start: Path | None = None) -> None:
        self._instrument, self._size, self._start = instrument, size, start

    def versions(self, folder: Path) -> Versions:
        """In use it is the user's proxy of the instrument."""
        return Versions(folder, learned_proxy(self._instrument.name).parent)

    def settings(self) -> str:
        """Its size, and whose tokens it knows."""
        known = begun(self._instrument, self._start) if self._start is not None else None
        return self._size if known is None else f"{self._size} {known.codec.sha256}"

    def make(self, data: Sequence[Path], out: Path, *, seed: int, epochs: int, tell: Tell) -> None:
        """As `patchpilot train --head proxy` does."""
        from patchpilot.estimators.training.config import PROXY, TrainConfig
        from patchpilot.estimators.training.curriculum import stages
        from patchpilot.estimators.training.progress import Progress
        from patchpilot.estimators.training.proxy import train_proxy
        from patchpilot.estimators.training.rows import read_rows
        from patchpilot.estimators.training.source import Files

        def show(progress: Progress) -> None:
            tell(
                f"proxy: epoch {progress.epoch} of {progress.epochs}, step {progress.at} of {progress.steps}"
            )

        config = TrainConfig(
            instrument=self._instrument.name,
            head=PROXY,
            epochs=epochs,
            seed=seed,
            size=self._size,
            held_out=WATCHED,
        )
        first = begun(self._instrument, self._start)
        codec = first.codec if first else None
        source = Files(read_rows(data, self._instrument.space, codec=codec), config.held_out)
        course = stages(
            config.curriculum, config.epochs, source.codec, self._instrument.space, config.effects
        )
        train_proxy(config, source, course, out, on_progress=show)

    def score(self, path: Path | None, frozen: Path) -> float:
        """How far the pictures that it says are from the real ones."""
        import numpy as np

        from patchpilot.estimators.networks.proxy_file import load_proxy
        from patchpilot.estimators.proxy_error import guesses, overall
        from patchpilot.estimators.training.rows import read_rows

        file = learned_proxy(self._instrument.name)
        proxy = load_proxy(path / file.name if path is not None else file)
        rows = read_rows([frozen], self._instrument.space, codec=proxy.codec).rows
        if not len(rows.labels):
            raise EstimatorError("the proxy's tokens say none of the frozen patches")
        real = rows.sounds.astype(np.float32) / 255.0
        return overall(guesses(proxy, rows.labels, rows.conditions), real).logmel

    def adopt(self, bank: Bank) -> None:
        """Nothing is to be done: finetuning takes it by itself."""
