"""The `Tool` noun: a verb as a language model is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from patchpilot.assist.schema import for_models
from patchpilot.workspace.verbs import Verb

_FIND = {"type": "string", "description": "Of long lists and tables show only what contains these words."}
_WAIT = {
    "type": "number",
    "minimum": 0,
    "description": "Wait for the end at most so long, s; then it goes on, and the tool `job` tells of it.",
}


@dataclass(frozen=True, eq=False)
class Tool:
    """One thing that a model can do.

    Attributes:
        verb: that does it.
        is_own: whether it is no verb of the workspace.
        is_alone: whether no other verb takes the same request, so that what is said of that is said of this one.
    """

    verb: Verb
    is_own: bool
    is_alone: bool = True

    @property
    def name(self) -> str:
        """As it is called."""
        return self.verb.name

    @property
    def description(self) -> str:
        """What it does, when to call it, and whether that takes long."""
        asked = (self.verb.request.__doc__ or "").strip() if self.is_alone else ""
        parts = [self.verb.summary, asked if asked != self.verb.summary else ""]
        parts.append("Takes a while: it answers when it is done." if self.verb.kind == "job" else "")
        return " ".join(part for part in parts if part)

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of its arguments."""
        return for_models(self.verb.request, self.extra)

    @property
    def counts_renders(self) -> bool:
        """Whether its caller may say how often an instrument plays at most, as `renders`."""
        return self.has("renders")

    @property
    def extra(self) -> dict[str, Any]:
        """Arguments that its verb does not know."""
        more = {"wait_s": _WAIT} if self.verb.kind == "job" else {}
        return more | ({"find": _FIND} if self.verb.is_read_only or self.verb.kind == "job" else {})

    def has(self, name: str) -> bool:
        """Whether its verb takes an argument of that name."""
        return name in self.verb.request.__dataclass_fields__
