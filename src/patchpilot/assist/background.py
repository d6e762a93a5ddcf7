"""Doing something in a thread of its own, so that Ctrl-C and the clock can end it without breaking it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
GRACE_S = 25.0
"""How long something that was told to stop may take to do so."""
_LOOK_S = 0.5


@dataclass(frozen=True)
class Done(Generic[T]):
    """What came of it.

    Attributes:
        value: that it gave; None where it did not end in time.
        was_interrupted: whether somebody pressed Ctrl-C meanwhile.
    """

    value: T | None
    was_interrupted: bool = False


def in_background(
    do: Callable[[threading.Event, Callable[[str], None]], T],
    *,
    timeout_s: float,
    on_progress: Callable[[str], None],
) -> Done[T]:
    """Do it, and wait for it.

    Args:
        do: given an event that is set once it is to stop, and what it tells its progress; raises nothing.
        timeout_s: until it is told to stop.
        on_progress: told its progress, by the thread that calls this.

    Raises:
        KeyboardInterrupt: somebody pressed Ctrl-C twice.
    """
    stop, said = threading.Event(), queue.SimpleQueue[str | None]()
    given: list[T] = []

    def work() -> None:
        try:
            given.append(do(stop, said.put))
        finally:
            said.put(None)

    threading.Thread(target=work, name="a tool", daemon=True).start()
    until, was_interrupted = time.monotonic() + timeout_s, False
    while True:
        try:
            text = said.get(timeout=min(_LOOK_S, max(0.01, until - time.monotonic())))
            if text is None:
                return Done(given[0] if given else None, was_interrupted)
            on_progress(text)
        except queue.Empty:
            if time.monotonic() < until:
                continue
            if stop.is_set():
                return Done(None, was_interrupted)
            stop.set()
            until = time.monotonic() + GRACE_S
        except KeyboardInterrupt:
            if was_interrupted:
                raise
            was_interrupted = True
            stop.set()
            until = time.monotonic() + GRACE_S
