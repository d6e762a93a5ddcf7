"""GET /status."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from patchpilot.studio.api._common import new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.verbs.status import Status


def router(workspace: Workspace) -> APIRouter:
    """What is here, and what goes on."""
    routes = new_router("status")

    @routes.get("/status", response_model=Status)
    def status() -> Any:
        """What is here, and what goes on."""
        return workspace.do("status", {})

    return routes
