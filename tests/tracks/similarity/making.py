"""Tracks as numbers, without sound: a cloud for each label."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from patchpilot.tracks.similarity import Bars, Vectors
from patchpilot.tracks.similarity.hearing import size_of

SIZE = size_of(Bars())
PARTS = ("intro", "drop", "drop")


def tracks_of(labels: list[str], *, apart: float = 2.0, seed: int = 0, takes: int = 2) -> list[Vectors]:
    """A track of three stretches for each label; those of one label lie about one place."""
    middles = {
        name: np.random.default_rng([k, 9]).standard_normal(SIZE)
        for k, name in enumerate(sorted(set(labels)))
    }
    found = []
    for number, label in enumerate(labels):
        rng = np.random.default_rng([seed, number])
        own = apart * middles[label] + rng.standard_normal(SIZE)
        rows = own + 0.3 * rng.standard_normal((takes, len(PARTS), SIZE))
        spans = np.array([(10.0 * k, 10.0 * k + 10.0) for k in range(len(PARTS))])
        path = Path(label) / f"{number}.wav"
        found.append(Vectors(path, f"{seed}-{number}", spans, PARTS, rows.astype(np.float32)))
    return found
