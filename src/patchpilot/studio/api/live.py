"""Ableton Live: whether it is there, and what is turned in it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from patchpilot.studio.api._common import new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.verbs.live import LiveApplied, LiveApplyRequest, LiveStatus


def router(workspace: Workspace) -> APIRouter:
    """Live, as far as a workspace reaches it."""
    routes = new_router("live")

    @routes.get("/live", response_model=LiveStatus)
    def status() -> Any:
        """Whether it answers; asked anew each time, which takes half a second where it does not."""
        return workspace.do("live_status", {})

    @routes.post("/live/apply", response_model=LiveApplied)
    def apply(asked: LiveApplyRequest) -> Any:
        """Turn what fixes ask for, all or nothing; `POST /undo` sets it back."""
        return workspace.do("live_apply", asked)

    return routes
