"""A language model at work: the verbs of a workspace as its tools, a loop that lets it work, and a server of the tools.

    tools = Tools(Opener(lambda: Workspace(folder)))
    answer = tools.call("match", {"sound": "…", "effort": "quick"})

`tools` makes tools of the one list of verbs, `orchestrator` lets a model of any `providers` work with them, and `mcp`
serves them to any client of the Model Context Protocol. None of it knows what a verb does.
"""

from patchpilot.assist.errors import ProviderError
from patchpilot.assist.opener import Opener
from patchpilot.assist.tool import Tool
from patchpilot.assist.tools import Answer, Tools

__all__ = ["Answer", "Opener", "ProviderError", "Tool", "Tools"]
