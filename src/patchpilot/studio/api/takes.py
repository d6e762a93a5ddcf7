"""Takes of the bank: found, heard, and what is said of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from patchpilot.studio.api._common import TakeNumber, new_router
from patchpilot.studio.api._sounding import WAV, attachment, sound
from patchpilot.workspace import Workspace
from patchpilot.workspace.takes import TakeAnswer, audio_of, preset_of
from patchpilot.workspace.verbs.marks import NoteBody, PinBody, StarBody, TagBody, VoteBody
from patchpilot.workspace.verbs.takes import AlikeList, LineageAnswer, TakeList

Text = Annotated[str | None, Query(max_length=200)]


def router(workspace: Workspace) -> APIRouter:
    """Takes of a workspace."""
    routes = new_router("takes")

    @routes.get("/takes", response_model=TakeList)
    def takes(
        query: Annotated[
            str, Query(max_length=200, description="Words of names, tags, notes, searchers.")
        ] = "",
        tag: Text = None,
        vote: Literal["yes", "no", "none"] | None = None,
        starred: bool | None = None,
        experiment: Text = None,
        instrument: Text = None,
        searcher: Text = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
        before: Annotated[int | None, Query(ge=1, le=2**53, description="`next` of the page before.")] = None,
    ) -> Any:
        """Takes, the newest first."""
        asked = {
            "query": query, "tag": tag, "vote": vote, "starred": starred, "experiment": experiment,
            "instrument": instrument, "searcher": searcher, "limit": limit, "before": before,
        }  # fmt: skip
        return workspace.do("takes", asked)

    @routes.get("/takes/{number}", response_model=TakeAnswer)
    def take(number: TakeNumber) -> Any:
        """What is known of a take."""
        return workspace.do("take", {"take": number})

    @routes.get("/takes/{number}/audio", response_class=Response, responses=WAV)
    def take_audio(
        number: TakeNumber, asked: Annotated[str | None, Header(alias="range")] = None
    ) -> Response:
        """Its sound; rendered again where it was cleared away."""
        return sound(audio_of(workspace, number), f"take {number}.wav", asked=asked)

    @routes.get("/takes/{number}/preset", response_class=Response)
    def take_preset(number: TakeNumber) -> Response:
        """Its native preset file."""
        return attachment(*preset_of(workspace, number))

    @routes.get("/takes/{number}/lineage", response_model=LineageAnswer)
    def lineage(number: TakeNumber) -> Any:
        """What it was made from, and what was made from it."""
        return workspace.do("lineage", {"take": number})

    @routes.get("/takes/{number}/similar", response_model=AlikeList)
    def similar(number: TakeNumber, limit: Annotated[int, Query(ge=1, le=200)] = 10) -> Any:
        """Takes that sound like it, nearest first."""
        return workspace.do("similar", {"take": number, "limit": limit})

    _marks(routes, workspace)
    return routes


def _marks(routes: APIRouter, workspace: Workspace) -> None:
    """What is said of takes."""

    @routes.post("/takes/{number}/vote", response_model=TakeAnswer)
    def vote(number: TakeNumber, body: VoteBody) -> Any:
        """Say yes or no, or take it back."""
        return workspace.do("vote", {"take": number, **vars(body)})

    @routes.post("/takes/{number}/star", response_model=TakeAnswer)
    def star(number: TakeNumber, body: StarBody) -> Any:
        """Give it a star: it is never cleared away."""
        return workspace.do("star", {"take": number, **vars(body)})

    @routes.post("/takes/{number}/tag", response_model=TakeAnswer)
    def tag(number: TakeNumber, body: TagBody) -> Any:
        """Give it tags, and take others away."""
        return workspace.do("tag", {"take": number, **vars(body)})

    @routes.post("/takes/{number}/pin", response_model=TakeAnswer)
    def pin(number: TakeNumber, body: PinBody) -> Any:
        """Say which parameters stay as they are in whatever is made from it."""
        return workspace.do("pin", {"take": number, **vars(body)})

    @routes.post("/takes/{number}/note", response_model=TakeAnswer)
    def note(number: TakeNumber, body: NoteBody) -> Any:
        """Write a note to it."""
        return workspace.do("note", {"take": number, **vars(body)})
