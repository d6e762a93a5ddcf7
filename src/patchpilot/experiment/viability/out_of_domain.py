"""Experiment 4: for sounds that the instrument never made, is what is found closer than what is drawn?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from patchpilot.audio import Audio, Target, listen
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.distance import LogMel
from patchpilot.experiment.viability.verdict import Size, Verdict
from patchpilot.instruments.base import Instrument
from patchpilot.objectives.closeness import performance_of
from patchpilot.retrieval.embedding import Embedding
from patchpilot.space import Patch

_TOP = 5
"""Patches that are found, and drawn, for each sound: the closest of each five is compared."""
LEAST_CLOSER = 0.75
"""Of the sounds; by chance half."""


def out_of_domain(
    instrument: Instrument, library: Dataset, embedding: Embedding, sounds: Sequence[Path], size: Size
) -> Verdict:
    """Look real sounds up, and play what is found and as many drawn patches with each sound's own note.

    Args:
        instrument: what plays.
        library: with the embedding as a feature.
        embedding: that it has.
        sounds: files.
        size: its seed draws the others.

    Raises:
        AudioError: a sound cannot be read.
    """
    if not sounds:
        return Verdict(
            "out of domain", False, "no sounds were given", if_not="give a folder of sounds with --sounds"
        )
    vectors = library.column(f"features/{embedding.name}").astype(np.float64)
    rng = np.random.default_rng(size.seed)
    found, drawn = [], []
    for path in sounds:
        target = listen(path)
        pitch = target.note + target.mistuning_cents / 100.0
        asked = embedding(target.audio, pitch=pitch, hold_s=target.hold_s)
        nearest = np.argsort(np.linalg.norm(vectors - asked, axis=1), kind="stable")[:_TOP]
        others = rng.choice(len(library), size=min(_TOP, len(library)), replace=False)
        found.append(_closest(instrument, [library[int(row)].patch for row in nearest], target))
        drawn.append(_closest(instrument, [library[int(row)].patch for row in others], target))
    closer = sum(ours < theirs for ours, theirs in zip(found, drawn, strict=True))
    said = (
        f"for {closer} of {len(sounds)} sounds the closest of {_TOP} found is closer than of {_TOP} drawn (at least "
        f"{LEAST_CLOSER:.0%}): {np.median(found):.2f} against {np.median(drawn):.2f} nepers of log-mel"
    )
    numbers = {
        "closer": closer,
        "sounds": len(sounds),
        "found": float(np.median(found)),
        "drawn": float(np.median(drawn)),
    }
    return Verdict(
        "out of domain",
        closer >= LEAST_CLOSER * len(sounds),
        said,
        numbers,
        "match sounds of synths only, at first",
    )


def _closest(instrument: Instrument, patches: Sequence[Patch], target: Target) -> float:
    """The smallest distance of these to the sound; infinite where none can be played."""
    distance, performance = LogMel(target.audio), performance_of(target)
    pairs = ((patch, performance) for patch in patches)
    return min(
        (distance(audio) for _, audio in instrument.stream(pairs) if isinstance(audio, Audio)),
        default=float("inf"),
    )
