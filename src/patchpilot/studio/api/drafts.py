"""Drafts: patches that somebody is editing."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from patchpilot.studio.api._common import new_router
from patchpilot.studio.api._sounding import WAV, attachment, sound
from patchpilot.workspace import Workspace
from patchpilot.workspace.drafts.answers import DraftAnswer
from patchpilot.workspace.drafts.drafts import Drafts
from patchpilot.workspace.takes import preset_file
from patchpilot.workspace.verbs.draft_changes import AskAnswer, AskBody, DrawBody, RandomiseBody, TurnBody
from patchpilot.workspace.verbs.drafts import BeginRequest, DraftList, PinDraftBody, PlayDraftBody

DraftId = Annotated[str, Path(max_length=64, description="Of `POST /drafts`.")]
WAIT_S = 5.0


def router(workspace: Workspace) -> APIRouter:
    """Drafts of a workspace."""
    routes = new_router("drafts")

    @routes.post("/drafts", status_code=201, response_model=DraftAnswer)
    def begin(body: BeginRequest) -> Any:
        """Begin to edit a take, a match of a job, an experiment's patch, or an init patch; name one of them."""
        return workspace.do("draft_begin", body)

    @routes.get("/drafts", response_model=DraftList)
    def drafts() -> Any:
        """Drafts, the newest first."""
        return workspace.do("drafts", {})

    @routes.get("/drafts/{draft}", response_model=DraftAnswer)
    def draft(draft: DraftId) -> Any:
        """A draft as it is now."""
        return workspace.do("draft", {"draft": draft})

    @routes.patch("/drafts/{draft}", response_model=DraftAnswer)
    def turn(draft: DraftId, body: TurnBody) -> Any:
        """Turn knobs. The sound comes behind: `draft` events say when, first of its beginning, then of the whole."""
        return workspace.do("draft_turn", {"draft": draft, **vars(body)})

    @routes.get("/drafts/{draft}/audio", response_class=Response, responses=WAV)
    def draft_audio(
        draft: DraftId,
        version: Annotated[int | None, Query(ge=1, le=2**53, description="The newest by default.")] = None,
        whole: Annotated[
            bool, Query(description="Wait for all of it, rather than get its beginning.")
        ] = False,
        asked: Annotated[str | None, Header(alias="range")] = None,
    ) -> Response:
        """Its sound, once it is there (5 s at most); 409 for a version that was passed over, since there is a newer."""
        parts = workspace.part(Drafts)
        rendering = parts.rendering(parts[draft])
        heard = rendering.wait(draft, version, whole=whole, timeout_s=WAIT_S)
        assert heard.audio is not None
        name = f"{draft} {heard.version}.wav"
        return sound(heard.audio, name, asked=asked, is_final=heard.is_whole and version is not None)

    @routes.get("/drafts/{draft}/preset", response_class=Response)
    def draft_preset(draft: DraftId) -> Response:
        """Its native preset file."""
        parts = workspace.part(Drafts)
        one = parts[draft]
        return attachment(*preset_file(parts.instrument(one), one.patch, one.patch.name or f"draft {draft}"))

    _moves(routes, workspace)
    return routes


def _moves(routes: APIRouter, workspace: Workspace) -> None:
    """What is done to drafts."""

    @routes.post("/drafts/{draft}/undo", response_model=DraftAnswer)
    def undo(draft: DraftId) -> Any:
        """Undo its last step; a drag is one."""
        return workspace.do("draft_undo", {"draft": draft})

    @routes.post("/drafts/{draft}/redo", response_model=DraftAnswer)
    def redo(draft: DraftId) -> Any:
        """Do again what was undone."""
        return workspace.do("draft_redo", {"draft": draft})

    @routes.post("/drafts/{draft}/keep", response_model=DraftAnswer)
    def keep(draft: DraftId) -> Any:
        """Make it a take of the bank, with what was done since the last as its trail; `take` is its number."""
        return workspace.do("draft_keep", {"draft": draft})

    @routes.post("/drafts/{draft}/draw", response_model=DraftAnswer)
    def draw(draft: DraftId, body: DrawBody) -> Any:
        """Draw the shape of an LFO; the sound comes behind, as after a turn."""
        return workspace.do("draft_draw", {"draft": draft, **vars(body)})

    @routes.post("/drafts/{draft}/randomise", response_model=DraftAnswer)
    def randomise(draft: DraftId, body: RandomiseBody) -> Any:
        """Give a group of parameters other values, but those that are pinned."""
        return workspace.do("draft_randomise", {"draft": draft, **vars(body)})

    @routes.post("/drafts/{draft}/pin", response_model=DraftAnswer)
    def pin(draft: DraftId, body: PinDraftBody) -> Any:
        """Have parameters stay as they are when it is randomised or asked for something."""
        return workspace.do("draft_pin", {"draft": draft, **vars(body)})

    @routes.post("/drafts/{draft}/play", response_model=DraftAnswer)
    def play(draft: DraftId, body: PlayDraftBody) -> Any:
        """Play another note; what is left out stays as it is."""
        return workspace.do("draft_play", {"draft": draft, **vars(body)})

    @routes.post("/drafts/{draft}/ask", response_model=AskAnswer)
    def ask(draft: DraftId, body: AskBody) -> Any:
        """Move it by words ("darker, more movement"); takes some seconds, and is one step."""
        return workspace.do("draft_ask", {"draft": draft, **vars(body)})
