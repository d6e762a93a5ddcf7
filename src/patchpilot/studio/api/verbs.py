"""POST /verbs/{name}: any verb by its name."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from starlette.responses import JSONResponse, Response

from patchpilot.studio.api._common import new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.plain import plain
from patchpilot.workspace.verbs.base import verb_of

Name = Annotated[str, Path(max_length=64, description='Of a verb, as "draft_ask".')]


def router(workspace: Workspace) -> APIRouter:
    """All verbs of a workspace, for programs that know them by name."""
    routes = new_router("verbs")

    @routes.post(
        "/verbs/{name}",
        response_model=dict[str, Any],
        responses={202: {"model": dict[str, Any], "description": "A job was begun, which this is."}},
    )
    def done(
        name: Name, asked: Annotated[dict[str, Any], Body(description="The verb's request.")]
    ) -> Response:
        """Do something by the name of its verb; a job is answered as it is then, with 202."""
        verb = verb_of(name)
        answer = workspace.do(name, asked)
        return JSONResponse(plain(answer), 202 if verb.kind == "job" else 200)

    return routes
