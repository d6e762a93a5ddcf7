"""Effects that move: chorus, flanger, vibrato, phaser, tremolo."""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._filters import all_passes, equaliser, section, warp
from patchpilot.modules.collection._lines import moving_line, voices
from patchpilot.modules.collection._signals import (
    RHYTHMS,
    WAVES,
    Floats,
    blend,
    curve,
    cycles,
    doubles,
    gain,
    sides,
)
from patchpilot.modules.function import module

_RATE = knob(0.6, 0.01, 20.0, "Hz", octaves=True)
_RHYTHM = choice(*RHYTHMS)
_VOICES = {"chorus": (0.0, 0.5), "ensemble": (0.0, 1.0 / 3.0, 2.0 / 3.0), "vibrato": (0.0,)}
_FEEDBACK = knob(0.3, -0.95, 0.95)


@module(
    mode=choice(*_VOICES),
    rate_hz=_RATE,
    delay_ms=knob(10.0, 1.0, 40.0, "ms"),
    depth_ms=knob(3.0, 0.0, 20.0, "ms"),
    feedback=knob(0.0, -0.9, 0.9),
    spread_degrees=knob(90.0, 0.0, 180.0, "degrees"),
    high_pass_hz=knob(20.0, 20.0, 2000.0, "Hz", octaves=True),
    width=knob(1.0, 0.0, 2.0),
    output_db=knob(0.0, -24.0, 12.0, "dB"),
    mix=knob(0.5, 0.0, 1.0),
    varying=("rate_hz", "delay_ms", "depth_ms", "feedback", "width", "output_db", "mix"),
)
def chorus(
    audio: Signal,
    *,
    mode: str,
    rate_hz: Any,
    delay_ms: Any,
    depth_ms: Any,
    feedback: Any,
    spread_degrees: float,
    high_pass_hz: float,
    width: Any,
    output_db: Any,
    mix: Any,
    context: Context,
) -> Any:
    """Copies whose delays move, so that they are out of tune: two (chorus), three (ensemble), or one (vibrato).

    A vibrato has no dry sound; `high_pass_hz` keeps the bass out of the copies.
    """
    at = cycles(rate_hz, "free", context)
    dry = doubles(audio)
    heard = dry
    if high_pass_hz > 20.5:
        heard = np.empty_like(dry)
        section(dry, equaliser("high pass", high_pass_hz, 0.0, 0.7071, context.sample_rate), heard)
    n, per_ms = dry.shape[1], context.sample_rate / 1000.0
    turn = 2.0 * np.pi * at
    starts = 2.0 * np.pi * np.array(_VOICES[mode])
    wet = np.empty_like(dry)
    voices(
        heard,
        np.stack([np.sin(turn), np.cos(turn)]),
        curve(delay_ms, n) * per_ms,
        curve(depth_ms, n) * per_ms,
        np.stack([starts, starts + np.radians(spread_degrees)]),
        curve(feedback, n),
        np.empty(n),
        wet,
    )
    wet /= np.sqrt(len(starts))
    mid, side = (wet[0] + wet[1]) / 2.0, (wet[0] - wet[1]) / 2.0 * width
    wet = np.stack([mid + side, mid - side]) * gain(output_db)
    return blend(dry, wet, 1.0 if mode == "vibrato" else mix)


@module(
    rate_hz=_RATE,
    rhythm=_RHYTHM,
    delay_ms=knob(1.0, 0.1, 10.0, "ms", octaves=True),
    depth=knob(0.7, 0.0, 1.0),
    feedback=_FEEDBACK,
    spread_degrees=knob(0.0, 0.0, 180.0, "degrees"),
    mix=knob(0.5, 0.0, 1.0),
    varying=("rate_hz", "delay_ms", "depth", "feedback", "mix"),
)
def flanger(
    audio: Signal,
    *,
    rate_hz: Any,
    rhythm: str,
    delay_ms: Any,
    depth: Any,
    feedback: Any,
    spread_degrees: float,
    mix: Any,
    context: Context,
) -> Any:
    """A copy a millisecond late that comes and goes: a comb of notches that sweeps.

    The lag goes from `delay_ms` down by the part `depth` of it; notches are odd multiples of 1 / (2 lag).
    """
    at = cycles(rate_hz, rhythm, context)
    lags = delay_ms * (1.0 - depth * (0.5 - 0.5 * sides("triangle", at + 0.25, spread_degrees)))
    dry = doubles(audio)
    return blend(dry, _line(dry, lags, feedback, context), mix)


@module(
    notches=knob(2.0, 1.0, 12.0, whole=True),
    centre_hz=knob(800.0, 70.0, 18_000.0, "Hz", octaves=True),
    rate_hz=_RATE,
    rhythm=_RHYTHM,
    depth_octaves=knob(1.5, 0.0, 4.0, "octaves"),
    feedback=_FEEDBACK,
    spread_degrees=knob(0.0, 0.0, 180.0, "degrees"),
    mix=knob(0.5, 0.0, 1.0),
    varying=("centre_hz", "rate_hz", "depth_octaves", "feedback", "mix"),
)
def phaser(
    audio: Signal,
    *,
    notches: float,
    centre_hz: Any,
    rate_hz: Any,
    rhythm: str,
    depth_octaves: Any,
    feedback: Any,
    spread_degrees: float,
    mix: Any,
    context: Context,
) -> Any:
    """Notches that sweep without being multiples: all-passes beside the dry sound, two for each notch."""
    at = cycles(rate_hz, rhythm, context)
    swept = centre_hz * np.exp2(depth_octaves * sides("sine", at, spread_degrees))
    tuned = doubles(np.broadcast_to(warp(swept, context.sample_rate), audio.shape))
    dry = doubles(audio)
    wet = np.empty_like(dry)
    stages = 2 * round(notches)
    all_passes(dry, tuned, curve(feedback, dry.shape[1]), stages, wet)
    return blend(dry, wet, mix)


@module(
    rate_hz=knob(5.0, 0.01, 40.0, "Hz", octaves=True),
    rhythm=_RHYTHM,
    depth_db=knob(12.0, 0.0, 60.0, "dB"),
    shape=choice(*WAVES),
    spread_degrees=knob(0.0, 0.0, 180.0, "degrees"),
    varying=("rate_hz", "depth_db"),
)
def tremolo(
    audio: Signal,
    *,
    rate_hz: Any,
    rhythm: str,
    depth_db: Any,
    shape: str,
    spread_degrees: float,
    context: Context,
) -> Any:
    """Makes a sound softer and louder again, by `depth_db` at most; sides in turn with a spread of 180 degrees."""
    at = cycles(rate_hz, rhythm, context)
    softest = 1.0 - gain(-depth_db)
    levels = 1.0 - softest * (0.5 - 0.5 * sides(shape, at, spread_degrees))
    return np.asarray(audio * levels, np.float32)


@module(
    mode=choice("phaser", "flanger", "doubler"),
    notches=knob(2.0, 1.0, 12.0, whole=True),
    centre_hz=knob(1000.0, 70.0, 18_000.0, "Hz", octaves=True),
    flanger_ms=knob(2.5, 0.1, 10.0, "ms", octaves=True),
    doubler_ms=knob(30.0, 10.0, 100.0, "ms", octaves=True),
    amount=knob(0.5, 0.0, 1.0),
    rate_hz=_RATE,
    rhythm=_RHYTHM,
    spread_degrees=knob(0.0, 0.0, 180.0, "degrees"),
    feedback=_FEEDBACK,
    mix=knob(0.5, 0.0, 1.0),
    varying=("centre_hz", "amount", "rate_hz", "feedback", "mix"),
)
def phaser_flanger(
    audio: Signal,
    *,
    mode: str,
    notches: float,
    centre_hz: Any,
    flanger_ms: float,
    doubler_ms: float,
    amount: Any,
    rate_hz: Any,
    rhythm: str,
    spread_degrees: float,
    feedback: Any,
    mix: Any,
    context: Context,
) -> Any:
    """A phaser, a flanger, or a copy some ten milliseconds late: one module, so that its kind can be chosen.

    The whole `amount` moves a phaser by two octaves, a flanger through all its lag, a doubler through a tenth of it.
    """
    moves: dict[str, Any] = {"rate_hz": rate_hz, "rhythm": rhythm, "spread_degrees": spread_degrees}
    rest: dict[str, Any] = {**moves, "feedback": feedback, "mix": mix, "context": context}
    if mode == "phaser":
        return phaser(audio, notches=notches, centre_hz=centre_hz, depth_octaves=2.0 * amount, **rest)
    lag, part = (flanger_ms, 1.0) if mode == "flanger" else (doubler_ms, 0.1)
    return flanger(audio, delay_ms=lag, depth=part * amount, **rest)


def _line(audio: Floats, lags_ms: Floats, feedback: Any, context: Context) -> Floats:
    """A delay line for each side; lags (1 or 2, n) in ms, of at least two samples."""
    n = audio.shape[1]
    lags = np.broadcast_to(lags_ms * (context.sample_rate / 1000.0), (2, n))
    out = np.empty_like(audio)
    whole = np.ascontiguousarray(np.maximum(lags, 2.0))
    moving_line(audio, whole, curve(feedback, n), np.empty_like(audio), out)
    return out
