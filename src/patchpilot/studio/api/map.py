"""The bank on a plane."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import Response

from patchpilot.studio.api._common import JobAnswer, new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.map import Map
from patchpilot.workspace.verbs.map import DrawMapRequest, MapAnswer


def router(workspace: Workspace) -> APIRouter:
    """The map of a workspace's bank."""
    routes = new_router("map")

    @routes.get("/map", response_model=MapAnswer)
    def drawn(method: Literal["pca", "umap"] = "pca") -> Response:
        """Where all takes lie, those that sound alike together; an entry of each array for each take."""
        return Response(workspace.part(Map).text(method), media_type="application/json")

    @routes.post("/map/draw", status_code=202, response_model=JobAnswer)
    def draw(asked: DrawMapRequest) -> Any:
        """Lay it out: by UMAP that takes about a minute the first time, and is kept with the bank."""
        return workspace.do("map_draw", asked)

    return routes
