"""Reverbs whose knobs are seconds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, knob
from patchpilot.modules.collection._filters import equaliser, section
from patchpilot.modules.collection._network import LINES, Whole, diffuse, network
from patchpilot.modules.collection._signals import blend, doubles
from patchpilot.modules.faust_code import faust
from patchpilot.modules.function import module

_LAGS_MS = (29.7, 31.3, 33.1, 35.9, 37.3, 40.1, 41.7, 43.9, 46.3, 48.7, 51.1, 53.3, 56.9, 59.3, 61.9, 64.1)
_CLOUD_MS = ((4.77, 3.59, 12.73, 9.31), (4.93, 3.71, 12.97, 9.53))


@module(
    decay_s=knob(1.8, 0.1, 20.0, "s", octaves=True),
    size=knob(1.0, 0.2, 2.0, octaves=True),
    predelay_ms=knob(10.0, 0.0, 250.0, "ms"),
    diffusion=knob(0.65, 0.0, 0.8),
    high_decay=knob(0.5, 0.05, 1.0),
    high_hz=knob(4000.0, 500.0, 16_000.0, "Hz", octaves=True),
    low_cut_hz=knob(120.0, 20.0, 1000.0, "Hz", octaves=True),
    high_cut_hz=knob(12_000.0, 1000.0, 20_000.0, "Hz", octaves=True),
    width=knob(1.0, 0.0, 1.5),
    mix=knob(0.3, 0.0, 1.0),
    varying=("mix", "width"),
)
def reverb(
    audio: Signal,
    *,
    decay_s: float,
    size: float,
    predelay_ms: float,
    diffusion: float,
    high_decay: float,
    high_hz: float,
    low_cut_hz: float,
    high_cut_hz: float,
    width: Any,
    mix: Any,
    context: Context,
) -> Any:
    """A room: sixteen delay lines into one another; it decays by 60 dB in `decay_s`, above `high_hz` sooner.

    The decay of high frequencies is `high_decay` of the others'. The wet sound has about the power of the dry one,
    however long it decays; `size` scales the walls' distances and leaves the decay as it is.
    """
    dry, rate = doubles(audio), context.sample_rate
    late = round(predelay_ms * rate / 1000.0)
    wet = np.ascontiguousarray(np.pad(dry, ((0, 0), (late, 0)))[:, : dry.shape[1]])
    for kind, hz in (("high pass", low_cut_hz), ("low pass", high_cut_hz)):
        section(wet, equaliser(kind, hz, 0.0, 0.7071, rate), wet)
    diffuse(wet, _lags(_CLOUD_MS, min(size, 1.0), rate), diffusion, np.empty_like(wet))
    lags = _lags(_LAGS_MS, size, rate)
    seconds = lags / rate
    low, high = 10.0 ** (-3.0 * seconds / decay_s), 10.0 ** (-3.0 * seconds / (decay_s * high_decay))
    corner = 1.0 - math.exp(-2.0 * math.pi * min(high_hz / rate, 0.45))
    out = np.empty_like(wet)
    network(wet, lags, low, high, corner, np.zeros((LINES, int(lags.max()))), out)
    out *= math.sqrt(1.0 - float(np.mean(low**2))) / math.sqrt(LINES / 2.0)
    mid, side = (out[0] + out[1]) / 2.0, (out[0] - out[1]) / 2.0 * width
    return blend(dry, np.stack([mid + side, mid - side]), mix)


hall = faust(
    "hall",
    "A hall (Zita-rev1 by F. Adriaensen): decay times of bass and middle in seconds.",
    "_, _ <: (*(1 - mix), *(1 - mix)), "
    "(re.zita_rev1_stereo(predelay_ms, crossover_hz, damping_hz, low_decay_s, mid_decay_s, 192000) "
    ": *(mix), *(mix)) :> _, _",
    channels=2,
    predelay_ms=knob(20.0, 20.0, 100.0, "ms"),
    crossover_hz=knob(200.0, 50.0, 1000.0, "Hz", octaves=True),
    damping_hz=knob(6000.0, 1500.0, 20_000.0, "Hz", octaves=True),
    low_decay_s=knob(3.0, 1.0, 8.0, "s", octaves=True),
    mid_decay_s=knob(2.0, 1.0, 8.0, "s", octaves=True),
    mix=knob(0.3, 0.0, 1.0),
)


def _lags(milliseconds: Any, size: float, sample_rate: int) -> Whole:
    """Odd numbers of samples, so that few share a factor."""
    samples = np.asarray(milliseconds) * size * sample_rate / 1000.0
    return np.ascontiguousarray(2 * np.floor(samples / 2.0).astype(np.int64) + 1)
