"""The one core behind the web page, HTTP, tools for a language model, and whoever drives them.

    with Workspace(folder) as workspace:
        sound = workspace.sounds.add(path, name="lead.wav")
        job = workspace.do("match", {"sound": sound["id"], "effort": "quick"})
        workspace.wait(job["id"])

A workspace is a folder: sounds that were brought, jobs and what came of them, patches being edited, a bank. What can be
done with it are **verbs** (`workspace.verbs`): each is a request as a dataclass, and a function. HTTP, the tools of a
language model and the page make their doors out of that one list.
"""

from patchpilot.workspace.errors import BusyError, ConflictError, MissingError, TooLargeError
from patchpilot.workspace.limits import Limits
from patchpilot.workspace.workspace import Workspace

__all__ = ["BusyError", "ConflictError", "Limits", "MissingError", "TooLargeError", "Workspace"]
