"""The `Provider` interface: what was said so far and the tools in, text and calls of tools out.

A package registers one under the entry-point group "patchpilot.providers": a class or a function that takes `model`,
the name of a model or None for its usual one, and gives a provider. What it misses (an extra, a key) it says with
`ProviderError` or `PluginError` when it is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from patchpilot import registry
from patchpilot.assist.tool import Tool

Stop = Literal["done", "calls", "cut", "paused", "refused"]


@dataclass(frozen=True)
class Call:
    """What a model wants to be done.

    Attributes:
        id: that its result will name.
        name: of a tool, if there is one of that name.
        arguments: JSON of any kind; an object if the model keeps to the schema.
    """

    id: str
    name: str
    arguments: Any


@dataclass(frozen=True)
class Result:
    """What came of a call.

    Attributes:
        id: of the call.
        text: for the model.
        is_error: whether it failed.
    """

    id: str
    text: str
    is_error: bool = False


@dataclass(frozen=True)
class Message:
    """Something that was said.

    Attributes:
        role: "user", or "model".
        text: what was said; "" for nothing.
        calls: what a model wanted to be done.
        results: what came of the calls before, in a message of the user's.
        raw: a model's message as its provider knows it, as JSON; given back unchanged with what follows.
    """

    role: Literal["user", "model"]
    text: str = ""
    calls: tuple[Call, ...] = ()
    results: tuple[Result, ...] = ()
    raw: Any = None


@dataclass(frozen=True)
class Reply:
    """What a model answered.

    Attributes:
        message: its message.
        stop: why it ended: "done", for "calls", "cut" off because it became too long, "paused" to be gone on with as it
            is, or "refused".
        usage: counts of tokens, by the provider's own names.
    """

    message: Message
    stop: Stop
    usage: Mapping[str, int] = field(default_factory=dict)


class Provider(Protocol):
    """A service that a language model answers at.

    Attributes:
        name: of the provider.
        model: name of the model.
    """

    name: str
    model: str

    def reply(
        self,
        system: str,
        messages: Sequence[Message],
        tools: Sequence[Tool],
        *,
        may_call: bool,
        timeout_s: float,
    ) -> Reply:
        """Have the model answer.

        Args:
            system: what it is to know before all that.
            messages: what was said so far, a user's first; several of one role may follow one another.
            tools: what it may call.
            may_call: whether it may call any now.
            timeout_s: > 0; give up after that long.

        Raises:
            ProviderError: the service cannot be reached, refuses, or says nonsense.
        """


def provider(name: str, *, model: str | None = None) -> Provider:
    """A provider by name.

    Args:
        name: as `patchpilot plugins` lists them.
        model: name of the model; None for the provider's usual one.

    Raises:
        PluginError: there is none of that name, or something that it needs is missing.
    """
    made: Provider = registry.load("providers", name)(model=model)
    return made
