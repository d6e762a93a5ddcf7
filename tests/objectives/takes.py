"""Takes whose embedding is known: the vector is the beginning of the audio."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, Audio
from patchpilot.instruments.take import Origin, Take
from patchpilot.objectives.golden import Kind
from patchpilot.objectives.hearing import Embedding
from patchpilot.space import Patch, Performance
from tests.toy import Toy


class Read:
    """Reads the vector out of the audio."""

    name, version, scale = "read", "1", 1.0

    def __init__(self, size: int = 3) -> None:
        self.size, self.heard = size, 0

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002
        self.heard += 1
        return np.asarray(audio.samples[0, : self.size])


class Loved:
    """A golden set of some vectors, the same for every kind but "bar", of which it has none."""

    def __init__(self, vectors: npt.ArrayLike) -> None:
        self._vectors = np.asarray(vectors, np.float32)

    def vectors(self, embedding: Embedding, kind: Kind = "whole") -> F32:  # noqa: ARG002
        return self._vectors[:0] if kind == "bar" else self._vectors


def take_of(vector: npt.ArrayLike) -> Take:
    samples = np.concatenate([np.asarray(vector, np.float32), np.zeros(10, np.float32)])
    return Take(Patch.make(Toy().space), Performance(), Audio(samples, 44100), "toy 1", Origin("test"))


def clusters(sizes: list[int], *, spread: float = 0.2, size: int = 8, seed: int = 0) -> F32:
    """Unit vectors around as many unit axes, float32 (sum of sizes, size)."""
    rng = np.random.default_rng(seed)
    rows = [np.eye(size)[i] + spread * rng.standard_normal((n, size)) for i, n in enumerate(sizes)]
    vectors = np.concatenate(rows)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
