"""Takes as vectors, for the objectives that compare them with other sounds."""

from __future__ import annotations

from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np

from patchpilot.audio import F32, Audio
from patchpilot.instruments.take import Take


class Embedding(Protocol):
    """What objectives need of one; `retrieval.Embedding` is one."""

    name: str
    version: str
    size: int

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:
        """float32 (size,), finite, of a sound from its note-on."""


_heard: WeakKeyDictionary[Take, dict[tuple[str, str], F32]] = WeakKeyDictionary()


def heard(take: Take, embedding: Embedding) -> F32:
    """The embedding of a take at length 1, float32 (size,); computed once, however many objectives ask.

    Distances between such vectors are Euclidean, from 0 to 2: the cosine distance's square root, times √2.
    """
    kept = _heard.setdefault(take, {})
    key = (embedding.name, embedding.version)
    if key not in kept:
        note = take.performance.notes[0]
        kept[key] = unit(embedding(take.audio, pitch=float(note.pitch), hold_s=note.hold_s))
    return kept[key]


def unit(vectors: F32) -> F32:
    """Vectors (…, size) of Euclidean length 1; zeros stay zeros, and what has that length stays as it is to the bit."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    made = np.where(np.abs(lengths - 1.0) < 1e-6, vectors, vectors / np.maximum(lengths, 1e-12))
    return np.asarray(made, np.float32)
