"""Levels and sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.modules.base import Context, Signal, knob
from patchpilot.modules.collection import envelopes
from patchpilot.modules.collection._signals import Floats, curve
from patchpilot.modules.function import module

Samples = npt.NDArray[np.float32]


@module(varying=("level",), level=knob(1.0, 0.0, 2.0))
def vca(audio: Signal, control: Signal | None = None, *, level: Any) -> Samples:
    """Multiplies audio by a level, and by a control signal where one goes into "control": tremolo, gates, swells."""
    out = audio * np.asarray(level, np.float32)
    return out if control is None else out * control


@module(
    attack_ms=envelopes.ATTACK_MS,
    decay_ms=envelopes.DECAY_MS,
    sustain=knob(0.8, 0.0, 1.0),
    release_ms=envelopes.RELEASE_MS,
    sensitivity=knob(0.5, 0.0, 1.0),
)
def amp(
    audio: Signal,
    gate: Signal,
    velocity: Signal,
    *,
    attack_ms: float,
    decay_ms: float,
    sustain: float,
    release_ms: float,
    sensitivity: float,
    context: Context,
) -> Samples:
    """A voice's last stage: audio times an ADSR envelope of its own; `sensitivity` makes soft notes softer."""
    shape = envelopes.shaped(gate, (attack_ms, decay_ms, sustain, release_ms), context)
    return audio * (shape * envelopes.touch(velocity, sensitivity)).astype(np.float32)


@module(varying=("level_db",), level_db=knob(0.0, -60.0, 24.0, "dB"))
def gain(audio: Signal, *, level_db: Any) -> Samples:
    """Louder or softer."""
    return audio * np.power(10.0, np.asarray(level_db, np.float64) / 20.0).astype(np.float32)


@module(varying=("position",), position=knob(0.0, -1.0, 1.0))
def pan(audio: Signal, *, position: Any) -> Samples:
    """Left (-1) to right (1) at equal power, 0 dB in the middle; the other side is turned down."""
    angle = np.pi / 4.0 * (1.0 + np.asarray(position, np.float64))
    left, right = np.sqrt(2.0) * np.cos(angle), np.sqrt(2.0) * np.sin(angle)
    return np.stack([audio[0] * left, audio[1] * right]).astype(np.float32)


@module(varying=("mix",), mix=knob(0.5, 0.0, 1.0))
def crossfade(audio: Signal, other: Signal, *, mix: Any, context: Context) -> Floats:
    """From "audio" (0) to "other" (1), at equal power."""
    angle = np.pi / 2.0 * curve(mix, context.n_samples)
    return np.asarray(audio * np.cos(angle) + other * np.sin(angle), np.float64)
