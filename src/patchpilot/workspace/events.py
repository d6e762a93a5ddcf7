"""What happens in a workspace, as a journal that many listen to at once."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from patchpilot.workspace.plain import plain

KEPT = 5000
"""Events that somebody who was away can still be told."""


@dataclass(frozen=True, eq=False)
class Event:
    """Something that happened.

    Attributes:
        number: grows, also over restarts.
        type: "job", "candidate", "take", "draft", "mark", ….
        text: the JSON object that says what.
    """

    number: int
    type: str
    text: str

    @property
    def data(self) -> dict[str, Any]:
        """What `text` says."""
        said: dict[str, Any] = json.loads(self.text)
        return said


class Events:
    """The journal; threads may share it.

    Numbers begin at the time in milliseconds, so that they are above those of an earlier process.

    Attributes:
        started: number before the first event of this process: another one means that it was restarted.
        closed: whether nobody is to wait for more.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._wakes: set[Callable[[], None]] = set()
        self.started = self._last = time.time_ns() // 1_000_000
        self.closed = False

    @property
    def last(self) -> int:
        """Number of the latest event."""
        return self._last

    def publish(self, type: str, data: Mapping[str, Any]) -> int:  # noqa: A002 (its name in server-sent events)
        """Say what happened; gives its number."""
        text = json.dumps(plain(data), separators=(",", ":"))
        with self._lock:
            self._last += 1
            self._kept.append(Event(self._last, type, text))
            number, wakes = self._last, tuple(self._wakes)
        for wake in wakes:
            wake()
        return number

    def since(self, number: int) -> tuple[list[Event], bool]:
        """What happened after the event of that number, and whether that is all: older ones may be forgotten."""
        with self._lock:
            if number >= self._last:
                return [], number == self._last
            left = self._last - number
            is_all = left <= len(self._kept)
            kept = list(self._kept)
        return kept[-min(left, len(kept)) :] if kept else [], is_all

    @contextmanager
    def listening(self, wake: Callable[[], None]) -> Iterator[None]:
        """Have `wake` called after each event, by whichever thread told it; it must be quick."""
        with self._lock:
            self._wakes.add(wake)
        try:
            yield
        finally:
            with self._lock:
                self._wakes.discard(wake)

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._wakes)

    def close(self) -> None:
        """Let nobody wait any longer."""
        self.closed = True
        for wake in tuple(self._wakes):
            wake()
