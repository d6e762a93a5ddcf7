"""What the tests of the commands share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch

DATA = Path(__file__).parent.parent / "data"
SHORT, OTHER = DATA / "elec_ping.flac", DATA / "elec_bell.flac"
RATE = 44100
COMMAND = [sys.executable, "-c", "from patchpilot.cli import main; main()"]
FEW = ("--renders", "12")
"""A refinement that is as quick as one can be."""
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, or names files as Linux does")


@dataclass(frozen=True)
class Run:
    """What came of a command line."""

    code: int
    out: str
    err: str


Cli = Callable[..., Run]


class Guess:
    """A searcher that takes no time: two patches, whatever it is made with."""

    name = "guess"

    def __init__(self, **_: object) -> None: ...

    def start(self, context: Context) -> None:
        space = context.instrument.space
        self._left = [Patch.make(space, {"osc_1_level": level}) for level in (0.4, 0.5)]

    def ask(self, n: int) -> list[Proposal]:
        asked, self._left = self._left[:n], self._left[n:]
        return [Proposal(patch, self.name) for patch in asked]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Two guesses learn nothing."""


def one_error(run: Run) -> str:
    """The message of a command that failed as it should: nothing on stdout, one line on stderr, code 1."""
    assert run.code == 1
    assert run.out == ""
    assert run.err.startswith("Error: ")
    assert run.err.count("\n") == 1
    return run.err.removeprefix("Error: ").rstrip("\n")


def write(path: Path, samples: Any, rate: int = RATE, subtype: str = "FLOAT") -> Path:
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


def tone(seconds: float = 0.3, rate: int = RATE, channels: int = 1) -> Any:
    """A decaying 440 Hz tone, float32 (n,) or (n, channels)."""
    t = np.arange(round(seconds * rate)) / rate
    y = (0.5 * np.sin(2 * np.pi * 440 * t) * np.exp(-6 * t)).astype(np.float32)
    return y if channels == 1 else np.stack([y * (1 - 0.1 * c) for c in range(channels)], axis=1)


def text_file(path: Path) -> Path:
    path.write_text("This is not a sound.\n" * 9)
    return path


def result_of(folder: Path) -> Any:
    return json.loads((folder / "result.json").read_text("utf-8"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
