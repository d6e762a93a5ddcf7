"""A conversation with a model on the disk: each line is written before anything follows from it, so nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from patchpilot.assist.providers.base import Call, Message, Provider, Reply, Result
from patchpilot.files import make_folder
from patchpilot.workspace import MissingError
from patchpilot.workspace.jobs.job import new_id
from patchpilot.workspace.lines import Lines
from patchpilot.workspace.plain import plain

FOLDER = "assist"
_LONG_AGO = 400
"""Characters of results that are told again once the user has asked for something else."""


class Conversation:
    """What was said, asked for and done, in order.

    Args:
        path: of its file.

    Attributes:
        lines: of the file: {at, kind, …}; kinds are "head", "user", "model", "results", "note" and "end".
    """

    def __init__(self, path: Path) -> None:
        self.path, self._file = path, Lines(path)
        self.lines = _lines(self._file)

    @classmethod
    def begun(cls, workspace: Path, *, provider: str, model: str) -> Conversation:
        """A new one in a workspace's folder; raises `OutputError`."""
        conversation = cls(make_folder(workspace / FOLDER) / f"{new_id()}.jsonl")
        conversation.add("head", format=1, provider=provider, model=model)
        return conversation

    @classmethod
    def found(cls, workspace: Path, name: str = "") -> Conversation:
        """The one of that id, or the latest; raises `MissingError`."""
        there = sorted(path for path in (workspace / FOLDER).glob("*.jsonl") if _lines(Lines(path)))
        chosen = [path for path in there if path.stem == name] if name else there[-1:]
        if not chosen:
            known = ", ".join(path.stem for path in there[-5:]) or "none"
            raise MissingError(
                f"there is no conversation {name!r:.80} in this workspace; the latest: {known}"
            )
        return cls(chosen[-1])

    @property
    def id(self) -> str:
        """Sorts by time."""
        return self.path.stem

    def messages(self, *, provider: str, model: str) -> list[Message]:
        """What a model is told of it; calls that were interrupted have a result that says so.

        Args:
            provider: name of who is told.
            model: name of the model; what others said is told without what only their provider knows.
        """
        said: list[Message] = []
        latest = max((at for at, line in enumerate(self.lines) if line["kind"] == "user"), default=0)
        for at, line in enumerate(self.lines):
            if line["kind"] in ("user", "note", "results"):
                most = None if at >= latest else _LONG_AGO
                results = tuple(_result(one, most) for one in line.get("results", ()))
                said.append(Message("user", line.get("text", ""), results=results))
            elif line["kind"] == "model":
                calls = tuple(Call(**call) for call in line["calls"])
                is_same = (line["provider"], line["model"]) == (provider, model)
                said.append(Message("model", line["text"], calls, raw=line["raw"] if is_same else None))
        return _answered(said)

    @property
    def actions(self) -> list[int]:
        """Ids of what was done in it that can be undone, in order."""
        return [number for line in self.lines for number in line.get("actions", ())]

    @property
    def takes(self) -> list[int]:
        """Numbers of the takes that were made in it, in order."""
        return [number for line in self.lines for number in line.get("takes", ())]

    def user(self, text: str) -> None:
        """Keep what the user says."""
        self.add("user", text=text)

    def note(self, text: str) -> None:
        """Keep what the model is told by whoever lets it work."""
        self.add("note", text=text)

    def model(self, reply: Reply, provider: Provider) -> None:
        """Keep what a model said."""
        said = reply.message
        self.add(
            "model",
            provider=provider.name,
            model=provider.model,
            text=said.text,
            calls=[vars(call) for call in said.calls],
            raw=said.raw,
            stop=reply.stop,
            usage=dict(reply.usage),
        )

    def result(self, result: Result, *, actions: Sequence[int], takes: Sequence[int]) -> None:
        """Keep what came of a call: its result, and what was done and made meanwhile."""
        self.add("results", results=[vars(result)], actions=list(actions), takes=list(takes))

    def add(self, kind: str, **said: Any) -> None:
        """Write a line, down to the disk; raises `OutputError`."""
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "kind": kind, **plain(said)}
        self._file.append(line)
        self.lines.append(line)


def _result(said: dict[str, Any], most: int | None) -> Result:
    """A result, cut where only so many characters of it are wanted."""
    text = said["text"]
    is_long = most is not None and len(text) > most
    return Result(
        said["id"], f"{text[:most]}… (cut, for it was long ago)" if is_long else text, said["is_error"]
    )


def _answered(said: Sequence[Message]) -> list[Message]:
    """The same, with a result for every call."""
    whole: list[Message] = []
    waiting: dict[str, None] = {}
    for message in said:
        for result in message.results:
            waiting.pop(result.id, None)
        if waiting and (message.text or message.role == "model"):
            whole.append(_cut(waiting))
            waiting = {}
        whole.append(message)
        waiting |= dict.fromkeys(call.id for call in message.calls)
    return [*whole, _cut(waiting)] if waiting else whole


def _cut(calls: Iterable[str]) -> Message:
    return Message(
        "user", results=tuple(Result(each, "interrupted before it was done", is_error=True) for each in calls)
    )


def _lines(file: Lines) -> list[dict[str, Any]]:
    return [line for line in file.read() if "kind" in line]
