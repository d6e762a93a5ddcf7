"""The tools of a language model: the workspace's verbs, called by name with JSON, answered in short JSON."""

from __future__ import annotations

import difflib
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from patchpilot.assist import own
from patchpilot.assist.desk import Desk
from patchpilot.assist.following import follow
from patchpilot.assist.opener import Opener
from patchpilot.assist.schema import in_words
from patchpilot.assist.short import MOST_CHARS, shortened
from patchpilot.assist.tool import Tool
from patchpilot.errors import EngineError, ParameterError, PatchPilotError
from patchpilot.workspace.jobs.job import ENDED
from patchpilot.workspace.plain import plain
from patchpilot.workspace.verbs import Verb, all_verbs

_log = logging.getLogger(__name__)
WAIT_S = 600.0
"""How long a call waits for its job at most, unless it says otherwise."""
_PART = 0.6
"""Of that, for answers of tools that were called to change something, and tell more than was asked."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What came of a call.

    Attributes:
        data: JSON, short enough for a model.
        is_error: whether it failed; `data` says why then.
        actions: what was done that can be undone, as `Actions.latest` says it.
        takes: numbers of the takes that were made meanwhile.
        renders: how often an instrument played, as far as was told.
    """

    data: dict[str, Any]
    is_error: bool = False
    actions: tuple[dict[str, Any], ...] = ()
    takes: tuple[int, ...] = ()
    renders: int = 0

    @property
    def text(self) -> str:
        """`data` as JSON."""
        return json.dumps(self.data, ensure_ascii=False)


class Tools:
    """All tools of a workspace; threads may share them.

    Args:
        opener: of the workspace.
        extra: verbs beside the usual ones.
        wait_s: how long a call waits for its job at most, unless it says otherwise.
        chars: of an answer, at most.
    """

    def __init__(
        self, opener: Opener, *, extra: Sequence[Verb] = (), wait_s: float = WAIT_S, chars: int = MOST_CHARS
    ) -> None:
        self.opener, self._wait_s, self._chars = opener, wait_s, chars
        mine, theirs = (*own.VERBS, *extra), tuple(all_verbs().values())
        uses = Counter(verb.request for verb in (*mine, *theirs))
        self._tools = {
            verb.name: Tool(verb, is_own=verb in mine, is_alone=uses[verb.request] == 1)
            for verb in (*mine, *theirs)
        }

    @property
    def all(self) -> list[Tool]:
        """All of them, by name."""
        return [self._tools[name] for name in sorted(self._tools)]

    def __getitem__(self, name: str) -> Tool:
        """A tool; raises `KeyError`."""
        return self._tools[name]

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    def call(
        self,
        name: str,
        arguments: Any,
        *,
        stop: threading.Event | None = None,
        on_progress: Callable[[str], None] = lambda _: None,
    ) -> Answer:
        """Call a tool; whatever a model says, this is an answer, and no exception.

        Args:
            name: of the tool.
            arguments: a JSON object, as the model gave it.
            stop: once it is set, a job that is waited for ends with its best so far.
            on_progress: told in words where a job stands, by the thread that calls.
        """
        try:
            return self._called(name, arguments, stop or threading.Event(), on_progress)
        except PatchPilotError as error:
            return failed(error)
        except Exception as error:  # a stranger's plug-in may raise anything
            _log.exception("the tool %s failed", name)
            said = (
                f"unexpected {type(error).__name__}: {error}. This is a bug in Patch Pilot, please report it"
            )
            return failed(EngineError(said))

    def _called(
        self, name: str, arguments: Any, stop: threading.Event, tell: Callable[[str], None]
    ) -> Answer:
        tool = self._tool(name)
        given = self._given(tool, arguments)
        extra = {each: given.pop(each) for each in tool.extra if each in given and not tool.has(each)}
        wait_s, find = self._options(tool, extra)
        try:
            asked = tool.verb.parsed(given)
        except ParameterError as error:
            raise ParameterError(f"{error}. {name} takes: {in_words(tool.schema)}") from None
        workspace = self.opener()
        before = _Before(workspace, name)
        if tool.is_own:
            do: Callable[[Desk, Any, own.Waiting], dict[str, Any]] = tool.verb.do  # type: ignore[assignment]
            said = plain(do(workspace, asked, own.Waiting(stop, tell)))
        else:
            said = plain(workspace.do(name, asked))
        is_error = False
        if tool.verb.kind == "job":
            job = follow(workspace, said["id"], wait_s=wait_s, stop=stop, on_progress=tell)
            said, is_error = _of_job(job), job["state"] in ("failed", "interrupted")
        assert isinstance(said, dict)
        is_asked = tool.verb.is_read_only or tool.verb.kind == "job"
        chars = self._chars if is_asked else round(_PART * self._chars)
        return before.answer(said, shortened(said, find=find, chars=chars), is_error)

    def _tool(self, name: str) -> Tool:
        if name in self._tools:
            return self._tools[name]
        near = difflib.get_close_matches(str(name), self._tools, n=3, cutoff=0.5)
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        raise ParameterError(
            f"there is no tool {name!r:.80}; {meant}there are: {', '.join(sorted(self._tools))}"
        )

    def _given(self, tool: Tool, arguments: Any) -> dict[str, Any]:
        if arguments is None:
            return {}
        if isinstance(arguments, Mapping) and all(isinstance(key, str) for key in arguments):
            return dict(arguments)
        raise ParameterError(
            f"{tool.name}: expected its arguments as a JSON object, got {arguments!r:.200}; "
            f"it takes: {in_words(tool.schema)}"
        )

    def _options(self, tool: Tool, extra: Mapping[str, Any]) -> tuple[float, str]:
        wait_s, find = extra.get("wait_s"), extra.get("find")
        if wait_s is None:
            wait_s = self._wait_s
        if not isinstance(wait_s, int | float) or isinstance(wait_s, bool) or not 0 <= wait_s < float("inf"):
            raise ParameterError(
                f"{tool.name}: wait_s: expected a number of seconds from 0, got {wait_s!r:.60}"
            )
        if find is not None and not isinstance(find, str):
            raise ParameterError(f"{tool.name}: find: expected words, got {find!r:.60}")
        return float(wait_s), find or ""


class _Before:
    """How a workspace was before a call, so that what the call did can be told.

    Args:
        workspace: that it is of.
        verb: that is called: what others do meanwhile, at the page of a studio, is not told as its doing.
    """

    def __init__(self, workspace: Desk, verb: str) -> None:
        self._workspace, self._verb, self._event = workspace, verb, workspace.events.last
        latest = workspace.actions.latest(1)
        self._action = latest[0]["id"] if latest else 0

    def answer(self, said: dict[str, Any], data: dict[str, Any], is_error: bool) -> Answer:
        """The answer."""
        since = [action for action in self._workspace.actions.latest() if action["id"] > self._action]
        done = [action for action in since if action["verb"] == self._verb]
        events, _ = self._workspace.events.since(self._event)
        takes = dict.fromkeys(event.data["number"] for event in events if event.type == "take")
        renders = said.get("renders")
        return Answer(
            data, is_error, tuple(reversed(done)), tuple(takes), renders if isinstance(renders, int) else 0
        )


def failed(error: PatchPilotError) -> Answer:
    """An answer that says what went wrong."""
    return Answer({"error": {"kind": type(error).__name__, "message": str(error)}}, is_error=True)


def _of_job(job: dict[str, Any]) -> dict[str, Any]:
    said = own.job_said(job)
    if job["state"] not in ENDED:
        said["note"] = "it goes on: call `job` with this id and wait_s for its end"
    return said
