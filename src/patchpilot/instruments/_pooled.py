"""What instruments share that play in a pool of processes which begins when it is first needed."""

from __future__ import annotations

import contextlib
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from patchpilot.audio import Audio
from patchpilot.engine import Failure, Job, Pool, Program
from patchpilot.errors import EngineError, PatchPilotError
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance

Item = TypeVar("Item")


class Pooled(ABC):
    """An instrument with a pool of its own; `_options` are those of the pool."""

    _program: ClassVar[Program]
    _options: dict[str, Any]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes."""
        pool = self.__dict__.pop("_pool", None)
        if pool is not None:
            pool.close()

    @cached_property
    def _pool(self) -> Pool:
        return Pool(self._program, **self._options)

    def render(self, patch: Patch, performance: Performance) -> Audio:
        """Play a patch, all notes at once.

        Returns:
            Stereo audio of the performance's length and sample rate; it may exceed full scale.

        Raises:
            EngineError: what plays crashed, hung, failed or is missing, or an arc moves what cannot move.
        """
        ((_, result),) = list(self.stream([(patch, performance)]))
        if isinstance(result, EngineError):
            raise result
        return result

    @abstractmethod
    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        """Play many patches, and yield (position, audio or error) as they are done; `pairs` may be endless."""


def answered(
    pool: Pool, items: Iterable[Item], job: Callable[[Item], Job]
) -> Iterator[tuple[int, Item, object]]:
    """Have a pool do a job for each item, and yield (position, item, result) as they are done.

    A result is what the program gave, or a `Failure`; an `EngineError` where the job could not even be made.

    Args:
        pool: that does them.
        items: may be endless; drawn as there is room, in the thread that iterates.
        job: of an item; may raise `PatchPilotError`.
    """
    flying: dict[int, tuple[int, Item]] = {}
    refused: list[tuple[int, Item, EngineError]] = []

    def jobs() -> Iterator[Job]:
        numbers = itertools.count()  # of the jobs that were made
        for i, item in enumerate(items):
            try:
                made = job(item)
            except PatchPilotError as error:
                refused.append((i, item, EngineError(str(error))))
                continue
            flying[next(numbers)] = i, item
            yield made

    with contextlib.closing(pool.imap(jobs())) as results:
        for k, result in results:
            while refused:
                yield refused.pop(0)
            yield *flying.pop(k), result
    yield from refused


def sound(result: object, sample_rate: int, told: Callable[[Failure], str]) -> Audio | EngineError:
    """What a result of `answered` sounds like.

    Args:
        result: samples, float32 (channels, n), or what went wrong.
        sample_rate: of the samples, in Hz.
        told: what a failure is told as.
    """
    if isinstance(result, EngineError):
        return result
    if isinstance(result, Failure):
        return EngineError(told(result))
    assert isinstance(result, np.ndarray)
    return Audio(result, sample_rate)
