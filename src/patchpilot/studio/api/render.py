"""POST /render and POST /presets: patches in, audio out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from typing_extensions import TypedDict

from patchpilot.studio.api._common import new_router
from patchpilot.studio.api._uploads import spooled
from patchpilot.workspace import Workspace
from patchpilot.workspace.presets import preset_added
from patchpilot.workspace.verbs.render import RenderRequest
from patchpilot.workspace.verbs.sounds import Sound


class PresetTake(TypedDict):
    """Number of the take that a preset has become."""

    take: int


def router(workspace: Workspace) -> APIRouter:
    """Playing patches."""
    routes = new_router("render")

    @routes.post("/render", status_code=201, response_model=Sound)
    def render(asked: RenderRequest) -> Any:
        """Play the patch of a take as another note; the audio is a sound then."""
        return workspace.do("render", asked)

    @routes.post("/presets", status_code=201, response_model=PresetTake)
    def presets(
        file: Annotated[UploadFile, File(description="A preset file of the instrument.")],
        instrument: Annotated[str, Form(max_length=300)] = "vital",
    ) -> Any:
        """Bring a preset: it is played once, and a take of the bank from then on."""
        with spooled(workspace, file) as place:
            return {"take": preset_added(workspace, place, file.filename or "preset", instrument)}

    return routes
