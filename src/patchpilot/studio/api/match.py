"""POST /match."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from patchpilot.studio.api._common import JobAnswer, new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.verbs.match import MatchRequest


def router(workspace: Workspace) -> APIRouter:
    """Matching."""
    routes = new_router("match")

    @routes.post("/match", status_code=202, response_model=JobAnswer)
    def match(asked: MatchRequest) -> Any:
        """Find patches that make a sound: a job, whose `candidate` events can be heard while it runs."""
        return workspace.do("match", asked)

    return routes
