"""Serving over standard input and output."""

from __future__ import annotations

from patchpilot.assist.tools import Tools
from patchpilot.errors import PluginError


def serve(tools: Tools) -> None:
    """Serve tools over standard input and output until the client closes them.

    Args:
        tools: those.

    Raises:
        PluginError: the extra "mcp" is missing.
    """
    try:
        import anyio
        from mcp.server.stdio import stdio_server

        from patchpilot.assist.mcp.server import make_server
    except ImportError:
        raise PluginError("the Model Context Protocol needs its SDK: pip install 'patchpilot[mcp]'") from None

    async def run() -> None:
        server = make_server(tools)
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(run)
