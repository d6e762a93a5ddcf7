"""The folder of a training: whether it is free, and whether what is in it is what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from patchpilot.datasets.storage.lock import Lock, is_locked
from patchpilot.errors import EstimatorError, OutputError
from patchpilot.estimators.training import state
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.space.canonical import Json, canonical_json

_LOCKED = "training"
"""What the lock is of: "training.lock" in the folder, while a training runs there."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other trainings, of any kind, out of a folder; if this process is killed, the system lets them in again.

    Raises:
        OutputError: one runs there, or the folder cannot be written.
    """
    lock = Lock(folder / _LOCKED, busy=_busy(folder))
    try:
        yield
    finally:
        lock.release()


def check_alone(folder: Path) -> None:
    """Raise `OutputError` where a training runs in a folder, before anything is prepared for another."""
    if is_locked(folder / _LOCKED):
        raise OutputError(_busy(folder))


def _busy(folder: Path) -> str:
    return (
        f"another training runs in {folder}: wait until it has ended, or stop it; to train beside it, name another "
        "folder with --out"
    )


def check_same(folder: Path, config: TrainConfig, identity: Json | None = None) -> None:
    """Raise `EstimatorError` where a folder holds the training of another recipe, or of other rows.

    Args:
        folder: of a training; one without any is fine.
        config: what is asked for.
        identity: of the source; None to compare the recipes only.
    """
    path = folder / state.NAME
    if not path.exists():
        return
    _, about = state.read_state(path)
    try:
        there, data = TrainConfig.from_json(about["recipe"]["config"]), about["recipe"]["data"]
    except (KeyError, TypeError) as error:
        raise EstimatorError(f"{path} is damaged: its recipe is incomplete ({error})") from None
    found = config.differences(there)
    if identity is not None and canonical_json(identity) != canonical_json(data):
        found.append("the rows that it learns from are others")
    if found:
        raise EstimatorError(
            f"{folder} holds another training: {'; '.join(found)}. It stays as it is: name another folder with --out"
        )
