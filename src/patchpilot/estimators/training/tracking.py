"""Who is told of each epoch: a file of lines, and MLflow where it is asked for."""

from __future__ import annotations

import importlib
import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from patchpilot.errors import PluginError
from patchpilot.files import write_text
from patchpilot.space.canonical import Json, canonical_json

LOG = "training.jsonl"
STORE = "mlruns.db"
_EXPERIMENT = "patchpilot"


class Tracker(Protocol):
    """Hears of a training."""

    def begin(self, recipe: Mapping[str, Json], run: str) -> str:
        """A training begins, or goes on.

        Args:
            recipe: what it is.
            run: what this method returned when it began; "" for a new one.

        Returns:
            A name under which it goes on.
        """

    def epoch(self, history: Sequence[Mapping[str, Json]]) -> None:
        """An epoch is done; of `history` the last line is new, those before were told."""

    def end(self, reason: str) -> None:
        """This run ends ("finished", "early", "diverged", "time", "interrupted")."""


class Lines:
    """`training.jsonl`: one line of JSON an epoch, written anew each time, so a stopped training leaves no half.

    Args:
        folder: of the training.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOG

    def begin(self, recipe: Mapping[str, Json], run: str) -> str:  # noqa: ARG002
        """Nothing is written before the first epoch."""
        return ""

    def epoch(self, history: Sequence[Mapping[str, Json]]) -> None:
        """Write all lines; raises `OutputError`."""
        write_text(self._path, "".join(f"{canonical_json(dict(line))}\n" for line in history))

    def end(self, reason: str) -> None:
        """Nothing is left to do."""


class MlFlow:
    """An MLflow run in a SQLite file of the training's folder: `mlflow ui --backend-store-uri sqlite:///mlruns.db`.

    Args:
        folder: of the training.

    Raises:
        PluginError: MLflow, or what its SQLite store needs, is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            for name in ("sqlalchemy", "alembic"):
                importlib.import_module(name)
            client: Any = importlib.import_module("mlflow.tracking").MlflowClient
        except ImportError as error:
            raise PluginError(f"--mlflow needs MLflow ({error}): pip install 'patchpilot[mlflow]'") from None
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        self._client = client(tracking_uri=f"sqlite:///{(folder / STORE).resolve().as_posix()}")
        self._run = ""

    def begin(self, recipe: Mapping[str, Json], run: str) -> str:
        """Make a run, or go on with one, and tell it the recipe."""
        if run and self._there(run):
            self._run = run
            self._client.set_terminated(run, status="RUNNING")
            return run
        found = self._client.get_experiment_by_name(_EXPERIMENT)
        experiment = found.experiment_id if found else self._client.create_experiment(
            _EXPERIMENT, artifact_location=(self._folder.resolve() / "mlruns").as_uri()
        )  # fmt: skip
        self._run = self._client.create_run(experiment, run_name=self._folder.resolve().name).info.run_id
        for name, value in recipe.items():
            self._client.log_param(self._run, name, str(value)[:500])
        return self._run

    def epoch(self, history: Sequence[Mapping[str, Json]]) -> None:
        """Log the numbers of the last line."""
        line = history[-1]
        for name, value in line.items():
            if isinstance(value, int | float) and math.isfinite(value):
                self._client.log_metric(self._run, name, float(value), step=int(line["epoch"]))

    def end(self, reason: str) -> None:
        """Say how it ended."""
        status = {"diverged": "FAILED", "interrupted": "KILLED", "time": "KILLED"}.get(reason, "FINISHED")
        self._client.set_terminated(self._run, status=status)

    def _there(self, run: str) -> bool:
        try:
            self._client.get_run(run)
        except Exception:  # whatever the store raises for a run that it does not have
            return False
        return True
