"""Models of Anthropic, through Anthropic's own client."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from patchpilot.assist.errors import ProviderError
from patchpilot.assist.providers.base import Call, Message, Reply, Stop
from patchpilot.assist.tool import Tool
from patchpilot.errors import PluginError

if TYPE_CHECKING:
    import anthropic

KEY = "ANTHROPIC_API_KEY"
MODEL = "claude-opus-5-5"
"""The one that the client's own documentation uses."""
MAX_TOKENS = 8192
"""Of one answer; the client does without streaming up to some 21,000."""
_STOPS: dict[str | None, Stop] = {
    "tool_use": "calls",
    "max_tokens": "cut",
    "model_context_window_exceeded": "cut",
    "pause_turn": "paused",
    "refusal": "refused",
}


class AnthropicProvider:
    """Anthropic's models; the key is read from the environment, ANTHROPIC_API_KEY, and from nowhere else.

    Args:
        model: name of the model; None for `MODEL`.
        base_url: address of the service; None for the client's own, or ANTHROPIC_BASE_URL.

    Raises:
        PluginError: the extra "anthropic" is missing.
        ProviderError: there is no key.
    """

    name = "anthropic"

    def __init__(self, *, model: str | None = None, base_url: str | None = None) -> None:
        try:
            import anthropic
        except ImportError:
            raise PluginError(
                "models of Anthropic need their client: pip install 'patchpilot[anthropic]'"
            ) from None
        key = os.environ.get(KEY, "").strip()
        if not key:
            raise ProviderError(
                f"models of Anthropic need a key of yours in the environment: export {KEY}=… and try again; "
                "nothing was sent"
            )
        self.model = model or MODEL
        self._client = anthropic.Anthropic(api_key=key, base_url=base_url)

    def reply(
        self,
        system: str,
        messages: Sequence[Message],
        tools: Sequence[Tool],
        *,
        may_call: bool,
        timeout_s: float,
    ) -> Reply:
        """Have the model answer; see `Provider`."""
        with _told(self.model):
            message = self._client.messages.create(
                model=self.model,
                max_tokens=MAX_TOKENS,
                system=system,
                messages=_merged(messages),
                tools=_tools(tools),
                tool_choice={"type": "auto"} if may_call else {"type": "none"},
                cache_control={"type": "ephemeral"},
                timeout=timeout_s,
            )
            return _reply(message)


def _reply(message: anthropic.types.Message) -> Reply:
    """What a message says; raises `ProviderError` where it is none."""
    blocks = [block.to_dict(mode="json", warnings=False) for block in message.content]
    calls = tuple(
        Call(str(block["id"]), str(block["name"]), block.get("input"))
        for block in blocks
        if block["type"] == "tool_use"
    )
    text = "\n".join(str(block["text"]) for block in blocks if block["type"] == "text").strip()
    stop = _STOPS.get(message.stop_reason, "calls" if calls else "done")
    if stop == "refused" and message.stop_details is not None and message.stop_details.explanation:
        text = f"{text}\n{message.stop_details.explanation}".strip()
    usage = {name: n for name, n in message.usage.to_dict(mode="json").items() if isinstance(n, int)}
    return Reply(Message("model", text, calls, raw=blocks), stop, usage)


def _tools(tools: Sequence[Tool]) -> list[Any]:
    return [
        {"name": each.name, "description": each.description, "input_schema": each.schema} for each in tools
    ]


def _merged(messages: Sequence[Message]) -> list[Any]:
    """Messages as the service wants them: roles take turns, and results come first."""
    merged: list[dict[str, Any]] = []
    for message in messages:
        role = "user" if message.role == "user" else "assistant"
        content = _content(message)
        if merged and merged[-1]["role"] == role:
            merged[-1]["content"].extend(content)
        elif content:
            merged.append({"role": role, "content": content})
    return merged


def _content(message: Message) -> list[dict[str, Any]]:
    if message.role == "model" and message.raw is not None:
        return [_sendable(block) for block in message.raw]
    if message.role == "model":
        calls = [
            {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}
            for call in message.calls
        ]
        return [*_text(message.text), *calls]
    results = [
        {"type": "tool_result", "tool_use_id": one.id, "content": one.text, "is_error": one.is_error}
        for one in message.results
    ]
    return [*results, *_text(message.text)]


def _sendable(block: dict[str, Any]) -> dict[str, Any]:
    """A block as it came, but for arguments that are no object, which the service does not take back."""
    if block["type"] == "tool_use" and not isinstance(block.get("input"), dict):
        return {**block, "input": {}}
    return block


def _text(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}] if text.strip() else []


@contextmanager
def _told(model: str) -> Iterator[None]:
    """What goes wrong with the service, as our error."""
    import anthropic

    try:
        yield
    except anthropic.AuthenticationError as error:
        raise ProviderError(
            f"Anthropic refuses the key in {KEY}: {_why(error)}; is it whole, and still valid?"
        ) from None
    except anthropic.NotFoundError as error:
        raise ProviderError(
            f"Anthropic has no model {model!r}: {_why(error)}; name another with --model"
        ) from None
    except anthropic.RateLimitError as error:
        raise ProviderError(f"Anthropic takes no more for now: {_why(error)}; go on a little later") from None
    except anthropic.APIStatusError as error:
        raise ProviderError(f"Anthropic answers with an error, {error.status_code}: {_why(error)}") from None
    except anthropic.APITimeoutError:
        raise ProviderError("Anthropic did not answer in time; go on a little later") from None
    except anthropic.APIConnectionError as error:
        raise ProviderError(
            f"Anthropic cannot be reached: {error.__cause__ or error}; are you connected, and is a proxy needed?"
        ) from None
    except (anthropic.AnthropicError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ProviderError(f"Anthropic's answer cannot be read: {type(error).__name__}: {error}") from None


def _why(error: anthropic.APIStatusError) -> str:
    return (error.api_message or error.message)[:500]
