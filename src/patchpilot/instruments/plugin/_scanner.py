"""What runs inside a worker process of a scan: it loads one plug-in and answers one question."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.instruments.plugin.playing import SEED_SAMPLES
from patchpilot.modules.base import Signal
from patchpilot.modules.hosting.folders import program_of
from patchpilot.modules.hosting.hosted import Hosted, Played, load
from patchpilot.space.performance import Note

RATE = 44100
N_SAMPLES = 33_000
_NOTES = (Note(60, 0.8, 0.0, 0.4), Note(67, 0.6, 0.2, 0.4))
_AUDIBLE = 1e-4


def boot() -> None:
    """Import the host, which copies of this process then have."""
    import dawdreamer  # noqa: F401


def prepare(base: Mapping[str, Any]) -> tuple[Mapping[str, Any], Hosted | None]:
    """The code of the plug-in "path", and itself in "host" where "is_loaded" says so: before copies are made."""
    if base["is_loaded"]:
        return base, _load(base)
    with contextlib.suppress(OSError):  # which will be told when it is loaded
        ctypes.CDLL(str(program_of(Path(base["path"]))))
    return base, None


def _load(base: Mapping[str, Any]) -> Hosted:
    return load(Path(base["path"]), base["host"], RATE)


def run(state: tuple[Mapping[str, Any], Hosted | None], delta: Mapping[str, Any]) -> Any:
    """Answer "task": "look", "hear" or "state"."""
    base, ready = state
    if delta["task"] == "look":
        return _look(base)
    plugin = ready or _load(base)
    if delta["task"] == "state":
        return len(plugin.state())
    return _hear(plugin, delta)


def _look(base: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters, and what it does with notes and without."""
    before = _threads()
    plugin = _load(base)
    threads = _threads() - before
    said = plugin.describe()
    is_instrument = not plugin.n_inputs
    if plugin.n_inputs:
        noted = plugin.play(Played(N_SAMPLES, notes=_NOTES))
        silent = _load(base).play(Played(N_SAMPLES))
        is_instrument = bool(
            np.abs(noted).max() > _AUDIBLE and np.abs(noted).max() > 2 * np.abs(silent).max()
        )
    return {
        "said": [dataclasses.astuple(description) for description in said],
        "n_inputs": plugin.n_inputs,
        "threads": threads,
        "is_instrument": is_instrument,
    }


def _hear(plugin: Hosted, delta: Mapping[str, Any]) -> tuple[str, str]:
    """Hashes of what it plays with "values", at first and again."""
    audio = None if delta["is_instrument"] else _noise()
    what = Played(
        N_SAMPLES,
        delta["values"],
        notes=_NOTES if delta["is_instrument"] else (),
        audio=audio,
        ahead=SEED_SAMPLES * delta["seed"],
    )
    return _hash(plugin.play(what)), _hash(plugin.play(what))


def _noise() -> Signal:
    """A burst, then silence in which a tail is heard."""
    audio = np.zeros((2, N_SAMPLES), np.float32)
    audio[:, : N_SAMPLES // 3] = np.random.default_rng(0).uniform(-0.3, 0.3, (2, N_SAMPLES // 3))
    return audio


def _hash(audio: Signal) -> str:
    return hashlib.sha256(audio.tobytes()).hexdigest()


def _threads() -> int:
    """How many run in this process, 0 where the system does not tell."""
    return len(os.listdir("/proc/self/task")) if sys.platform == "linux" else 0  # noqa: PTH208 (no paths wanted)
