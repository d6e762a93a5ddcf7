"""Delays: Haas, echoes at a tempo or in milliseconds, and echoes from side to side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._lines import echoes
from patchpilot.modules.collection._signals import NOTE_LENGTHS, blend, curve, doubles, gain, seconds
from patchpilot.modules.function import module

_MIX = knob(0.35, 0.0, 1.0)
_FEEDBACK = knob(0.4, 0.0, 0.95)
_LENGTHS = ("free", *NOTE_LENGTHS)


@module(
    delay_ms=knob(12.0, 0.0, 40.0, "ms"),
    late=choice("left", "right", default="right"),
    late_db=knob(0.0, -12.0, 12.0, "dB"),
)
def haas(audio: Signal, *, delay_ms: float, late: str, late_db: float, context: Context) -> Any:
    """Delays one side by a few milliseconds, which makes a sound wide without making it two (Haas, 1951)."""
    lag = round(delay_ms * context.sample_rate / 1000.0)
    side = 0 if late == "left" else 1
    out = audio.copy()
    out[side] = np.pad(audio[side], (lag, 0))[: audio.shape[1]] * np.float32(gain(late_db))
    return out


@module(
    left=choice(*_LENGTHS, default="1/8 dotted"),
    right=choice(*_LENGTHS, default="1/8 dotted"),
    left_ms=knob(300.0, 1.0, 5000.0, "ms", octaves=True),
    right_ms=knob(300.0, 1.0, 5000.0, "ms", octaves=True),
    feedback=_FEEDBACK,
    ping_pong=choice("off", "on"),
    filter=choice("off", "on"),
    filter_hz=knob(1000.0, 50.0, 18_000.0, "Hz", octaves=True),
    filter_octaves=knob(6.0, 0.5, 9.0, "octaves"),
    mix=_MIX,
    varying=("feedback", "mix"),
)
def delay(
    audio: Signal,
    *,
    left: str,
    right: str,
    left_ms: float,
    right_ms: float,
    feedback: Any,
    ping_pong: str,
    filter: str,  # noqa: A002 (the knob's name)
    filter_hz: float,
    filter_octaves: float,
    mix: Any,
    context: Context,
) -> Any:
    """Echoes at lengths of notes or in milliseconds, for each side; a band-pass makes each echo thinner.

    The first echo is as loud as what it repeats, each further one by 20 log10(feedback) dB softer.
    """
    rate = context.sample_rate
    lags = [
        ms / 1000.0 if length == "free" else seconds(length, context)
        for length, ms in ((left, left_ms), (right, right_ms))
    ]
    low, high = 0.0, 1.0
    if filter == "on":
        width = 2.0 ** (filter_octaves / 2.0)
        low, high = _share(filter_hz / width, rate), _share(filter_hz * width, rate)
    wet = _echoes(audio, lags, feedback, ping_pong == "on", low, high, context)
    return blend(audio, wet, mix)


@module(
    length=choice(*NOTE_LENGTHS, default="1/8"),
    feedback=_FEEDBACK,
    damping_hz=knob(8000.0, 200.0, 20_000.0, "Hz", octaves=True),
    mix=_MIX,
    varying=("feedback", "mix"),
)
def ping_pong(
    audio: Signal, *, length: str, feedback: Any, damping_hz: float, mix: Any, context: Context
) -> Any:
    """Echoes that jump from side to side, the first on the left, each duller than the one before."""
    lag = seconds(length, context)
    high = _share(damping_hz, context.sample_rate)
    return blend(audio, _echoes(audio, [lag, lag], feedback, True, 0.0, high, context), mix)


def _echoes(
    audio: Signal,
    lags_s: list[float],
    feedback: Any,
    crosses: bool,
    low: float,
    high: float,
    context: Context,
) -> Any:
    left, right = (max(1, round(lag * context.sample_rate)) for lag in lags_s)
    dry = doubles(audio)
    wet = np.empty_like(dry)
    n = dry.shape[1]
    echoes(dry, left, right, curve(feedback, n), crosses, low, high, np.empty_like(dry), wet)
    return wet


def _share(frequency_hz: float, sample_rate: int) -> float:
    """The coefficient of a one-pole with its corner there; 1 from 20 kHz or half the rate on: it lets all through."""
    if frequency_hz >= min(19_999.0, 0.49 * sample_rate):
        return 1.0
    return 1.0 - math.exp(-2.0 * math.pi * frequency_hz / sample_rate)
