"""Where the rows of `patchpilot train` come from: datasets, or patches of a prior that are rendered meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.estimators.training.config import TrainConfig
    from patchpilot.estimators.training.source import Source
    from patchpilot.estimators.training.starting import Start
    from patchpilot.instruments.base import Instrument


@contextmanager
def source_of(
    config: TrainConfig,
    synth: Instrument,
    data: tuple[Path, ...],
    importance: Path | None,
    first: Start | None,
    embedding: str,
) -> Iterator[Source]:
    """The rows of a recipe.

    Args:
        config: the recipe.
        synth: its instrument.
        data: files of datasets; none where it says a prior.
        importance: file of `dataset importance`.
        first: checkpoint that the training starts from, whose tokens are kept.
        embedding: name of an embedding that the rows must hold; "" for none.
    """
    from patchpilot.datasets.tiers import prior_named
    from patchpilot.estimators.hearing import hearing
    from patchpilot.estimators.training.importance import read_weights
    from patchpilot.estimators.training.live import Live
    from patchpilot.estimators.training.rows import read_rows
    from patchpilot.estimators.training.source import Files

    hears = hearing(config.network)
    if config.live:
        prior = prior_named(synth, 3, config.live)
        with Live(
            synth,
            prior,
            rows=config.rows,
            held_out=config.held_out,
            seed=config.seed,
            hears=hears,
            codec=first.codec if first else None,
        ) as live:
            yield live
        return
    _line.show("reading rows…")
    try:
        weights = read_weights(importance) if importance else None
        codec = first.codec if first else None
        read = read_rows(
            data,
            synth.space,
            rows=config.rows,
            codec=codec,
            weights=weights,
            hears=hears,
            embedding=embedding,
        )
    finally:
        _line.clear()
    yield Files(read, config.held_out)
