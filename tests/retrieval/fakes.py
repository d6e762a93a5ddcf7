"""A tiny embedding, and toys that misbehave: what libraries are built of in these tests, in milliseconds."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from patchpilot.audio import F32, Audio, note_to_hz
from patchpilot.errors import EngineError
from patchpilot.retrieval.build import Built, build
from patchpilot.retrieval.library import Library
from patchpilot.space import Patch, Performance
from tests.toy import Toy


class Tiny:
    """How loud a sound is, and how its zero crossings stand to its note."""

    name = "tiny"
    version = "1"
    size = 3
    scale = 4.0

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:
        heard = audio.mono()[: round(hold_s * audio.sample_rate)]
        crossings = np.count_nonzero(np.diff(np.signbit(heard))) / (2.0 * hold_s * note_to_hz(pitch))
        return np.array([2.0 * np.log10(np.abs(heard).max()), np.log2(crossings), np.std(heard)], np.float32)


class Odd(Toy):
    """A toy of which some patches are silent, fail, or blow up."""

    def render(self, patch: Patch, performance: Performance) -> Audio:
        audio = super().render(patch, performance)
        level = patch.values.get("level", 0.5)
        if level < 0.2:
            return Audio(1e-4 * audio.samples, audio.sample_rate)
        if level < 0.3:
            raise EngineError("the toy crashed")
        return audio if level < 0.85 else Audio(np.full_like(audio.samples, np.nan), audio.sample_rate)


class Forward(Odd):
    """One that gives its answers in another order."""

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        answers = super().stream(pairs)
        while some := list(itertools.islice(answers, 32)):
            yield from sorted(some, key=lambda answer: (answer[0] % 3, answer[0]))


class Stopped(Odd):
    """One that somebody interrupts after some renders."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def render(self, patch: Patch, performance: Performance) -> Audio:
        if self.rendered >= self._after:
            raise KeyboardInterrupt
        return super().render(patch, performance)


class Shaky(Odd):
    """One whose machine fails a render now and then; the same render succeeds when it is tried again."""

    def __init__(self) -> None:
        super().__init__()
        self._failed: set[str] = set()

    def render(self, patch: Patch, performance: Performance) -> Audio:
        if patch.sha256 not in self._failed and len(self._failed) < 5:
            self._failed.add(patch.sha256)
            raise EngineError("out of memory")
        return super().render(patch, performance)


def newer(toy: Toy) -> Toy:
    """The toy with its engine's next version."""
    toy.space = dataclasses.replace(toy.space, version="2")
    return toy


def built(
    path: Path, rows: int = 40, *, toy: Toy | None = None, seed: int = 0, n_patches: int = 25
) -> Library:
    """A library of the toy's prior, in blocks that are small."""
    return build(toy or Odd(), "toy-v1", Tiny(), rows, path=path, seed=seed, n_patches=n_patches)


def counted(progress: list[tuple[int, int]], state: Built) -> None:
    progress.append((state.rows, state.tried))
