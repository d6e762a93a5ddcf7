"""How the retrieval embedding is trained, and where a training stands."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from patchpilot.estimators.embedding.network import EmbeddingConfig


@dataclass(frozen=True)
class Settings:
    """How the embedding is trained.

    Attributes:
        seed: of all draws.
        epochs: how often each patch is heard.
        batch: patches in a step, two renders of each.
        rate: the highest learning rate (AdamW, warmed up, then falling as a cosine to 0).
        decay: AdamW's weight decay.
        temperature: of the loss.
        clip: the longest gradient.
        network: what is trained.
    """

    seed: int = 0
    epochs: int = 30
    batch: int = 256
    rate: float = 2e-3
    decay: float = 0.02
    temperature: float = 0.07
    clip: float = 1.0
    network: EmbeddingConfig = dataclasses.field(default_factory=EmbeddingConfig)


@dataclass(frozen=True)
class EmbeddingProgress:
    """Where a training stands: after an epoch.

    Attributes:
        epoch: from 1.
        epochs: how many there will be.
        loss: mean over the epoch's steps.
        top_1, top_10: shares of held-out patches that are found first, or among the first ten, by another render.
        skipped: steps so far whose loss was no number.
        seconds: since this run began.
    """

    epoch: int
    epochs: int
    loss: float
    top_1: float
    top_10: float
    skipped: int
    seconds: float
