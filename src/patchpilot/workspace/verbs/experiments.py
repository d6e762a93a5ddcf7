"""Verbs about experiments: looked at, gone on with, played again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.workspace.takes import TakeAnswer
from patchpilot.workspace.verbs.base import Verb, request

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

EXPERIMENT = Field(max_length=200, description="Id of an experiment, as `experiments` says.")
Curve = list[tuple[int, float]]


class ExperimentLine(TypedDict):
    """An experiment in short: `curve` is [renders, best so far] pairs, `state` one of new, running, paused, done,
    interrupted, failed, by hand."""

    id: str
    name: str
    instrument: str
    searcher: str
    objective: str
    seed: int
    renders: int
    budget: int
    seconds: float
    state: str
    ended: str
    best: float | None
    kept: int
    curve: Curve
    job: str | None
    can_resume: bool
    can_replay: bool
    rack: bool
    why: str


class ExperimentList(TypedDict):
    """Experiments, the latest first, each with its curve."""

    experiments: list[ExperimentLine]


class InputAnswer(TypedDict):
    """What goes into an experiment: a note, audio, a target (with its `sound`), or what it begins with."""

    name: str
    title: str
    kind: str
    text: str
    sound: str | None


class KnobAnswer(TypedDict):
    """A parameter and who moves it: fixed, pinned, searched, learned, randomised or by hand."""

    name: str
    title: str
    group: str
    unit: str
    minimum: float
    maximum: float
    value: float
    text: str
    role: str


class ExperimentAnswer(ExperimentLine):
    """All of an experiment; `graph` is that of a rack, else null."""

    toml: str
    file: str
    takes: list[TakeAnswer]
    parts: dict[str, Curve]
    inputs: list[InputAnswer]
    knobs: list[KnobAnswer]
    graph: dict[str, Any] | None
    before: TakeAnswer | None
    after: TakeAnswer | None


@request
class ExperimentsRequest:
    """Ask which experiments there are."""


@request
class ExperimentRequest:
    """Ask for all of an experiment."""

    experiment: Annotated[str, EXPERIMENT]


@request
class ResumeBody:
    """Go on with an experiment, to so many renders in all; to its own budget by default."""

    renders: Annotated[
        int | None, Field(ge=1, le=1_000_000, description="In all; more than it had, where it is done.")
    ] = None


@request
class ResumeRequest(ResumeBody):
    """Go on with an experiment, to so many renders in all; to its own budget by default."""

    experiment: Annotated[str, EXPERIMENT]


def _experiments(workspace: Workspace, asked: ExperimentsRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.workspace.experiments.details import listed

    return {"experiments": listed(workspace)}


def _experiment(workspace: Workspace, asked: ExperimentRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.workspace.experiments.details import told

    return told(workspace, asked.experiment)


def _check_resume(workspace: Workspace, asked: ResumeRequest) -> None:
    from patchpilot.workspace.experiments.working import check_resume

    check_resume(workspace, asked.experiment, asked.renders)


def _resume(workspace: Workspace, asked: ResumeRequest, report: Report) -> dict[str, Any]:
    from patchpilot.workspace.experiments.working import resumed

    return resumed(workspace, asked.experiment, asked.renders, report)


def _check_replay(workspace: Workspace, asked: ExperimentRequest) -> None:
    from patchpilot.workspace.experiments.working import check_replay

    check_replay(workspace, asked.experiment)


def _replay(workspace: Workspace, asked: ExperimentRequest, report: Report) -> dict[str, Any]:
    from patchpilot.workspace.experiments.working import replayed

    return replayed(workspace, asked.experiment, report)


VERBS = (
    Verb(
        "experiments",
        "Experiments, the latest first, each with its curve.",
        ExperimentsRequest,
        _experiments,
        answer=ExperimentList,
        is_read_only=True,
    ),
    Verb(
        "experiment",
        "All of an experiment: best takes, inputs, knobs, and the graph of a rack.",
        ExperimentRequest,
        _experiment,
        answer=ExperimentAnswer,
        is_read_only=True,
    ),
    Verb(
        "experiment_resume",
        "Go on with an experiment.",
        ResumeRequest,
        _resume,
        kind="job",
        lane="play",
        check=_check_resume,
    ),
    Verb(
        "experiment_replay",
        "Play the takes of an experiment again.",
        ExperimentRequest,
        _replay,
        kind="job",
        lane="play",
        check=_check_replay,
    ),
)
