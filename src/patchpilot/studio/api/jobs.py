"""Jobs: looked at, cancelled, gone on with."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from typing_extensions import TypedDict

from patchpilot.studio.api._common import JobAnswer, JobId, new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.jobs.job import State


class JobList(TypedDict):
    """Jobs, the newest first."""

    jobs: list[JobAnswer]


def router(workspace: Workspace) -> APIRouter:
    """Jobs of a workspace."""
    routes = new_router("jobs")

    @routes.get("/jobs", response_model=JobList)
    def jobs(
        kind: str | None = None,
        state: State | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> Any:
        """Jobs, the newest first, without their results."""
        return {"jobs": workspace.jobs.all(kind, state, limit)}

    @routes.get("/jobs/{job_id}", response_model=JobAnswer)
    def job(job_id: JobId) -> Any:
        """A job, with its result once it has one."""
        return workspace.jobs.get(job_id)

    @routes.post("/jobs/{job_id}/cancel", response_model=JobAnswer)
    def cancel(job_id: JobId) -> Any:
        """End a job: one that runs keeps its best so far as its result."""
        return workspace.jobs.cancel(job_id)

    @routes.post("/jobs/{job_id}/resume", response_model=JobAnswer)
    def resume(job_id: JobId) -> Any:
        """Go on with a job that was interrupted, cancelled or failed."""
        return workspace.jobs.resume(job_id)

    return routes
