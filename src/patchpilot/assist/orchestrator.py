"""The loop that lets a model work: it answers, its calls are done, it is told what came of them, until it is done."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from patchpilot.assist.background import Done, in_background
from patchpilot.assist.conversation import Conversation
from patchpilot.assist.errors import ProviderError
from patchpilot.assist.limits import Limits, Spent
from patchpilot.assist.prompt import EMPTY, LIMIT, TOO_LONG, again, instructions
from patchpilot.assist.providers.base import Call, Provider, Reply, Result
from patchpilot.assist.tools import Answer, Tools, failed
from patchpilot.errors import EngineError, ParameterError

_SAME = 3
"""Times in a row that the same call with the same answer is taken for going round in circles."""
_EMPTY = 2
_ANSWER_S = 600.0
"""How long one answer may take."""
_LAST_S = 60.0
"""For a model to sum up after its time is over."""


@dataclass(frozen=True)
class Step:
    """Something that happens.

    Attributes:
        kind: "said" by the model, a "call" begins, "progress" of it, its "result", an "action" that can be undone, or
            the "end".
        text: in words.
        data: what it is about, as JSON.
    """

    kind: Literal["said", "call", "progress", "result", "action", "end"]
    text: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ending:
    """How it ended.

    Attributes:
        why: "done", a "limit" was reached, the model "refused", went "round in circles", or said "nothing".
        text: what the model said last.
        actions: ids of what was done that can be undone.
        takes: numbers of the takes that were made.
        usage: tokens, by the provider's own names.
    """

    why: Literal["done", "limit", "refused", "round in circles", "nothing"]
    text: str
    actions: tuple[int, ...]
    takes: tuple[int, ...]
    usage: Mapping[str, int]


class Orchestrator:
    """Lets a model work with the tools of a workspace.

    Args:
        tools: that it has.
        provider: of the model.
        conversation: that all of it is kept in.
        limits: how far it may go each time.
        on_step: told what happens, as it happens.
    """

    def __init__(
        self,
        tools: Tools,
        provider: Provider,
        conversation: Conversation,
        *,
        limits: Limits | None = None,
        on_step: Callable[[Step], None] = lambda _: None,
    ) -> None:
        self._tools, self._provider, self._conversation = tools, provider, conversation
        self._limits, self._on_step = limits or Limits(), on_step
        self._spent, self._last, self._times, self._instructions = Spent(self._limits), "", 0, ""
        self._going_on: set[str] = set()

    def run(self, text: str) -> Ending:
        """Let the model do what is asked for.

        Args:
            text: what is asked for; it may speak of what was said and done before in the conversation.

        Raises:
            KeyboardInterrupt: somebody ended it; what was done is kept, and the conversation can be gone on with.
            OutputError: it cannot be written down.
            ProviderError: the model does not answer; the same holds.
        """
        begun = len(self._conversation.lines)
        self._instructions = instructions(self._tools.opener(), self._limits)
        self._spent, self._last, self._times = Spent(self._limits), "", 0
        self._conversation.user(text)
        try:
            why, said = self._work()
        except BaseException as error:
            kind = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
            self._conversation.add("end", why=kind, error=str(error))
            raise
        self._conversation.add("end", why=why)
        ending = _ending(why, said, self._conversation.lines[begun:])
        self._on_step(
            Step("end", why, {name: value for name, value in vars(ending).items() if name != "text"})
        )
        return ending

    def _work(self) -> tuple[Any, str]:
        empty = 0
        while True:
            if self._spent.over:
                return "limit", self._sum_up(self._spent.over)
            reply = self._reply(may_call=True, timeout_s=self._spent.seconds_left)
            said = reply.message
            if said.calls and reply.stop not in ("cut", "refused"):
                empty = 0
                self._do(said.calls)
                if self._times >= 2 * _SAME:
                    return "round in circles", self._sum_up("the same call again and again")
            elif reply.stop == "refused":
                return "refused", said.text
            elif reply.stop == "cut":
                self._conversation.note(TOO_LONG)
            elif reply.stop == "paused":
                continue
            elif said.text:
                return "done", said.text
            else:
                empty += 1
                if empty >= _EMPTY:
                    return "nothing", ""
                self._conversation.note(EMPTY)

    def _sum_up(self, why: str) -> str:
        """Have the model say how far it came, without doing any more."""
        self._conversation.note(LIMIT.format(why=why))
        try:
            reply = self._reply(may_call=False, timeout_s=_LAST_S)
        except ProviderError:  # all of it is there without those words
            return ""
        return reply.message.text

    def _reply(self, *, may_call: bool, timeout_s: float) -> Reply:
        provider = self._provider
        self._spent.turns += 1
        reply = provider.reply(
            self._instructions,
            self._conversation.messages(provider=provider.name, model=provider.model),
            self._tools.all,
            may_call=may_call,
            timeout_s=min(timeout_s, _ANSWER_S),
        )
        self._conversation.model(reply, provider)
        if reply.message.text:
            self._on_step(Step("said", reply.message.text))
        return reply

    def _do(self, calls: tuple[Call, ...]) -> None:
        """Do what the model wants, one after another."""
        for at, call in enumerate(calls):
            self._on_step(Step("call", f"{call.name} {_short(call.arguments)}", vars(call)))
            arguments, refused = self._within(call, at)
            done = self._called(call, arguments) if refused is None else Done(refused)
            self._told(call, done.value or failed(EngineError("it took too long, and may still go on")))
            if done.was_interrupted:
                raise KeyboardInterrupt

    def _called(self, call: Call, arguments: Any) -> Done[Answer]:
        return in_background(
            lambda stop, tell: self._tools.call(call.name, arguments, stop=stop, on_progress=tell),
            timeout_s=self._spent.seconds_left,
            on_progress=lambda text: self._on_step(Step("progress", text, {"id": call.id})),
        )

    def _told(self, call: Call, answer: Answer) -> None:
        """Keep and show what came of a call."""
        self._count(call, answer)
        result = Result(call.id, self._noted(call, answer), answer.is_error)
        self._conversation.result(result, actions=[one["id"] for one in answer.actions], takes=answer.takes)
        said = {
            "id": call.id,
            "is_error": answer.is_error,
            "answer": answer.data,
            "takes": list(answer.takes),
        }
        self._on_step(Step("result", _short(answer.data), said))
        for action in answer.actions:
            self._on_step(Step("action", action["text"], action))

    def _count(self, call: Call, answer: Answer) -> None:
        """Count renders; those of a job that was not waited for when it is looked at again."""
        job = str(answer.data.get("job", ""))
        if call.name in self._tools and not self._tools[call.name].verb.is_read_only:
            self._spent.renders += answer.renders
            if job and not answer.renders:
                self._going_on.add(job)
        elif answer.renders and job in self._going_on:
            self._spent.renders += answer.renders
            self._going_on.remove(job)

    def _within(self, call: Call, at: int) -> tuple[Any, Answer | None]:
        """The arguments, with no more renders than are left; or why it is not done.

        Args:
            call: it.
            at: how many were before it in the same answer.
        """
        if at >= self._limits.calls:
            return None, _not_done(f"at most {self._limits.calls} calls at a time")
        if self._spent.seconds_left <= 0.0:
            return None, _not_done("your time is up")
        if call.name not in self._tools or not self._tools[call.name].counts_renders:
            return call.arguments, None
        left = self._spent.renders_left
        if left < 1:
            return None, _not_done("as many renders as you may use are used up")
        asked = call.arguments.get("renders") if isinstance(call.arguments, dict) else None
        if isinstance(asked, int) and asked > left:
            return {**call.arguments, "renders": int(left)}, None
        return call.arguments, None

    def _noted(self, call: Call, answer: Answer) -> str:
        """The answer as text, with a word to a model that goes round in circles."""
        this = json.dumps([call.name, call.arguments, answer.text], sort_keys=True, default=str)
        self._times = self._times + 1 if this == self._last else 1
        self._last = this
        return f"{answer.text}\n{again(self._times)}" if self._times >= _SAME else answer.text


def _not_done(why: str) -> Answer:
    return failed(ParameterError(f"not done: {why}"))


def _ending(why: Any, text: str, lines: list[dict[str, Any]]) -> Ending:
    usage = Counter[str]()
    for line in lines:
        usage.update(line.get("usage", {}))
    actions = tuple(number for line in lines for number in line.get("actions", ()))
    takes = tuple(dict.fromkeys(number for line in lines for number in line.get("takes", ())))
    return Ending(why, text, actions, takes, dict(usage))


def _short(value: Any, most: int = 200) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else f"{text[:most]}…"
