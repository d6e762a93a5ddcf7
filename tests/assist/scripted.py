"""A model that says what a test wants it to say, and what tests of models at work share."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from patchpilot.assist import Opener, Tool, Tools
from patchpilot.assist.conversation import Conversation
from patchpilot.assist.desk import Desk
from patchpilot.assist.limits import Limits
from patchpilot.assist.orchestrator import Orchestrator, Step
from patchpilot.assist.providers import Call, Message, Reply

Line = Reply | Callable[[Sequence[Message]], Reply]
_ids = itertools.count(1)


def says(text: str) -> Reply:
    return Reply(Message("model", text), "done", {"tokens": 1})


def calls(*wanted: tuple[str, Any], text: str = "") -> Reply:
    """A reply that calls tools: (name, arguments) each."""
    made = tuple(Call(f"call-{next(_ids)}", name, arguments) for name, arguments in wanted)
    return Reply(Message("model", text, made, raw={"of": "the script"}), "calls", {"tokens": 2})


class Scripted:
    """Answers line by line; the last one again and again.

    Attributes:
        heard: the messages that each reply was asked for with.
        asked: whether tools could be called, and the seconds there were, of each.
    """

    name = "scripted"

    def __init__(self, *lines: Line, model: str | None = None) -> None:
        self.model = model or "script-1"
        self._lines = list(lines)
        self.heard: list[list[Message]] = []
        self.asked: list[tuple[bool, float]] = []
        self.system = ""

    def reply(
        self,
        system: str,
        messages: Sequence[Message],
        tools: Sequence[Tool],
        *,
        may_call: bool,
        timeout_s: float,
    ) -> Reply:
        assert {tool.name for tool in tools} >= {"match", "undo"}
        self.system = system
        self.heard.append(list(messages))
        self.asked.append((may_call, timeout_s))
        line = self._lines.pop(0) if len(self._lines) > 1 else self._lines[0]
        return line if isinstance(line, Reply) else line(messages)

    @property
    def answers(self) -> list[Any]:
        """(text, is_error) of every result that it was told of, in order."""
        return [(one.text, one.is_error) for message in self.heard[-1] for one in message.results]


def tools_of(workspace: Desk, **options: Any) -> Tools:
    return Tools(Opener(lambda: workspace), **options)


class Play:
    """A scripted model at work in a workspace.

    Attributes:
        steps: that were shown.
    """

    def __init__(
        self, workspace: Desk, provider: Any, limits: Limits | None = None, earlier: Path | None = None
    ) -> None:
        self.steps: list[Step] = []
        self.provider = provider
        self.conversation = (
            Conversation.begun(workspace.path, provider=provider.name, model=provider.model)
            if earlier is None
            else Conversation(earlier)
        )
        self._orchestrator = Orchestrator(
            tools_of(workspace), provider, self.conversation, limits=limits, on_step=self.steps.append
        )

    def run(self, text: str = "Make something.") -> Any:
        return self._orchestrator.run(text)

    def shown(self, kind: str) -> list[str]:
        return [step.text for step in self.steps if step.kind == kind]


def kinds(lines: Iterable[dict[str, Any]]) -> list[str]:
    return [line["kind"] for line in lines]
