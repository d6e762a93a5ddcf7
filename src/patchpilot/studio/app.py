"""The application: routers of `studio.api` over one workspace, the page, and who may speak with them."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from patchpilot import __version__
from patchpilot.studio.answers import answer_errors
from patchpilot.studio.api import routers
from patchpilot.studio.bodies import Bodies
from patchpilot.studio.gate import Gate
from patchpilot.workspace import Workspace

PAGE = Path(__file__).parent / "page"
PREFIX = "/api/v1"


def make_api(workspace: Workspace) -> FastAPI:
    """The HTTP interface and the page, without the gate."""
    app = FastAPI(
        title="Patch Pilot",
        version=__version__,
        summary="A sound in, synthesizer patches out; and all else that the studio does.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
    )
    answer_errors(app)
    for router in routers(workspace):
        app.include_router(router, prefix=PREFIX)
    app.mount("/", _Page(directory=PAGE, html=True, check_dir=False))
    return app


def make_app(workspace: Workspace, token: str, *, host: str, port: int) -> ASGIApp:
    """All of it: the gate, then limits of what is sent, then the interface, its answers compressed."""
    limited = Bodies(make_api(workspace), workspace)
    return Gate(GZipMiddleware(limited, minimum_size=1000, compresslevel=5), token, host=host, port=port)


class _Page(StaticFiles):
    """The files of the page: asked for again each time, so that a new version shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = "no-cache"
        return answer
