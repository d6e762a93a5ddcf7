"""What came back: answers to questions, refusals in place of them, and what was heard between two marks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from patchpilot.errors import LiveError
from patchpilot.live.wire import Message

ERROR = "/live/error"
"""Where AbletonOSC says what is wrong."""


@dataclass(frozen=True)
class Refusal:
    """In place of an answer.

    Attributes:
        text: what AbletonOSC said, "" where it said nothing: the reply may have been too long for a datagram.
    """

    text: str


Answer: TypeAlias = tuple[Any, ...] | Refusal
Replies: TypeAlias = dict[Message, list[tuple[Any, ...]]]
"""To each question, without the ids that they repeat."""


@dataclass
class Round:
    """What came between two marks."""

    replies: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    is_whole: bool = False

    @property
    def n_replies(self) -> int:
        """To all questions."""
        return sum(map(len, self.replies.values()))

    def take(self, address: str, args: tuple[Any, ...]) -> None:
        """One more."""
        if address == ERROR:
            self.errors.append(str(args[0]) if args else "an error without words")
        else:
            self.replies[address].append(args)

    def matching(self, question: Message) -> list[tuple[Any, ...]]:
        """Replies to a question, without the ids."""
        n = len(question.ids)
        return [args[n:] for args in self.replies.get(question.address, []) if args[:n] == question.ids]


def one(answer: Answer, what: str) -> Any:
    """The first value; raises `LiveError` where there is none, which says what is missing."""
    if isinstance(answer, Refusal) or not answer:
        reason = f": {answer.text}" if isinstance(answer, Refusal) and answer.text else ""
        raise LiveError(
            f"Live does not say {what}{reason}; the set may have changed while it was read: try again"
        )
    return answer[0]


def one_or(answer: Answer, default: Any) -> Any:
    """The first value, the default where there is none."""
    if isinstance(answer, Refusal) or not answer or answer[0] is None:
        return default
    return answer[0]
