"""What a model can do beside the verbs of the workspace: undo, and look after jobs.

They are verbs, too, so that all tools are alike; one of the workspace that has the same name takes its place.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from patchpilot.assist.following import follow
from patchpilot.workspace.jobs.job import ENDED, State
from patchpilot.workspace.jobs.report import Report
from patchpilot.workspace.verbs import Verb, request

if TYPE_CHECKING:
    from patchpilot.assist.desk import Desk

_JOB = Field(max_length=64, description="Id of a job, as the tool that began it answered.")


class Waiting(Report):
    """What the verbs here are given: who waits, and for how long.

    Args:
        asked_to_stop: set once nobody waits any longer.
        tell: told in words what goes on.
    """

    def __init__(self, asked_to_stop: threading.Event, tell: Callable[[str], None]) -> None:
        super().__init__()
        self.asked_to_stop, self.tell = asked_to_stop, tell


@request
class UndoRequest:
    """Undo the last action (a vote, a tag, …) that is not undone yet; a draft has its own undo."""


@request
class ActionsRequest:
    """Ask what was done that can be undone, the last first."""

    limit: Annotated[int, Field(ge=1, le=100, description="At most so many.")] = 10


@request
class JobsRequest:
    """Ask which jobs there are, the newest first, without their results."""

    state: Annotated[State | None, Field(description="Only jobs in this state; null: all.")] = None
    limit: Annotated[int, Field(ge=1, le=100, description="At most so many.")] = 10


@request
class JobRequest:
    """Ask where a job stands, or wait for its result."""

    job: Annotated[str, _JOB]
    wait_s: Annotated[float, Field(ge=0.0, le=3600.0, description="Wait for its end at most so long, s.")] = (
        0.0
    )


@request
class JobOnlyRequest:
    """Name a job."""

    job: Annotated[str, _JOB]


def _undo(workspace: Desk, asked: UndoRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return {"undone": workspace.actions.undo()}


def _actions(workspace: Desk, asked: ActionsRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return {"actions": workspace.actions.latest(asked.limit)}


def _jobs(workspace: Desk, asked: JobsRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    found = workspace.jobs.all(state=asked.state, limit=asked.limit)
    return {
        "jobs": [
            {name: job[name] for name in ("id", "kind", "state", "created", "progress")} for job in found
        ]
    }


def _job(workspace: Desk, asked: JobRequest, report: Report) -> dict[str, Any]:
    assert isinstance(report, Waiting)
    stop, tell = report.asked_to_stop, report.tell
    found = follow(workspace, asked.job, wait_s=asked.wait_s, stop=stop, on_progress=tell, cancels=False)
    return job_said(found)


def _cancel(workspace: Desk, asked: JobOnlyRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return job_said(workspace.jobs.cancel(asked.job))


def _resume(workspace: Desk, asked: JobOnlyRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return job_said(workspace.jobs.resume(asked.job))


def job_said(job: dict[str, Any]) -> dict[str, Any]:
    """A job as a model is told of it: its result where it has one, else how far it is."""
    said = {"job": job["id"], "kind": job["kind"], "state": job["state"]}
    if job["error"]:
        return said | {"error": job["error"]}
    if job["state"] in ENDED:
        return said | (job["result"] or {})
    return said | {"progress": job["progress"], "candidates": job["candidates"][-3:]}


def _reads(name: str, summary: str, asked: type[Any], do: Any) -> Verb:
    return Verb(name, summary, asked, do, is_read_only=True)


VERBS = (
    Verb("undo", "Undo the last action.", UndoRequest, _undo),
    _reads("actions", "What was done that can be undone.", ActionsRequest, _actions),
    _reads("jobs", "What runs, waits or has ended.", JobsRequest, _jobs),
    _reads("job", "Where a job stands, and what came of it.", JobRequest, _job),
    Verb("cancel_job", "End a job; it keeps its best so far.", JobOnlyRequest, _cancel),
    Verb(
        "resume_job", "Go on with a job that was interrupted, cancelled or failed.", JobOnlyRequest, _resume
    ),
)
