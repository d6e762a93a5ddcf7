"""The one thread of a server that plays the instrument: renders as they come, and other calls between them.

An instrument serves one stream at a time, and while a stream runs only the thread that iterates may use it. So all
clients' renders go into one stream, which ends when nothing is waiting or somebody asks for something else.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from patchpilot.audio import Audio
from patchpilot.errors import EngineError, PatchPilotError
from patchpilot.instruments.base import Instrument
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance

T = TypeVar("T")
_END_S = 2.0
"""How long a render that is being made may delay the end."""


@dataclass(frozen=True, eq=False)
class Render:
    """One render that is wanted.

    Attributes:
        patch: checked already.
        performance: what is played.
        give: called once with what came of it, in the engine's thread; must not raise.
    """

    patch: Patch
    performance: Performance
    give: Callable[[Audio | EngineError], None]


class EngineThread:
    """Plays an instrument for many clients.

    Args:
        instrument: used by this thread alone until `close`, but for what needs no engine.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._waiting: deque[Render] = deque()
        self._calls: deque[Callable[[], None]] = deque()
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="patchpilot engine", daemon=True)
        self._thread.start()

    def play(self, renders: Sequence[Render]) -> None:
        """Have them played in their order, after those that wait already."""
        with self._changed:
            self._waiting.extend(renders)
            self._changed.notify()

    def withdraw(self, renders: Sequence[Render]) -> list[Render]:
        """Take back those that are not begun; nothing is given for them any more. Returns them."""
        with self._changed:
            back = [render for render in renders if render in self._waiting]
            for render in back:
                self._waiting.remove(render)
        return back

    def call(self, function: Callable[[], T]) -> Future[T]:
        """Have something else done by the instrument, before the renders that are not begun.

        The future raises what the function raises, as `EngineError` where that is none of Patch Pilot's errors.
        """
        done: Future[T] = Future()

        def run() -> None:
            if not done.set_running_or_notify_cancel():
                return
            try:
                done.set_result(function())
            except Exception as error:  # a stranger's instrument may raise anything
                done.set_exception(error if isinstance(error, PatchPilotError) else told(error))

        with self._changed:
            self._calls.append(run)
            self._changed.notify()
        return done

    def close(self) -> None:
        """End the thread; what was not begun is dropped."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(_END_S)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._calls or self._waiting)
                if self._closed:
                    return
                calls = [self._calls.popleft() for _ in range(len(self._calls))]
            for call in calls:
                call()
            if not calls:
                self._stream()

    def _stream(self) -> None:
        playing: dict[int, Render] = {}

        def pairs() -> Iterator[tuple[Patch, Performance]]:
            for number in itertools.count():
                with self._changed:
                    if self._closed or self._calls or not self._waiting:
                        return
                    render = self._waiting.popleft()
                playing[number] = render
                yield render.patch, render.performance

        reason = EngineError(f"{self._instrument.name} gave no result for this render")
        results = self._instrument.stream(pairs())
        try:
            for number, result in results:
                playing.pop(number).give(result)
                if self._closed:
                    break
        except Exception as error:  # the engine does not start, or a stranger's instrument raises anything
            reason = told(error)
        finally:
            if hasattr(results, "close"):
                with contextlib.suppress(Exception):
                    results.close()
        for render in playing.values():
            render.give(reason)


def told(error: Exception) -> EngineError:
    """An error of the instrument as one that can be told."""
    if isinstance(error, EngineError):
        return error
    said = str(error) or type(error).__name__
    return EngineError(said if isinstance(error, PatchPilotError) else f"{type(error).__name__}: {said}")
