"""All four experiments, one after another; what was played is kept, so a run that was stopped goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from patchpilot.datasets.generation import Progress
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.datasets.tiers import default_prior, prior_named
from patchpilot.experiment.viability.closed_world import (
    closed_world,
    library_plan,
    n_queries,
    played,
    query_plan,
)
from patchpilot.experiment.viability.control import control
from patchpilot.experiment.viability.out_of_domain import out_of_domain
from patchpilot.experiment.viability.stability import stability
from patchpilot.experiment.viability.verdict import USUAL, Size, Verdict
from patchpilot.files import make_folder
from patchpilot.instruments.base import Instrument
from patchpilot.retrieval.library import embedding_of


def examine(
    instrument: Instrument,
    folder: Path,
    *,
    sounds: Sequence[Path] = (),
    prior: str = "",
    embedding: str = "spectral",
    size: Size = USUAL,
    on_progress: Callable[[str, Progress], None] = lambda *_: None,
) -> Iterator[Verdict]:
    """The verdicts, as they are reached.

    Args:
        instrument: what is examined.
        folder: where renders are kept.
        sounds: real ones, for the last experiment.
        prior: name of the prior that patches are drawn from; "core-v1" or the instrument's first by default.
        embedding: name of a registered one.
        size: how much is played.
        on_progress: called with "library" or "queries", and where it stands.

    Raises:
        PatchPilotError: the instrument does not start, or the folder cannot be written.
    """
    name = prior or ("core-v1" if "core-v1" in instrument.priors else "")
    drawn = prior_named(instrument, 3, name) if name else default_prior(instrument, 3)
    hears = embedding_of(embedding)
    yield control(instrument, drawn, size)
    make_folder(folder)

    def rendered(what: str, rows: int, plan: Plan) -> Dataset:
        return played(
            instrument,
            drawn,
            folder / f"{what}-{rows}.h5",
            rows,
            plan,
            seed=size.seed,
            features=(hears.name,),
            on_progress=lambda progress: on_progress(what, progress),
        )

    library = rendered("library", size.patches, library_plan())
    queries = rendered("queries", n_queries(size), query_plan())
    with library, queries:
        yield stability(instrument, library, size)
        yield closed_world(library, queries, hears, size)
        yield out_of_domain(instrument, library, hears, sounds, size)
