"""OSC messages as bytes and back (`python-osc`)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any, TypeAlias

from patchpilot.errors import PluginError

Value: TypeAlias = bool | int | float | str | None
"""An argument of a message. Numbers with a point travel as 32 bits."""
MOST_BYTES = 65_507
"""Of a UDP datagram."""


@dataclass(frozen=True)
class Message:
    """An OSC message.

    Attributes:
        address: "/live/track/get/volume".
        args: what goes with it.
        answers: whether a reply is expected; setters and methods have none.
        n_ids: how many arguments the reply repeats before its values; -1 for all.
    """

    address: str
    args: tuple[Value, ...] = ()
    answers: bool = False
    n_ids: int = -1

    @property
    def ids(self) -> tuple[Value, ...]:
        """What the reply repeats."""
        return self.args if self.n_ids < 0 else self.args[: self.n_ids]

    @property
    def title(self) -> str:
        """As it is told to a user."""
        return " ".join([self.address, *map(str, self.args)])


def get(address: str, *ids: Value) -> Message:
    """A question whose reply repeats `ids`."""
    return Message(address, ids, answers=True)


def tell(address: str, *args: Value) -> Message:
    """A setter or a method: no reply."""
    return Message(address, args)


def encode(message: Message) -> bytes:
    """A message as a datagram.

    Raises:
        PluginError: the extra is not installed.
    """
    _check_installed()
    from pythonosc.osc_message_builder import OscMessageBuilder

    builder = OscMessageBuilder(message.address)
    for value in message.args:
        builder.add_arg(value)
    return builder.build().dgram


def bundle(messages: Sequence[Message]) -> bytes:
    """Messages as one datagram, to be done at once; raises `PluginError`."""
    parts = [encode(message) for message in messages]
    return b"#bundle\0" + struct.pack(">Q", 1) + b"".join(struct.pack(">i", len(p)) + p for p in parts)


def decode(data: bytes) -> tuple[str, tuple[Any, ...]] | None:
    """Address and arguments of a datagram; None where it is no OSC message.

    Raises:
        PluginError: the extra is not installed.
    """
    _check_installed()
    from pythonosc.osc_message import OscMessage

    try:
        found = OscMessage(data)
        return str(found.address), tuple(found.params)
    except Exception:  # bytes of anybody: the parser raises whatever they make it
        return None


@cache
def _check_installed() -> None:
    if find_spec("pythonosc") is None:
        raise PluginError("Ableton Live needs python-osc: pip install 'patchpilot[live]'")


def packed(groups: Sequence[Sequence[Message]], most: int) -> list[list[Sequence[Message]]]:
    """As few rounds of so many messages as hold the groups, none of which is torn."""
    rounds: list[list[Sequence[Message]]] = []
    for group in groups:
        if not rounds or sum(map(len, rounds[-1])) + len(group) > most:
            rounds.append([])
        rounds[-1].append(group)
    return rounds
