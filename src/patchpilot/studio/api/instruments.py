"""GET /instruments: what can be played, and what it can do."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from patchpilot.studio.api._common import new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.verbs.instruments import InstrumentAnswer, InstrumentList

InstrumentName = Annotated[str, Path(min_length=1, max_length=300, description="As GET /instruments says.")]


def router(workspace: Workspace) -> APIRouter:
    """Instruments of a workspace."""
    routes = new_router("instruments")

    @routes.get("/instruments", response_model=InstrumentList)
    def instruments() -> Any:
        """What can be played here."""
        return workspace.do("instruments", {})

    @routes.get("/instruments/{name:path}", response_model=InstrumentAnswer)
    def instrument(name: InstrumentName) -> Any:
        """What an instrument can do: its controls by module."""
        return workspace.do("instrument", {"name": name})

    return routes
