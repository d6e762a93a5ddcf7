"""What can be learned from a bank: how a new version is made, and how good one is on patches it never heard of."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from patchpilot.audio import Audio
from patchpilot.bank import Bank
from patchpilot.datasets import Dataset
from patchpilot.errors import EstimatorError
from patchpilot.files import write_text
from patchpilot.retrieval.description import FILE
from patchpilot.retrieval.embedding import Embedding
from patchpilot.retrieval.library import embedding_of
from patchpilot.retrieval.local import LocalEmbedding
from patchpilot.retrieval.local import user_folder as embeddings_folder
from patchpilot.selfplay.learning.versions import Versions

Tell = Callable[[str], None]
MINE = "mine"
"""Name of the embedding that was learned from the user's bank."""
SOUNDS = 24
"""Frozen patches that are played to judge what was learned."""
FEWEST = 8
"""Frozen patches that are needed."""
FARTHEST = 2.0
"""More than this counts as this: lost is lost."""
WATCHED = 0.1
"""Share of the patches to learn from that says when to stop: of some hundreds 2 % would be none."""


class Learner(Protocol):
    """One thing that is learned.

    Attributes:
        name: of it.
        unit: of its score, which is better when lower.
    """

    name: str
    unit: str

    def versions(self, folder: Path) -> Versions:
        """Its versions; the one in use lies where everything looks for it."""

    def settings(self) -> str:
        """What a version depends on beside the takes, the epochs and the seed, as text."""

    def make(self, data: Sequence[Path], out: Path, *, seed: int, epochs: int, tell: Tell) -> None:
        """Train on datasets; stopped, the same again goes on.

        Raises:
            EstimatorError: there is too little to learn from.
            PluginError: the extra `train` is missing.
        """

    def score(self, path: Path | None, frozen: Path) -> float:
        """How good a version is on patches that nothing was learned from.

        Args:
            path: its folder; None for what is in use.
            frozen: dataset of them, two notes each, with audio.

        Raises:
            EstimatorError: nothing is in use, or there is too little to judge it by.
        """

    def adopt(self, bank: Bank) -> None:
        """Have a bank use what is in use now, after a promotion or a way back."""


class EmbeddingLearner:
    """The embedding by which sounds are looked up."""

    name = "embedding"
    unit = "distance of a take's other note, where that of the nearest other take is 1 (mean)"

    def versions(self, folder: Path) -> Versions:
        """In use it is the user's embedding "mine"."""
        return Versions(folder, embeddings_folder() / MINE)

    def settings(self) -> str:
        """Nothing."""
        return ""

    def make(self, data: Sequence[Path], out: Path, *, seed: int, epochs: int, tell: Tell) -> None:
        """Contrastively: renders of one patch on other notes lie together."""
        from patchpilot.estimators.embedding.training import EmbeddingProgress, train_embedding

        def show(progress: EmbeddingProgress) -> None:
            tell(f"embedding: epoch {progress.epoch} of {progress.epochs}, found first {progress.top_1:.1%}")

        train_embedding(
            data, out, seed=seed, epochs=epochs, command="patchpilot play learn", on_progress=show
        )
        # Under a name of its own: a bank that was heard with it must not take it for the one that is shipped.
        path = out / FILE
        write_text(path, json.dumps({**json.loads(path.read_text("utf-8")), "name": MINE}, indent=1) + "\n")

    def score(self, path: Path | None, frozen: Path) -> float:
        """How near the two notes of a patch lie, beside other patches: below 1 they are found by one another."""
        embedding = LocalEmbedding(path) if path is not None else embedding_in_use()
        vectors: dict[int, list[np.ndarray[tuple[int], np.dtype[np.float32]]]] = {}
        with Dataset(frozen) as dataset:
            for row in dataset:
                note = row.performance.notes[0]
                audio = Audio(dataset.samples(row.index), row.performance.sample_rate)
                heard = embedding(audio, pitch=float(note.pitch), hold_s=note.hold_s)
                vectors.setdefault(row.candidate, []).append(heard)
        pairs = [two for two in vectors.values() if len(two) == 2]
        if len(pairs) < FEWEST:
            raise EstimatorError(f"{len(pairs)} frozen patches are too few to judge an embedding by")
        asked, there = (np.stack([two[k] for two in pairs]).astype(np.float64) for k in (0, 1))
        apart = np.linalg.norm(asked[:, None] - there[None], axis=2)
        own = np.diag(apart).copy()
        np.fill_diagonal(apart, np.inf)
        return float(np.minimum(own / np.maximum(apart.min(axis=1), 1e-9), FARTHEST).mean())

    def adopt(self, bank: Bank) -> None:
        """Hear all takes anew, and search by that."""
        bank.reindex(embedding_in_use())


def embedding_in_use() -> Embedding:
    """The one that was learned, or the one that comes with Patch Pilot."""
    mine = embeddings_folder() / MINE
    return LocalEmbedding(mine) if mine.exists() else embedding_of("heard")
