"""The server: lists and calls tools, tells progress, ends what is cancelled, hands out sounds and presets."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import anyio
import mcp_types as types
from anyio import from_thread, to_thread
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from patchpilot import __version__
from patchpilot.assist.mcp.resources import Resources, take_link
from patchpilot.assist.prompt import GUIDE
from patchpilot.assist.tool import Tool
from patchpilot.assist.tools import Answer, Tools
from patchpilot.errors import PatchPilotError
from patchpilot.workspace import MissingError

T = TypeVar("T")
Context = ServerRequestContext[Any, Any]
_CANCEL_S = 0.3
"""Until a call that was cancelled ends its job."""
_EVERY_S = 0.5
"""How often progress is told at most."""
_LINKS = 8
"""Takes of an answer that are linked, at most."""


def make_server(tools: Tools) -> Server[Any]:
    """A server of tools, and of what is in their workspace; it runs on any transport of the SDK."""
    resources = Resources(tools.opener)

    async def list_tools(_: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:  # noqa: ARG001
        return types.ListToolsResult(tools=[_listed(tool) for tool in tools.all])

    async def call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        stop = threading.Event()
        call = partial(tools.call, params.name, params.arguments, stop=stop, on_progress=_teller(context))
        try:
            return _result(await to_thread.run_sync(call, abandon_on_cancel=True))
        except anyio.get_cancelled_exc_class():
            # By its client; if the server ends, that moment never comes, and the job goes on at the next start.
            asyncio.get_running_loop().call_later(_CANCEL_S, stop.set)
            raise

    async def list_resources(
        _: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        cursor = params.cursor if params is not None else None
        found, following = await _in_thread(partial(resources.page, cursor))
        return types.ListResourcesResult(resources=found, next_cursor=following)

    async def list_templates(
        _: Context,
        params: types.PaginatedRequestParams | None,  # noqa: ARG001
    ) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=list(resources.templates))

    async def read_resource(_: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        return types.ReadResourceResult(contents=[await _in_thread(partial(resources.read, params.uri))])

    return Server(
        "patchpilot",
        title="Patch Pilot",
        version=__version__,
        instructions=GUIDE,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


async def _in_thread(do: Callable[[], T]) -> T:
    try:
        return await to_thread.run_sync(do, abandon_on_cancel=True)
    except MissingError as error:
        raise MCPError(types.INVALID_PARAMS, str(error)) from None
    except PatchPilotError as error:
        raise MCPError(types.INTERNAL_ERROR, f"{type(error).__name__}: {error}") from None


def _teller(context: Context) -> Callable[[str], None]:
    """Tells the client how far a call is, from the thread that works on it; nobody is told who did not ask."""
    began_s, told_s = time.monotonic(), -math.inf

    def tell(text: str) -> None:
        nonlocal told_s
        if (now_s := time.monotonic()) - told_s < _EVERY_S:
            return
        told_s = now_s
        # Phases count from 0 each, and what is told must grow: so it is the seconds that it has taken.
        with suppress(
            RuntimeError, asyncio.CancelledError, futures.CancelledError
        ):  # nobody waits for it any more
            from_thread.run(context.session.report_progress, round(now_s - began_s, 3), None, text)

    return tell


def _listed(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.schema,
        annotations=types.ToolAnnotations(
            read_only_hint=tool.verb.is_read_only, destructive_hint=False, open_world_hint=False
        ),
    )


def _result(answer: Answer) -> types.CallToolResult:
    links = (
        []
        if answer.is_error
        else [take_link(number) for number in list(dict.fromkeys(_takes(answer.data)))[:_LINKS]]
    )
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=answer.text), *links],
        structured_content=answer.data,
        is_error=answer.is_error,
    )


def _takes(value: Any) -> Iterator[int]:
    """Numbers of takes that an answer speaks of."""
    if isinstance(value, list):
        for item in value:
            yield from _takes(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            is_number = isinstance(item, int) and not isinstance(item, bool)
            if is_number and (name == "take" or (name == "number" and "take_id" in value)):
                yield item
            else:
                yield from _takes(item)
