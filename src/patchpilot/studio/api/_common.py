"""What the routers share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import FileResponse
from typing_extensions import TypedDict

from patchpilot.studio.answers import ERRORS
from patchpilot.workspace.jobs.job import State

SoundId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="Of `POST /sounds`.")]
JobId = Annotated[str, Path(max_length=64, description="Of the answer that started the job.")]
TakeNumber = Annotated[int, Path(ge=1, le=2**53, description="Number of a take of the bank.")]
FOREVER = "private, max-age=31536000, immutable"
"""Of what never changes under its address."""


class Progress(TypedDict):
    """Where a job stands: a word, counts, and the best so far; null where nobody knows."""

    phase: str | None
    done: int | None
    total: int | None
    best: float | None


class Found(TypedDict):
    """What a match found so far: number `take` of the bank, and in words how close it is."""

    rank: int
    distance: float
    verdict: str
    take: int


class JobError(TypedDict):
    """Why a job failed."""

    kind: str
    message: str


class JobAnswer(TypedDict):
    """A job; `result` is what its kind says, and null in lists."""

    id: str
    kind: str
    request: dict[str, Any]
    state: State
    created: str
    started: str | None
    ended: str | None
    progress: Progress
    candidates: list[Found]
    result: dict[str, Any] | None
    error: JobError | None
    attempts: int


def new_router(tag: str) -> APIRouter:
    """A router whose answers to errors are described."""
    return APIRouter(tags=[tag], responses=ERRORS)


def audio(path: Any, name: str) -> FileResponse:
    """A WAV file that never changes, in parts where they are asked for (range requests)."""
    return FileResponse(
        path,
        media_type="audio/wav",
        filename=name,
        content_disposition_type="inline",
        headers={"cache-control": FOREVER},
    )
