"""Experiments: looked at, gone on with, played again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from patchpilot.studio.api._common import JobAnswer, new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.verbs.experiments import ExperimentAnswer, ExperimentList, ResumeBody

ExperimentId = Annotated[str, Path(max_length=200, description="Of `GET /experiments`.")]


def router(workspace: Workspace) -> APIRouter:
    """Experiments of a workspace."""
    routes = new_router("experiments")

    @routes.get("/experiments", response_model=ExperimentList)
    def experiments() -> Any:
        """All of them, the latest first, each with its curve."""
        return workspace.do("experiments", {})

    @routes.get("/experiments/{experiment}", response_model=ExperimentAnswer)
    def one(experiment: ExperimentId) -> Any:
        """All of one: its best takes, inputs, knobs, and where it is a rack, its graph."""
        return workspace.do("experiment", {"experiment": experiment})

    @routes.post("/experiments/{experiment}/resume", status_code=202, response_model=JobAnswer)
    def resume(experiment: ExperimentId, body: ResumeBody | None = None) -> Any:
        """Go on with it: a job."""
        return workspace.do("experiment_resume", {"experiment": experiment, **vars(body or ResumeBody())})

    @routes.post("/experiments/{experiment}/replay", status_code=202, response_model=JobAnswer)
    def replay(experiment: ExperimentId) -> Any:
        """Play its takes again, and say which are the same to the bit: a job."""
        return workspace.do("experiment_replay", {"experiment": experiment})

    return routes
