"""Sounds: brought, described, heard."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, UploadFile
from starlette.responses import FileResponse, Response

from patchpilot.errors import AudioError
from patchpilot.studio.answers import refusal
from patchpilot.studio.api._common import SoundId, audio, new_router
from patchpilot.studio.api._sounding import WAV
from patchpilot.studio.api._uploads import spooled
from patchpilot.workspace import TooLargeError, Workspace
from patchpilot.workspace.verbs.sounds import Sound, SoundList


def router(workspace: Workspace) -> APIRouter:
    """Sounds of a workspace."""
    routes = new_router("sounds")

    @routes.post("/sounds", status_code=201, response_model=Sound)
    def bring(file: Annotated[UploadFile, File(description="WAV, FLAC, OGG, MP3 or AIFF.")]) -> Any:
        """Bring a sound: it is decoded, kept by its content, and listened to."""
        with spooled(workspace, file) as place:
            try:
                return workspace.sounds.add(place, name=file.filename or "sound")
            except TooLargeError:
                raise
            except AudioError as error:
                return refusal(415, "AudioError", str(error).replace(str(place), "what was sent"))

    @routes.get("/sounds", response_model=SoundList)
    def sounds() -> Any:
        """All sounds, the newest first."""
        return workspace.do("sounds", {})

    @routes.get("/sounds/{sound_id}", response_model=Sound)
    def sound(sound_id: SoundId) -> Any:
        """What is known of a sound."""
        return workspace.do("sound", {"sound": sound_id})

    @routes.get("/sounds/{sound_id}/audio", response_class=FileResponse, responses=WAV)
    def sound_audio(sound_id: SoundId) -> Response:
        """The sound as a WAV file."""
        return audio(workspace.sounds.file(sound_id), f"{sound_id}.wav")

    return routes
