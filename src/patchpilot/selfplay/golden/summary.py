"""What a golden set is like, as plain JSON."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

import numpy as np

from patchpilot.audio.descriptors import NAMES
from patchpilot.objectives.golden import KINDS
from patchpilot.objectives.hearing import Embedding
from patchpilot.selfplay.golden.clusters import clusters_of
from patchpilot.selfplay.golden.golden_set import GoldenSet
from patchpilot.space.canonical import Json


def summary(golden: GoldenSet, embedding: Embedding) -> dict[str, Json]:
    """Counts, lengths, levels, tempos, keys, rhythm and clusters of timbre.

    Raises:
        BankError: a file is gone or damaged.
    """
    items = golden.items
    tempos = [item.tempo_bpm for item in items if item.tempo_bpm is not None]
    loops = [item for item in items if not item.is_single]
    keys = Counter(item.key for item in items if item.key)
    return {
        "path": str(golden.path),
        "sounds": len(items),
        "single": len(items) - len(loops),
        "loops": len(loops),
        "parts": {kind: sum(len(item.parts[kind]) for item in items) for kind in KINDS},
        "seconds": round(sum(item.duration_s for item in items), 2),
        "loudness_lufs": _range([item.loudness_lufs for item in items]),
        "tempo_bpm": _range(tempos),
        "keys": dict(sorted(keys.items(), key=lambda pair: (-pair[1], pair[0]))),
        "notes": sorted({item.note for item in items if item.note is not None}),
        "onsets_per_s": _range([item.onsets_per_s for item in loops]),
        "offbeat": _range([item.offbeat for item in loops if item.tempo_bpm is not None]),
        "descriptors": {name: _range([item.descriptors[name] for item in items]) for name in NAMES},
        "embedding": embedding.name,
        "clusters": [dataclasses.asdict(cluster) for cluster in clusters_of(golden, embedding)],
    }


def _range(values: Sequence[float]) -> dict[str, float] | None:
    """Lowest, middle and highest; None of none."""
    if not values:
        return None
    low, middle, high = np.percentile(np.asarray(values, float), [0, 50, 100])
    return {
        "lowest": round(float(low), 3),
        "median": round(float(middle), 3),
        "highest": round(float(high), 3),
    }
