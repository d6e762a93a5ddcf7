"""The network that hears a patch, and the proxy that judges what it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patchpilot.bank import Bank
from patchpilot.datasets import Dataset
from patchpilot.errors import EstimatorError
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.estimator import Estimator
from patchpilot.estimators.evaluation import FIRST, Sound, evaluate
from patchpilot.estimators.folder import PROXY, read_about, read_graphs, write_folder
from patchpilot.estimators.own_assets import keep_assets
from patchpilot.estimators.places import find_for, learned_proxy
from patchpilot.estimators.places import user_folder as estimators_folder
from patchpilot.instruments.base import Instrument
from patchpilot.selfplay.learning.learners import SOUNDS, WATCHED, Tell
from patchpilot.selfplay.learning.versions import Versions

if TYPE_CHECKING:
    from patchpilot.estimators.training.starting import Start


def begun(instrument: Instrument, start: Path | None) -> Start | None:
    """The training that is gone on from: the one that was named, or that of the estimator in use.

    None where neither is there; what comes with Patch Pilot brings no training.

    Args:
        instrument: of the estimator.
        start: folder or checkpoint that was named.

    Raises:
        EstimatorError: it is missing or damaged.
    """
    from patchpilot.estimators.training.checkpoint import NAME
    from patchpilot.estimators.training.starting import read_start

    place = estimators_folder() / instrument.name
    if start is None and (place / NAME).is_file():
        start = place
    return None if start is None else read_start(start)


class EstimatorLearner:
    """The network that hears a patch.

    Args:
        instrument: whose patches it says.
        start: folder of a training that it goes on from; by default the version in use, if it was learned here.
        size: of a new network.
    """

    name = "estimator"
    unit = "median log-mel distance of the first patch"

    def __init__(self, instrument: Instrument, start: Path | None = None, size: str = "small") -> None:
        self._instrument, self._start, self._size = instrument, start, size

    def versions(self, folder: Path) -> Versions:
        """In use it is the user's estimator of the instrument."""
        return Versions(folder, estimators_folder() / self._instrument.name)

    def settings(self) -> str:
        """Its size, and where it starts."""
        from patchpilot.estimators.training.starting import read_start

        return f"{self._size} {read_start(self._start).sha256 if self._start is not None else ''}"

    def make(self, data: Sequence[Path], out: Path, *, seed: int, epochs: int, tell: Tell) -> None:
        """As `patchpilot train` does; the proxy in use judges what it draws, if it knows the same tokens."""
        from patchpilot.estimators.training.config import TrainConfig
        from patchpilot.estimators.training.estimators import train_estimator
        from patchpilot.estimators.training.progress import Progress
        from patchpilot.estimators.training.rows import read_rows
        from patchpilot.estimators.training.source import Files

        def show(progress: Progress) -> None:
            tell(
                f"estimator: epoch {progress.epoch} of {progress.epochs}, step {progress.at} of {progress.steps}"
            )

        first = begun(self._instrument, self._start)
        config = TrainConfig(
            instrument=self._instrument.name,
            epochs=epochs,
            seed=seed,
            size=self._size,
            held_out=WATCHED,
            start=first.sha256 if first else "",
        )
        codec = first.codec if first else None
        source = Files(read_rows(data, self._instrument.space, codec=codec), config.held_out)
        keep_assets(out, source.codec, self._instrument, datasets=data, start=first.folder if first else None)
        judge = judge_of(source.codec, self._instrument.name)
        _, made = train_estimator(
            config, source, self._instrument, out, first=first, proxy=judge, on_progress=show
        )
        if made is not None and judge is None:
            lend_judge(out, self._instrument.name)

    def score(self, path: Path | None, frozen: Path) -> float:
        """How far the likeliest patch is from the sound, on the real engine."""
        with Dataset(frozen) as dataset:
            rows = [row for row in dataset if row.index % 2 == 0][:SOUNDS]
            sounds = [Sound(row.patch, row.performance, row.name) for row in rows]
        estimator = Estimator.load(path if path is not None else self._instrument.name, self._instrument)
        return evaluate(estimator, self._instrument, sounds).median(FIRST)

    def adopt(self, bank: Bank) -> None:
        """Nothing is to be done: `match` takes the user's estimator by itself."""


def judge_of(codec: Codec, instrument: str) -> Path | None:
    """The file of the proxy in use, if it knows patches by the same tokens."""
    from patchpilot.estimators.networks.proxy_file import load_proxy

    file = learned_proxy(instrument)
    return file if file.is_file() and load_proxy(file).codec.sha256 == codec.sha256 else None


def lend_judge(folder: Path, instrument: str) -> bool:
    """Give an estimator that has no judge that of the one in use, if both know patches by the same tokens.

    Args:
        folder: of the estimator that has none.
        instrument: of both.

    Returns:
        Whether it has one now.

    Raises:
        EstimatorError: one of them is damaged.
        OutputError: the folder cannot be written.
    """
    try:
        lender = find_for(instrument)
    except EstimatorError:
        return False
    about, theirs = read_about(folder), read_about(lender, instrument=instrument)
    if PROXY not in theirs.digests or theirs.codec.sha256 != about.codec.sha256:
        return False
    graphs = {**read_graphs(folder, about), PROXY: read_graphs(lender, theirs)[PROXY]}
    trained = {**about.trained, "proxy": theirs.trained.get("proxy")}
    write_folder(folder, dataclasses.replace(about, trained=trained), graphs, force=True)
    return True
