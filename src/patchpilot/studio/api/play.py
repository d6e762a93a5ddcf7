"""Self-play: begun, steered, listened to, voted on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from patchpilot.studio.api._common import JobAnswer, JobId, new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.verbs.play import PlayRequest
from patchpilot.workspace.verbs.play_options import PlayOptions
from patchpilot.workspace.verbs.play_steering import PauseBody, Paused, PlayState, SteerBody, Steered
from patchpilot.workspace.verbs.votes import PreferBody, Preferred, QuestionAnswer, TasteAnswer


def router(workspace: Workspace) -> APIRouter:
    """Self-play in a workspace."""
    routes = new_router("play")

    @routes.get("/play/options", response_model=PlayOptions)
    def options() -> Any:
        """What may be chosen."""
        return workspace.do("play_options", {})

    @routes.post("/play", status_code=202, response_model=JobAnswer)
    def play(body: PlayRequest) -> Any:
        """Let an instrument play itself: a job; `take` events say what goes to the bank."""
        return workspace.do("play", body)

    @routes.get("/play/{job_id}", response_model=PlayState)
    def state(job_id: JobId) -> Any:
        """What it looks for now, after all that was steered; 409 where it does not run."""
        return workspace.do("play_state", {"job": job_id})

    @routes.post("/play/{job_id}/steer", response_model=Steered)
    def steer(job_id: JobId, body: SteerBody) -> Any:
        """Look for something else from now on, beginning with the best so far; or have another number of renders."""
        return workspace.do("play_steer", {"job": job_id, **vars(body)})

    @routes.post("/play/{job_id}/pause", response_model=Paused)
    def pause(job_id: JobId, body: PauseBody) -> Any:
        """Have it wait, or go on."""
        return workspace.do("play_pause", {"job": job_id, **vars(body)})

    @routes.get("/play/{job_id}/next", response_model=QuestionAnswer)
    def next_take(
        job_id: JobId,
        blind: Annotated[
            bool, Query(description="Two takes to compare, in an order that says nothing.")
        ] = False,
        after: Annotated[int | None, Query(ge=1, le=2**53, description="Pass over this take.")] = None,
    ) -> Any:
        """Which take to vote on; the same until something was said of it, or it is passed over."""
        return workspace.do("play_next", {"job": job_id, "blind": blind, "after": after})

    @routes.post("/play/{job_id}/prefer", response_model=Preferred)
    def prefer(job_id: JobId, body: PreferBody) -> Any:
        """Say which of two takes is better."""
        workspace.jobs.get(job_id)
        return workspace.do("prefer", body)

    @routes.get("/play/{job_id}/taste", response_model=TasteAnswer)
    def taste(job_id: JobId) -> Any:
        """What is believed of your taste, after all votes in the bank."""
        workspace.jobs.get(job_id)
        return workspace.do("taste", {})

    return routes
