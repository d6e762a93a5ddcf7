"""Distortion: shapes that bend a wave, at four times the sample rate; and what takes bits and samples away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._filters import equaliser, section
from patchpilot.modules.collection._oversampling import Singles, oversampled
from patchpilot.modules.collection._signals import blend, curve, cycles, doubles, gain
from patchpilot.modules.function import module

_ONE = np.float32(1.0)


def _rounded(x: Singles) -> Singles:
    square = x * x
    return np.asarray(x / np.sqrt(np.sqrt(_ONE + square * square)), np.float32)


def _tube(x: Singles) -> Singles:
    """The upper half is bent earlier than the lower."""
    return np.asarray(
        np.where(x > 0.0, np.tanh(x), np.tanh(np.float32(0.6) * x) / np.float32(0.6)), np.float32
    )


def _diode(x: Singles) -> Singles:
    """The upper half goes through, the lower is cut short."""
    return np.asarray(
        np.where(x > 0.0, np.tanh(x), np.float32(0.2) * np.tanh(np.float32(5.0) * x)), np.float32
    )


def _folded(x: Singles) -> Singles:
    quarter = x / np.float32(4.0) + np.float32(0.25)
    return np.asarray(np.float32(4.0) * np.abs(quarter - np.round(quarter)) - _ONE, np.float32)


CURVES: Mapping[str, Callable[[Singles], Singles]] = {
    "analog clip": _rounded,
    "soft sine": lambda x: np.asarray(np.sin(np.float32(np.pi / 2.0) * np.clip(x, -1.0, 1.0)), np.float32),
    "medium curve": lambda x: np.asarray(np.tanh(x), np.float32),
    "hard curve": lambda x: np.asarray(np.tanh(x + x * x * x), np.float32),
    "sinoid fold": lambda x: np.asarray(np.sin(np.float32(np.pi / 2.0) * x), np.float32),
    "digital clip": lambda x: np.clip(x, -_ONE, _ONE),
}
"""What the saturator makes of a sample, driven already."""
KINDS: Mapping[str, Callable[[Singles], Singles]] = {
    "tube": _tube,
    "diode": _diode,
    "fuzz": lambda x: np.asarray(np.sign(x) * (_ONE - np.exp(-np.float32(4.0) * np.abs(x))), np.float32),
    "rectify": lambda x: np.abs(np.tanh(x)),
}
"""What the distortion makes of a sample."""


@module(
    curve=choice(*CURVES),
    drive_db=knob(6.0, -36.0, 36.0, "dB"),
    low_db=knob(0.0, -24.0, 24.0, "dB"),
    high_db=knob(0.0, -24.0, 24.0, "dB"),
    high_hz=knob(2000.0, 200.0, 12_000.0, "Hz", octaves=True),
    output_db=knob(0.0, -36.0, 12.0, "dB"),
    mix=knob(1.0, 0.0, 1.0),
    varying=("drive_db", "output_db", "mix"),
)
def saturator(
    audio: Signal,
    *,
    curve: str,
    drive_db: Any,
    low_db: float,
    high_db: float,
    high_hz: float,
    output_db: Any,
    mix: Any,
    context: Context,
) -> Any:
    """Bends a wave by one of six curves, after its bass (below 150 Hz) and treble were made louder or softer."""
    heard = audio
    for kind, at, level in (("low shelf", 150.0, low_db), ("high shelf", high_hz, high_db)):
        if level != 0.0:
            made = doubles(heard)
            section(made, equaliser(kind, at, level, 0.7071, context.sample_rate), made)
            heard = made.astype(np.float32)
    wet = oversampled(np.asarray(heard * gain(drive_db), np.float32), CURVES[curve])
    return blend(audio, wet * gain(output_db), mix)


@module(
    kind=choice(*KINDS),
    drive_db=knob(18.0, 0.0, 48.0, "dB"),
    bias=knob(0.0, -1.0, 1.0),
    tone_hz=knob(8000.0, 300.0, 20_000.0, "Hz", octaves=True),
    output_db=knob(-6.0, -36.0, 12.0, "dB"),
    mix=knob(1.0, 0.0, 1.0),
    varying=("drive_db", "bias", "output_db", "mix"),
)
def distortion(
    audio: Signal,
    *,
    kind: str,
    drive_db: Any,
    bias: Any,
    tone_hz: float,
    output_db: Any,
    mix: Any,
    context: Context,
) -> Any:
    """Drives a sound into an amplifier that is not symmetric: even harmonics too; then a low-pass, and no DC."""
    driven = np.asarray(audio * gain(drive_db) + bias, np.float32)
    wet = doubles(oversampled(driven, KINDS[kind]))
    section(wet, equaliser("high pass", 8.0, 0.0, 0.7071, context.sample_rate), wet)
    if tone_hz < 19_900.0:
        section(wet, equaliser("low pass", tone_hz, 0.0, 0.7071, context.sample_rate), wet)
    return blend(audio, wet * gain(output_db), mix)


@module(
    fold_db=knob(6.0, 0.0, 30.0, "dB"),
    offset=knob(0.0, -1.0, 1.0),
    output_db=knob(-3.0, -36.0, 12.0, "dB"),
    mix=knob(1.0, 0.0, 1.0),
    varying=("fold_db", "offset", "output_db", "mix"),
)
def wavefolder(
    audio: Signal, *, fold_db: Any, offset: Any, output_db: Any, mix: Any, context: Context
) -> Any:
    """Folds back what is beyond full scale, as often as it takes: more drive, more and higher harmonics."""
    wet = doubles(oversampled(np.asarray(audio * gain(fold_db) + offset, np.float32), _folded))
    section(wet, equaliser("high pass", 8.0, 0.0, 0.7071, context.sample_rate), wet)
    return blend(audio, wet * gain(output_db), mix)


@module(
    bits=knob(8.0, 1.0, 16.0, "bits"),
    rate_hz=knob(12_000.0, 200.0, 48_000.0, "Hz", octaves=True),
    mix=knob(1.0, 0.0, 1.0),
    varying=("bits", "rate_hz", "mix"),
)
def bitcrush(audio: Signal, *, bits: Any, rate_hz: Any, mix: Any, context: Context) -> Any:
    """Keeps a sample for a while, and rounds it to steps of 2 / 2^bits: aliases and noise are what is wanted."""
    n = audio.shape[1]
    at = np.floor(cycles(np.minimum(rate_hz, context.sample_rate), "free", context) + 1e-6)
    taken = np.flatnonzero(np.diff(at, prepend=-1.0) > 0.0)
    kept = taken[np.searchsorted(taken, np.arange(n), side="right") - 1]
    step = 2.0 / np.exp2(curve(bits, n))
    return blend(audio, np.round(audio[:, kept] / step) * step, mix)
