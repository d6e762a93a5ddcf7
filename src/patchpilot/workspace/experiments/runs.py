"""The experiments of a workspace: folders of runs, and of files that somebody opened."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from patchpilot.errors import ParameterError
from patchpilot.experiment.experiment import Experiment
from patchpilot.experiment.folder import FILE
from patchpilot.experiment.snapshot import Progress
from patchpilot.workspace.errors import MissingError

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace

SKETCH = "sketch.json"
"""In the folder of a file that was opened, which is no experiment with a searcher: somebody turns its knobs."""
State = Literal["new", "running", "paused", "done", "interrupted", "failed", "by hand"]
_ID = re.compile(r"[\w][\w .+-]{0,150}")


@dataclass(frozen=True)
class Sketch:
    """A file that was opened.

    Attributes:
        file: where it was.
        name: what the bank calls what is made of it.
        instrument: by which name the workspace knows what it left.
        before: number of the take that it sounded like when it was opened.
    """

    file: str
    name: str
    instrument: str
    before: int | None


@dataclass(frozen=True)
class Found:
    """An experiment of the workspace.

    Attributes:
        id: name of its folder.
        folder: it.
        experiment: what is run; None of a sketch.
        progress: where it stands; None before it began.
        sketch: the file, of one that is none.
    """

    id: str
    folder: Path
    experiment: Experiment | None = None
    progress: Progress | None = None
    sketch: Sketch | None = None

    @property
    def name(self) -> str:
        """What the bank calls it."""
        return (
            self.sketch.name
            if self.sketch is not None
            else self.experiment.name
            if self.experiment
            else self.id
        )


def folder_of(workspace: Workspace) -> Path:
    """Of all runs."""
    return workspace.path / "runs"


def ids(workspace: Workspace) -> list[str]:
    """Of all experiments, the latest first."""
    there = [*folder_of(workspace).glob(f"*/{FILE}"), *folder_of(workspace).glob(f"*/{SKETCH}")]
    latest = {path.parent.name: path.parent.stat().st_mtime for path in there}
    return sorted(latest, key=lambda one: (latest[one], one), reverse=True)


def found(workspace: Workspace, experiment_id: str) -> Found:
    """An experiment by its id.

    Raises:
        MissingError: there is none.
        ParameterError: its files are damaged.
    """
    folder = folder_of(workspace) / experiment_id
    if _ID.fullmatch(experiment_id) is None or ".." in experiment_id or not folder.is_dir():
        raise MissingError(f"there is no experiment {experiment_id!r:.80}")
    if (folder / SKETCH).exists():
        try:
            sketch = Sketch(**json.loads((folder / SKETCH).read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ParameterError(f"{folder / SKETCH} is damaged: {error}") from None
        return Found(experiment_id, folder, sketch=sketch)
    if not (folder / FILE).exists():
        raise MissingError(f"there is no experiment {experiment_id!r:.80}")
    return Found(experiment_id, folder, Experiment.load(folder / FILE), Progress.read(folder))


def job_of(workspace: Workspace, one: Found) -> dict[str, Any] | None:
    """The latest job that ran an experiment, if it was one."""
    own = one.id.partition("+")[0]
    for job in workspace.jobs.all(limit=10_000):
        is_play = job["kind"] == "play" and job["id"] == own
        if is_play or (job["kind"] == "experiment_resume" and job["request"].get("experiment") == one.id):
            return job
    return None


def state_of(workspace: Workspace, one: Found) -> tuple[State, dict[str, Any] | None]:
    """Where an experiment stands, and the job that says so."""
    if one.sketch is not None:
        return "by hand", None
    from patchpilot.workspace.play.plays import Plays

    job = job_of(workspace, one)
    if job is not None and job["state"] in ("queued", "running"):
        playing = workspace.part(Plays).running().get(job["id"])
        if playing is None and job["kind"] != "play":
            return "running", job
        if playing is not None and playing.leg.folder == one.folder:
            return ("paused" if playing.is_paused else "running"), job
    at = one.progress
    if at is None or at.n_steps == 0:
        return ("failed" if job is not None and job["state"] == "failed" else "new"), job
    assert one.experiment is not None
    if at.ended or at.n_renders >= one.experiment.budget.renders:
        return "done", job
    return ("failed" if job is not None and job["state"] == "failed" else "interrupted"), job
