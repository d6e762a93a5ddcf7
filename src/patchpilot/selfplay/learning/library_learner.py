"""The library that sounds are looked up in, heard anew by the embedding that was learned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from patchpilot.audio import Audio, listen
from patchpilot.bank import Bank
from patchpilot.datasets import Dataset
from patchpilot.errors import AudioError, EstimatorError, LibraryError
from patchpilot.experiment.run import run
from patchpilot.files import make_folder
from patchpilot.instruments.base import Instrument
from patchpilot.objectives.closeness import CloseTo, performance_of
from patchpilot.retrieval.build import Built, build
from patchpilot.retrieval.places import LEARNED, best_library, learned_file
from patchpilot.retrieval.recipe import first_prior
from patchpilot.retrieval.searcher import Retrieval
from patchpilot.search.base import Context
from patchpilot.selfplay.learning.learners import SOUNDS, Tell, embedding_in_use
from patchpilot.selfplay.learning.versions import Versions

SHORTLIST = 4
"""Rows that are heard for a sound, as a quick match does."""


class LibraryLearner:
    """Many patches of an instrument, as the embedding in use hears them.

    Args:
        instrument: whose patches.
        rows: >= 1, how many.
    """

    name = "library"
    unit = "median log-mel distance of the best of the four rows that are nearest"

    def __init__(self, instrument: Instrument, rows: int) -> None:
        self._instrument, self._rows = instrument, rows

    def versions(self, folder: Path) -> Versions:
        """In use it is the user's learned library of the instrument."""
        return Versions(folder, learned_file(self._instrument.name).parent)

    def settings(self) -> str:
        """Its rows, and what hears them."""
        ear = embedding_in_use()
        return f"{self._rows} rows by {ear.name} {ear.version}"

    def make(self, data: Sequence[Path], out: Path, *, seed: int, epochs: int, tell: Tell) -> None:  # noqa: ARG002
        """Render the instrument's first prior; the takes speak through the embedding."""

        def show(built: Built) -> None:
            tell(f"library: {built.rows} of {built.wanted} rows")

        path = make_folder(out) / LEARNED
        if path.exists():  # made by a run that was stopped while it judged
            return
        prior = first_prior(self._instrument).name
        build(self._instrument, prior, embedding_in_use(), self._rows, path=path, seed=seed, on_progress=show)

    def score(self, path: Path | None, frozen: Path) -> float:
        """How near the patches come that a match would find in it."""
        try:
            library = path / LEARNED if path is not None else best_library(self._instrument)
            with Dataset(frozen) as dataset:
                rows = [row for row in dataset if row.index % 2 == 0][:SOUNDS]
                sounds = [
                    (
                        Audio(dataset.samples(row.index), row.performance.sample_rate),
                        row.performance.notes[0].pitch,
                    )
                    for row in rows
                ]
            found = []
            for sound, note in sounds:
                try:
                    target = listen(sound, note=note)
                except AudioError:  # too soft to be listened to
                    continue
                context = Context(self._instrument, performance_of(target), target)
                made = run(Retrieval(library, shortlist=SHORTLIST), CloseTo(target.audio), context, keep=1)
                found += [-best.score for best in made.best]
        except LibraryError as error:
            raise EstimatorError(str(error)) from None
        if not found:
            raise EstimatorError("there is no sound to judge a library by")
        return float(np.median(found))

    def adopt(self, bank: Bank) -> None:
        """Nothing is to be done: `match` takes the learned library by itself."""
