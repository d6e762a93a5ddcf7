"""What a training keeps in its folder: where it stands, and the best network so far."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from patchpilot.errors import EstimatorError
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.training import checkpoint, state
from patchpilot.estimators.training.precision import Precision
from patchpilot.estimators.training.state import Learner
from patchpilot.files import uninterrupted
from patchpilot.space.canonical import Json


class Kept:
    """Reads and writes it.

    Args:
        folder: of the training.
        recipe: what it is a training of.
        learner: what changes; where the folder holds a state, it goes on from there.
        precision: that has a part in the state.

    Raises:
        EstimatorError: the state is damaged.
    """

    def __init__(
        self, folder: Path, recipe: Mapping[str, Json], learner: Learner, precision: Precision
    ) -> None:
        self._path, self._best_path = folder / state.NAME, folder / checkpoint.NAME
        self._recipe, self._learner, self._precision = dict(recipe), learner, precision
        self._seen = self._stamp()
        if self._path.exists():
            learner.restore(self._path)
            precision.restore(learner.position.scaler)

    def check_mine(self) -> None:
        """Raise `EstimatorError` where another process has written the state since this one read or wrote it."""
        if self._stamp() != self._seen:
            raise EstimatorError(
                f"another training has gone on in {self._path.parent} since this one was prepared; the same command "
                "goes on from there"
            )

    def write(self) -> None:
        """Write where it stands.

        Raises:
            OutputError: the folder cannot be written.
        """
        with uninterrupted():
            self._learner.position.scaler = self._precision.state()
            self._learner.write(self._path, self._recipe)
            self._seen = self._stamp()

    def write_best(self, config: NetworkConfig, codec: Codec, trained: Mapping[str, Json]) -> None:
        """Write the network as it is now.

        Args:
            config: its sizes; those that it says itself go before.
            codec: of its tokens.
            trained: how it was trained, beside the recipe, and how well it does.

        Raises:
            OutputError: the folder cannot be written.
        """
        network = self._learner.network
        checkpoint.write_checkpoint(
            self._best_path,
            network,
            self._learner.mean.network,
            getattr(network, "config", config),
            codec,
            trained,
        )

    def _stamp(self) -> tuple[int, ...]:
        """Says whether the state's file is the same as before; empty where there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return ()
        return found.st_ino, found.st_mtime_ns, found.st_size
