"""How much of a match's time goes into comparing sounds.

Scoring and embedding are timed where a match calls them: the headline distance of each render, the embedding of
the target and its neighbours, the pictures by which a refinement compares, the search for answers that sound alike,
and all metrics of the answers. What resynthesis measures in order to construct a patch is its work, and not counted.

The time is wall time, as the match's own is, so that a busy machine slows both. Threads that compare at the same
time are added up, and so the share is rather too high than too low.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from patchpilot.distance import LogMel
from patchpilot.matching import match
from patchpilot.retrieval import index, searcher
from patchpilot.search.refinement.pictures import Pictures

PLACES: tuple[tuple[Any, str], ...] = (
    (LogMel, "__init__"),
    (LogMel, "__call__"),
    (searcher, "coded"),
    (index.Index, "nearest"),
    (Pictures, "__call__"),
    (match, "candidates"),
    (match, "compare"),
)
"""Where a match compares sounds: the owner and the name of each function."""


class Clock:
    """Adds up the time of calls, in all threads; calls within calls count once.

    Attributes:
        by_name: seconds so far, by the name of the function.
    """

    def __init__(self) -> None:
        self.by_name: dict[str, float] = {}
        self._lock = threading.Lock()
        self._inside = threading.local()

    @property
    def seconds(self) -> float:
        """Of all calls."""
        return sum(self.by_name.values())

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its calls timed."""
        name = function.__qualname__

        def call(*arguments: Any, **options: Any) -> Any:
            if getattr(self._inside, "is_so", False):
                return function(*arguments, **options)
            self._inside.is_so = True
            began = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                self._inside.is_so = False
                seconds = time.perf_counter() - began
                with self._lock:
                    self.by_name[name] = self.by_name.get(name, 0.0) + seconds

        return call


@contextmanager
def comparing(places: tuple[tuple[Any, str], ...] = PLACES) -> Iterator[Clock]:
    """Time the calls of some functions while this lasts."""
    clock = Clock()
    before = [(owner, name, getattr(owner, name)) for owner, name in places]
    try:
        for owner, name, function in before:
            setattr(owner, name, clock.timed(function))
        yield clock
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)
