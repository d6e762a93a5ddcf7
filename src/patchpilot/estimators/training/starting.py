"""Where a training begins that goes on from another one, with other data: its weights, and its words for a patch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot.errors import EstimatorError
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.training.checkpoint import NAME, Checkpoint, read_checkpoint
from patchpilot.estimators.training.config import TrainConfig


@dataclass(frozen=True, eq=False)
class Start:
    """A trained network that is trained on.

    Attributes:
        checkpoint: the network.
        folder: of its training, which may hold assets.
        sha256: of its file.
    """

    checkpoint: Checkpoint
    folder: Path
    sha256: str

    @property
    def codec(self) -> Codec:
        """What it says of a patch. It goes on saying the same, so what new data have beyond it is not learned."""
        return self.checkpoint.codec

    def network(self) -> Any:
        """One with its mean weights, to be trained."""
        return self.checkpoint.network().train()

    def check(self, config: TrainConfig) -> None:
        """Make sure that a recipe is for such a network.

        Raises:
            EstimatorError: it is for another head, encoder or size.
        """
        mine, asked = self.checkpoint.config.to_json(), config.network.to_json()
        if wrong := [
            f"{name} {asked.get(name)} was asked for, there it is {mine.get(name)}"
            for name in asked
            if asked.get(name) != mine.get(name)
        ]:
            raise EstimatorError(
                f"{self.folder} holds another network: {'; '.join(wrong)}; ask for the same --head, --encoder and "
                "--size"
            )


def read_start(path: Path) -> Start:
    """Read a checkpoint, or the one in a training's folder.

    Raises:
        EstimatorError: it is missing, cut off, a pickle, of a newer version, or for something else.
    """
    path = path / NAME if path.is_dir() else path
    found = read_checkpoint(path)
    return Start(found, path.parent, hashlib.sha256(path.read_bytes()).hexdigest())
