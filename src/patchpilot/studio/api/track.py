"""Whole tracks: POST /track/… are jobs, whose results are what the command line prints as JSON."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from patchpilot.studio.api._common import JobAnswer, SoundId, new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.verbs.track import AnalyzeRequest, ScoreRequest, SimilarRequest
from patchpilot.workspace.verbs.track_gap import FixRequest, GapRequest, ProfileList, ProfileRequest
from patchpilot.workspace.verbs.track_stems import NameStemsBody, StemsAnswer


def router(workspace: Workspace) -> APIRouter:
    """Tracks of a workspace."""
    routes = new_router("tracks")

    @routes.post("/track/analyze", status_code=202, response_model=JobAnswer)
    def analyze(asked: AnalyzeRequest) -> Any:
        """What is in a track: as `patchpilot track analyze --json`."""
        return workspace.do("track_analyze", asked)

    @routes.post("/track/score", status_code=202, response_model=JobAnswer)
    def score(asked: ScoreRequest) -> Any:
        """How much of a trance track it is: as `patchpilot track score --json`."""
        return workspace.do("track_score", asked)

    @routes.post("/track/similar", status_code=202, response_model=JobAnswer)
    def similar(asked: SimilarRequest) -> Any:
        """Tracks that sound like it."""
        return workspace.do("track_similar", asked)

    @routes.get("/track/{sound_id}/stems", response_model=StemsAnswer)
    def stems(sound_id: SoundId) -> Any:
        """Which sounds are its stems."""
        return workspace.do("track_stems", {"sound": sound_id})

    @routes.post("/track/{sound_id}/stems", response_model=StemsAnswer)
    def name_stems(sound_id: SoundId, body: NameStemsBody) -> Any:
        """Say which sounds are its stems, all of them; what compares it listens to them from now on."""
        return workspace.do("track_name_stems", {"sound": sound_id, **vars(body)})

    @routes.get("/track/profiles", response_model=ProfileList)
    def profiles() -> Any:
        """Profiles that tracks can be compared with."""
        return workspace.do("track_profiles", {})

    @routes.post("/track/profile", status_code=202, response_model=JobAnswer)
    def profile(asked: ProfileRequest) -> Any:
        """Learn what some tracks have in common."""
        return workspace.do("track_profile", asked)

    @routes.post("/track/gap", status_code=202, response_model=JobAnswer)
    def gap(asked: GapRequest) -> Any:
        """What it lacks beside a profile: as `patchpilot track gap --json`, each gap with two sounds to compare."""
        return workspace.do("track_gap", asked)

    @routes.post("/track/fix", status_code=202, response_model=JobAnswer)
    def fix(asked: FixRequest) -> Any:
        """What to turn: as `patchpilot track fix --json`, each fix with two sounds, before and after."""
        return workspace.do("track_fix", asked)

    return routes
