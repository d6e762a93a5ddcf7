"""Verbs that steer self-play while it runs: what it looks for, how long, whether it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.workspace.errors import ConflictError
from patchpilot.workspace.play.legs import Weights
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.play import JOB
from patchpilot.workspace.verbs.play_options import MOST_RENDERS, golden_counts

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace


class ObjectiveAnswer(TypedDict):
    """How much each counts."""

    novel: float
    golden: float
    liked: float


class Steered(TypedDict):
    """What is looked for from now on, and how many renders there are."""

    objective: ObjectiveAnswer
    renders: int


class PlayState(TypedDict):
    """What self-play does now: what it looks for, how many renders it may have, and its experiments so far."""

    objective: ObjectiveAnswer
    renders: int
    paused: bool
    experiments: list[str]


class Paused(TypedDict):
    """Whether it waits."""

    paused: bool


def _weight(of: str) -> Any:
    return Field(ge=0, le=1, description=f"{of}: how much that counts, 0 to 1.")


@request
class PlayStateRequest:
    """Ask what self-play that runs does now, after all that was steered."""

    job: Annotated[str, JOB]


@request
class SteerBody:
    """Look for something else from now on, or have another number of renders; what is left out stays."""

    novel: Annotated[float | None, _weight("Unlike all that was heard")] = None
    golden: Annotated[float | None, _weight("Like the golden sounds")] = None
    liked: Annotated[float | None, _weight("Likely to get a YES")] = None
    renders: Annotated[
        int | None, Field(ge=1, le=MOST_RENDERS, description="How often it plays, at most.")
    ] = None


@request
class SteerRequest(SteerBody):
    """Look for something else from now on, or have another number of renders; what is left out stays."""

    job: Annotated[str, JOB]


@request
class PauseBody:
    """Have self-play wait, or go on."""

    paused: Annotated[bool, Field(description="false has it go on.")] = True


@request
class PauseRequest(PauseBody):
    """Have self-play wait, or go on."""

    job: Annotated[str, JOB]


def _steer(workspace: Workspace, asked: SteerRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.workspace.play.plays import Plays

    playing = workspace.part(Plays)[asked.job]
    said = {name: getattr(asked, name) for name in ("novel", "golden", "liked")}
    given = {name: weight for name, weight in said.items() if weight is not None}
    weights = Weights(**{**vars(playing.leg.weights), **given}) if given else None
    if given.get("golden") and not any(golden_counts(workspace).values()):
        raise ConflictError("there are no golden sounds yet: give takes a star first")
    return playing.steer(weights, asked.renders)


def _state(workspace: Workspace, asked: PlayStateRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.workspace.play.plays import Plays

    return workspace.part(Plays)[asked.job].state()


def _pause(workspace: Workspace, asked: PauseRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.workspace.play.plays import Plays

    workspace.part(Plays)[asked.job].pause(asked.paused)
    return {"paused": asked.paused}


VERBS = (
    Verb(
        "play_state",
        "What self-play does now.",
        PlayStateRequest,
        _state,
        answer=PlayState,
        is_read_only=True,
    ),
    Verb(
        "play_steer",
        "Have self-play look for something else from now on, beginning with its best.",
        SteerRequest,
        _steer,
        answer=Steered,
    ),
    Verb("play_pause", "Have self-play wait, or go on.", PauseRequest, _pause, answer=Paused),
)
