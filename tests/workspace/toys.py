"""What the tests of the workspace and of the studio share: a workspace whose instrument is a toy, and sounds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Patch, Performance
from patchpilot.workspace import Limits, Workspace
from tests.toy import Toy

RATE = 44100


class Slow(Toy):
    """A toy that plays no more than `allowed` patches until it is let go."""

    def __init__(self, allowed: int = 4) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.allowed = allowed
        self.is_waiting = threading.Event()

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        for one in super().stream(pairs):
            if self.rendered >= self.allowed:
                self.is_waiting.set()
                assert self.go_on.wait(20.0)
            yield one


def workspace_of(path: Path, toy: Toy | None = None, **options: Any) -> Workspace:
    """A workspace that plays a toy."""
    return Workspace(path, made={"toy": lambda: toy or Toy()}, instrument="toy", **options)


def tone(seconds: float = 0.4, hz: float = 330.0, channels: int = 1) -> Any:
    """Float32 (n, channels)."""
    t = np.arange(round(seconds * RATE)) / RATE
    one = (0.4 * np.sin(2.0 * np.pi * hz * t) * np.exp(-4.0 * t)).astype(np.float32)
    return np.stack([one] * channels, axis=1)


def sound_file(path: Path, **options: Any) -> Path:
    """A WAV file of a tone."""
    soundfile.write(path, tone(**options), RATE)
    return path


def a_take(toy: Toy, level: float = 0.5) -> Take:
    """What a toy plays."""
    patch, performance = (
        Patch.make(toy.space, {"level": level}),
        Performance.one_note(60, hold_s=0.2, length_s=0.3),
    )
    return Take(patch, performance, toy.render(patch, performance), toy.fingerprint, Origin("test"))


def until(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What a condition says as soon as it says something."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
    return found


SMALL = Limits(upload_bytes=300_000, seconds=3.0, samples=300_000, uploads=1, upload_s=0.5, queued=3)
"""Limits that tests reach quickly."""
