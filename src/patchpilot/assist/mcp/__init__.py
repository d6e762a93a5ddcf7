"""The tools of a workspace over the Model Context Protocol, for any client of it: `serve`."""

from patchpilot.assist.mcp.serving import serve

__all__ = ["serve"]
