"""What was done, and undoing it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from typing_extensions import TypedDict

from patchpilot.studio.api._common import new_router
from patchpilot.workspace import Workspace


class Action(TypedDict):
    """Something that was done: by which verb, in words, and whether it was undone since."""

    id: int
    at: str
    verb: str
    text: str
    is_undone: bool


class ActionList(TypedDict):
    """Actions, the last first."""

    actions: list[Action]


def router(workspace: Workspace) -> APIRouter:
    """Actions of a workspace."""
    routes = new_router("actions")

    @routes.get("/actions", response_model=ActionList)
    def actions(limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> Any:
        """What was done, the last first."""
        return {"actions": workspace.actions.latest(limit)}

    @routes.post("/undo", response_model=Action)
    def undo() -> Any:
        """Undo the last action that is not undone yet; 409 where there is none."""
        return workspace.actions.undo()

    return routes
