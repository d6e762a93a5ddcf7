"""GET /events: what happens, as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import StreamingResponse

from patchpilot.studio.api._common import new_router
from patchpilot.workspace import Workspace
from patchpilot.workspace.events import Event

HEARTBEAT_S = 15.0


def router(workspace: Workspace) -> APIRouter:
    """What happens in a workspace."""
    routes = new_router("events")

    @routes.get(
        "/events",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    async def events(
        after: Annotated[
            int | None, Query(ge=0, le=2**53, description="Number of the last event that was heard.")
        ] = None,
        last_event_id: Annotated[str | None, Header(description="The same, as browsers say it.")] = None,
    ) -> StreamingResponse:
        """What happens from now on, or since an event: `hello` first, then `job`, `candidate`, `take`, `draft`."""
        said = last_event_id or ""
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 17 else after
        return StreamingResponse(
            stream(workspace, number),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    return routes


async def stream(workspace: Workspace, after: int | None) -> AsyncIterator[str]:
    """Events as text, until the workspace closes or nobody listens."""
    journal, loop, flag = workspace.events, asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(flag.set)

    with journal.listening(wake):
        number = journal.last if after is None else after
        missed, is_all = journal.since(number)
        hello = {
            "version": workspace.version,
            "started": journal.started,
            "is_all": is_all,
            "last": journal.last,
        }
        yield f"retry: 1000\nevent: hello\ndata: {json.dumps(hello)}\n\n"
        while not journal.closed:
            if missed:
                yield "".join(said(event) for event in missed)
                number = missed[-1].number
            else:
                try:
                    await asyncio.wait_for(flag.wait(), HEARTBEAT_S)
                except TimeoutError:
                    yield ": still here\n\n"
            flag.clear()
            missed, _ = journal.since(number)


def said(event: Event) -> str:
    """An event as it is sent; its text has no line breaks, for it is JSON."""
    return f"id: {event.number}\nevent: {event.type}\ndata: {event.text}\n\n"
