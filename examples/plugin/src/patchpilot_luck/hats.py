"""A technique, the Haas delay for hi-hats; an effect; and an instrument that uses both."""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot import Rack
from patchpilot.modules import Context, faust, knob, module
from patchpilot.modules.base import Signal


@module(delay_ms=knob(14.0, 0.0, 35.0, "ms"), later=knob(1.0, 0.0, 1.0))
def hat_haas(audio: Signal, *, delay_ms: float, later: float, context: Context) -> Signal:
    """Delays the right side of a hat by so little that it is heard as width, not as an echo."""
    lag = round(delay_ms * context.sample_rate / 1000.0)
    right = np.pad(audio[1], (lag, 0))[: audio.shape[1]]
    return np.stack([audio[0], later * right + (1.0 - later) * audio[1]]).astype(np.float32)


air = faust(
    "air",
    "Lifts what lies above a frequency.",
    "fi.high_shelf(gain_db, above_hz)",
    gain_db=knob(3.0, 0.0, 12.0, "dB"),
    above_hz=knob(8000.0, 2000.0, 16_000.0, "Hz", octaves=True),
)


@module(decay_ms=knob(60.0, 5.0, 500.0, "ms"), level=knob(0.5, 0.0, 1.0), random=True)
def tick(gate: Signal, *, decay_ms: float, level: float, context: Context) -> Signal:
    """Noise that decays from each note on."""
    times = np.arange(context.n_samples)
    starts = np.flatnonzero(np.diff(gate[0], prepend=0.0) > 0.0)
    last = np.searchsorted(starts, times, "right") - 1  # −1 before the first
    since = np.where(last < 0, np.inf, times - starts[last])
    envelope = np.exp(-since / (decay_ms * context.sample_rate / 1000.0))
    return np.asarray(level * envelope * context.rng().uniform(-1.0, 1.0, context.n_samples), np.float32)


def hats(**options: Any) -> Rack:
    """An instrument is anything with the methods of `Instrument`; a rack is the shortest way to one."""
    return Rack("hats", tick >> air >> hat_haas, **options)
