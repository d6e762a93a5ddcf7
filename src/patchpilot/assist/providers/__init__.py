"""Services of language models, each behind the same small interface; `base` has it."""

from patchpilot.assist.providers.base import Call, Message, Provider, Reply, Result, provider

__all__ = ["Call", "Message", "Provider", "Reply", "Result", "provider"]
