"""The folder of a training: what is in it, and whether it is the one that is asked for."""

from __future__ import annotations

from pathlib import Path

from patchpilot.errors import EstimatorError
from patchpilot.estimators.training import state
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.space.canonical import Json, canonical_json


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
