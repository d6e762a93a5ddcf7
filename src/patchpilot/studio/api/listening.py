"""Blind listening tests: made, voted on, told."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from patchpilot.studio.api._common import JobAnswer, new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.listening_answers import ListeningAnswer, ListeningList
from patchpilot.workspace.verbs.listening import CompareSearchers, MakeListeningTest

TestId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="Of `POST /tests`.")]
VotesId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="Of `GET /tests/{id}`.")]


class VotesBody(BaseModel):
    """A file of votes that somebody sent back."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(max_length=3_000_000, description="What the file says.")]
    name: Annotated[str, Field(max_length=300, description="What it is called.")] = "votes.csv"


def router(workspace: Workspace) -> APIRouter:
    """Listening tests of a workspace."""
    routes = new_router("listening tests")

    @routes.get("/tests", response_model=ListeningList)
    def tests() -> Any:
        """All tests, the newest first."""
        return workspace.do("listening_tests", {})

    @routes.post("/tests", status_code=201, response_model=ListeningAnswer)
    def make(asked: MakeListeningTest) -> Any:
        """Make a test of takes and sounds."""
        return workspace.do("make_listening_test", asked)

    @routes.post("/tests/searchers", status_code=202, response_model=JobAnswer)
    def compare(asked: CompareSearchers) -> Any:
        """Match sounds in several ways, and make a test of what was found: the job's result is the test."""
        return workspace.do("compare_searchers", asked)

    @routes.get("/tests/{test_id}", response_model=ListeningAnswer)
    def test(test_id: TestId) -> Any:
        """A test with its votes, and what came out."""
        return workspace.do("listening_test", {"test": test_id})

    @routes.delete("/tests/{test_id}", response_model=ListeningList)
    def remove(test_id: TestId) -> Any:
        """Put a test away; `POST /undo` brings it back."""
        return workspace.do("remove_listening_test", {"test": test_id})

    @routes.post("/tests/{test_id}/votes", status_code=201, response_model=ListeningAnswer)
    def add_votes(test_id: TestId, body: VotesBody) -> Any:
        """Take in votes that somebody sent back."""
        return workspace.do("add_votes", {"test": test_id, "text": body.text, "name": body.name})

    @routes.delete("/tests/{test_id}/votes/{votes_id}", response_model=ListeningAnswer)
    def remove_votes(test_id: TestId, votes_id: VotesId) -> Any:
        """Take a file of votes out."""
        return workspace.do("remove_votes", {"test": test_id, "votes": votes_id})

    return routes
