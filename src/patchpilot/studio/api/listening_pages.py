"""What a listening test is as files: the page to send, the same for guests, and the table of what came out."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from patchpilot.listening.page import policy
from patchpilot.studio.api._common import new_router
from patchpilot.workspace import MissingError, Workspace
from patchpilot.workspace.listening import ListeningTests

TestId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="Of `POST /tests`.")]
_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}, "description": "The page."}}
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}, "description": "The table."}}


def router(workspace: Workspace) -> APIRouter:
    """Files of listening tests."""
    routes = new_router("listening tests")
    kept = workspace.part(ListeningTests)

    @routes.get("/tests/{test_id}/page", response_class=Response, responses=_PAGE)
    def page(
        test_id: TestId, download: Annotated[bool, Query(description="As a file to send.")] = False
    ) -> Response:
        """The page that whoever listens opens."""
        return _page(kept.page(test_id), f"listening-test-{test_id}.html" if download else None)

    @routes.get("/listen/{key}", response_class=Response, responses=_PAGE)
    def guest(key: Annotated[str, Path(max_length=100, description="`guest` of a test.")]) -> Response:
        """The page of one test, for whoever has its key."""
        return _page(kept.guest(key), None)

    @routes.get("/tests/{test_id}/results.csv", response_class=Response, responses=_CSV)
    def results(test_id: TestId) -> Response:
        """All numbers as a table."""
        found = kept.results(test_id)
        if found is None:
            raise MissingError("nobody has voted on this test yet")
        name = f'attachment; filename="results-{test_id}.csv"'
        return Response(found.csv(), media_type="text/csv", headers={"content-disposition": name})

    return routes


def _page(place: FilePath, name: str | None) -> Response:
    """A page with a policy of its own, for the studio's would forbid its script; as a file where it has a name."""
    headers = {
        "content-security-policy": f"{policy()}; frame-ancestors 'none'",
        "cache-control": "private, no-cache",
    }
    if name is not None:
        headers["content-disposition"] = f'attachment; filename="{name}"'
    try:
        return Response(place.read_bytes(), media_type="text/html; charset=utf-8", headers=headers)
    except OSError:
        raise MissingError("the page of this listening test is gone") from None
