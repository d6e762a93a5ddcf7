"""Tracks of known truth are made by benchmarks/tracktruth, which is no package: it is found beside the benchmarks."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from patchpilot.audio import Audio
from patchpilot.space.key import Key
from patchpilot.tracks import Track, analyze


@pytest.fixture(scope="session")
def short() -> tuple[Audio, Any]:
    """A minute and a half of music with its truth."""
    whole: Any = importlib.import_module("tracktruth.whole")
    audio, truth = whole.track_of(whole.SHORT, 138.25, Key.parse("A minor"), 3)
    return audio, truth


@pytest.fixture(scope="session")
def heard(short: tuple[Audio, Any]) -> Track:
    """Its analysis."""
    return analyze(short[0])
