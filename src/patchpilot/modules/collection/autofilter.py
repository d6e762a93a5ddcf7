"""A filter that an LFO and the sound's own level move."""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._filters import state_variable, warp
from patchpilot.modules.collection._followers import followed
from patchpilot.modules.collection._signals import (
    RHYTHMS,
    WAVES,
    blend,
    curve,
    cycles,
    decibels,
    doubles,
    gain,
    sides,
)
from patchpilot.modules.function import module

_KINDS = {
    "low pass": (1.0, 0.0, 0.0),
    "high pass": (0.0, 0.0, 1.0),
    "band pass": (0.0, 1.0, 0.0),
    "notch": (1.0, 0.0, 1.0),
}
_FLOOR_DB = -60.0


@module(
    kind=choice(*_KINDS),
    slope=choice("12 dB", "24 dB"),
    cutoff_hz=knob(1200.0, 20.0, 20_000.0, "Hz", octaves=True),
    resonance=knob(0.2, 0.0, 0.98),
    drive_db=knob(0.0, 0.0, 24.0, "dB"),
    lfo_octaves=knob(0.0, -5.0, 5.0, "octaves"),
    lfo_hz=knob(0.5, 0.01, 40.0, "Hz", octaves=True),
    lfo_rhythm=choice(*RHYTHMS),
    lfo_shape=choice(*WAVES),
    lfo_degrees=knob(0.0, 0.0, 180.0, "degrees"),
    envelope_octaves=knob(0.0, -6.0, 6.0, "octaves"),
    attack_ms=knob(5.0, 0.1, 100.0, "ms", octaves=True),
    release_ms=knob(200.0, 5.0, 2000.0, "ms", octaves=True),
    mix=knob(1.0, 0.0, 1.0),
    varying=("cutoff_hz", "resonance", "drive_db", "lfo_octaves", "lfo_hz", "envelope_octaves", "mix"),
)
def auto_filter(
    audio: Signal,
    sidechain: Signal | None = None,
    *,
    kind: str,
    slope: str,
    cutoff_hz: Any,
    resonance: Any,
    drive_db: Any,
    lfo_octaves: Any,
    lfo_hz: Any,
    lfo_rhythm: str,
    lfo_shape: str,
    lfo_degrees: float,
    envelope_octaves: Any,
    attack_ms: float,
    release_ms: float,
    mix: Any,
    context: Context,
) -> Any:
    """A filter that an LFO and the level of the sound (or of a sidechain) open and close, in octaves.

    The envelope is the level in dB, as a part of 60 dB: at 0 dB it moves the cutoff by `envelope_octaves`. The
    resonance is 1 - 1 / (sqrt(2) Q): none at 0. Both halves of a slope of 24 dB have it.
    """
    n, rate = audio.shape[1], context.sample_rate
    dry = doubles(audio)
    moved = np.zeros((1, n))
    if np.any(lfo_octaves):
        moved = lfo_octaves * sides(lfo_shape, cycles(lfo_hz, lfo_rhythm, context), lfo_degrees)
    if np.any(envelope_octaves):
        heard = doubles(audio if sidechain is None else sidechain)
        level = followed(np.max(np.abs(heard), axis=0), attack_ms, release_ms, rate)
        moved = moved + envelope_octaves * (1.0 - np.maximum(decibels(level), _FLOOR_DB) / _FLOOR_DB)
    tuned = np.clip(cutoff_hz * np.exp2(moved), 20.0, 20_000.0)
    driven = np.tanh(dry * gain(drive_db)) if np.any(np.asarray(drive_db) > 0.0) else dry
    damping = np.sqrt(2.0) * (1.0 - curve(resonance, n))
    if slope == "24 dB":
        damping = np.maximum(damping, 0.15)
    wet = np.empty_like(dry)
    warped = doubles(np.broadcast_to(warp(tuned, rate), dry.shape))
    state_variable(driven, warped, damping, *_KINDS[kind], wet)
    if slope == "24 dB":
        state_variable(wet, warped, damping, *_KINDS[kind], wet)
    return blend(dry, wet, mix)
