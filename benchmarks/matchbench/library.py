"""The library that a benchmark's matches look into: made once, and kept in the cache folder."""

from __future__ import annotations

import os
import sys

import platformdirs

from patchpilot.instruments.base import Instrument
from patchpilot.retrieval.build import Built, build
from patchpilot.retrieval.library import embedding_of

CACHE = platformdirs.user_cache_path("patchpilot") / "benchmarks"
N_PATCHES = 250
"""Of a block of the build: so much is lost when it is stopped."""


def library(synth: Instrument, rows: int, *, name: str = "") -> None:
    """Make sure that there is the library, and that `match` finds it and no other.

    Args:
        synth: what plays it, patches of its first prior.
        rows: how many.
        name: what its folder's name begins with.
    """
    prior = next(iter(synth.priors))
    folder = CACHE / "-".join(filter(None, (name, synth.space.version, prior, str(rows))))
    os.environ["PATCHPILOT_LIBRARIES"] = str(folder)
    path = folder / "library.npz"
    if path.exists():
        return

    def shown(built: Built) -> None:
        if built.tried % 500 == 0:
            print(f"library of {synth.name}: {built.rows} of {rows} rows", file=sys.stderr, flush=True)

    build(synth, prior, embedding_of("spectral"), rows, path=path, n_patches=N_PATCHES, on_progress=shown)
