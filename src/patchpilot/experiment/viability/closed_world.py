"""Experiment 3: is a patch found again by its sound, played on another key and with another strength?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from patchpilot.audio import F32
from patchpilot.datasets.generation import Progress, generate
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.estimators.embedding.measure import ranks, top
from patchpilot.experiment.viability.verdict import Size, Verdict
from patchpilot.instruments.base import Instrument
from patchpilot.retrieval.embedding import Embedding
from patchpilot.retrieval.recipe import PERFORMANCE
from patchpilot.space.prior import Prior

NOTE = PERFORMANCE.notes[0]
LEAST_TOP_10 = 0.5
"""Of patches that are found among the first ten; by chance one in a thousand is."""
_SPARE = 1.15
"""Some queries are silent on their key, or fall on the library's own."""


def library_plan() -> Plan:
    """What libraries are played with."""
    return Plan(
        notes=(NOTE.pitch,),
        velocity=(NOTE.velocity, NOTE.velocity),
        hold_s=NOTE.hold_s,
        length_s=PERFORMANCE.length_s,
    )


def query_plan() -> Plan:
    """The same on one other key of four octaves, with another strength."""
    return Plan(notes=(), drawn=1, velocity=(0.4, 1.0), hold_s=NOTE.hold_s, length_s=PERFORMANCE.length_s)


def played(
    instrument: Instrument,
    prior: Prior,
    path: Path,
    rows: int,
    plan: Plan,
    *,
    seed: int,
    features: tuple[str, ...],
    audio: str = "none",
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Dataset:
    """Patches of a prior as a dataset; one that is there goes on.

    Raises:
        DatasetError, EngineError, OutputError: as `datasets.generate` does.
    """
    sampler = Drawn(instrument.space, prior, 3, seed)
    return generate(
        instrument, path, rows, seed=seed, sampler=sampler, plan=plan, audio=audio, features=features,
        on_progress=on_progress,
    )  # fmt: skip


def looked_up(library: Dataset, queries: Dataset, n: int) -> tuple[list[int], list[int]]:
    """Rows of the first n queries that are of the library and on another note; and their rows in the library."""
    places = {name: row for row, name in enumerate(library.column("metadata/patch_sha256").tolist())}
    names, pitches = queries.column("metadata/patch_sha256").tolist(), queries.column("metadata/pitch")
    rows = [row for row, name in enumerate(names) if name in places and pitches[row] != NOTE.pitch][:n]
    return rows, [places[names[row]] for row in rows]


def n_queries(size: Size) -> int:
    """Rows to be played so that enough of them can be looked up."""
    return min(round(_SPARE * size.queries) + 10, size.patches)


def closed_world(library: Dataset, queries: Dataset, embedding: Embedding, size: Size) -> Verdict:
    """Look queries up among all patches.

    Args:
        library: patches on the note of libraries, with the embedding as a feature.
        queries: the first of them on other keys, likewise.
        embedding: that both have.
        size: how many queries.
    """
    name = f"features/{embedding.name}"
    vectors: F32 = library.column(name)
    rows, places = looked_up(library, queries, size.queries)
    found = ranks(queries.column(name)[rows], vectors, np.array(places))
    first, ten = top(found, 1), top(found, 10)
    chance = 10 / len(library)
    said = (
        f"of {len(rows)} patches on other keys {first:.0%} are found first and {ten:.0%} among ten of {len(library):,} "
        f"(at least {LEAST_TOP_10:.0%}; by chance {chance:.1%})"
    )
    numbers = {"top_1": first, "top_10": ten, "patches": len(library), "queries": len(rows)}
    return Verdict(
        "closed world", ten >= LEAST_TOP_10, said, numbers, "try another embedding, and look at pitch"
    )
