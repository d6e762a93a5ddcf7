"""Equalisers: one bell, three bands, eight bands."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Port, Signal, choice, knob
from patchpilot.modules.collection._filters import equaliser, section
from patchpilot.modules.collection._signals import Floats, doubles, gain
from patchpilot.modules.function import FunctionModule, module
from patchpilot.space.parameter import Parameter

BANDS = 8
_FLAT = 0.70710678
_STEEP = (0.50979558, 0.60134489, 0.89997622, 2.5629154)
"""Q of the four sections of an eighth-order Butterworth filter."""
_KINDS = (
    "off",
    "high pass 48 dB",
    "high pass 12 dB",
    "low shelf",
    "bell",
    "notch",
    "high shelf",
    "low pass 12 dB",
    "low pass 48 dB",
)
_FREQUENCIES = (40.0, 100.0, 250.0, 600.0, 1500.0, 3500.0, 8000.0, 14_000.0)


@module(
    frequency_hz=knob(1000.0, 20.0, 20_000.0, "Hz", octaves=True),
    gain_db=knob(0.0, -24.0, 24.0, "dB"),
    q=knob(1.0, 0.1, 18.0, octaves=True),
    varying=("frequency_hz", "gain_db", "q"),
)
def bell(audio: Signal, *, frequency_hz: Any, gain_db: Any, q: Any, context: Context) -> Any:
    """Makes what is near a frequency louder or softer, at the frequency itself by `gain_db`."""
    return _through(doubles(audio), equaliser("bell", frequency_hz, gain_db, q, context.sample_rate))


@module(
    low_db=knob(0.0, -24.0, 24.0, "dB"),
    low_hz=knob(200.0, 30.0, 1000.0, "Hz", octaves=True),
    mid_db=knob(0.0, -24.0, 24.0, "dB"),
    mid_hz=knob(1000.0, 100.0, 10_000.0, "Hz", octaves=True),
    mid_q=knob(0.8, 0.2, 8.0, octaves=True),
    high_db=knob(0.0, -24.0, 24.0, "dB"),
    high_hz=knob(5000.0, 1000.0, 16_000.0, "Hz", octaves=True),
    varying=("low_db", "low_hz", "mid_db", "mid_hz", "mid_q", "high_db", "high_hz"),
)
def eq3(
    audio: Signal,
    *,
    low_db: Any,
    low_hz: Any,
    mid_db: Any,
    mid_hz: Any,
    mid_q: Any,
    high_db: Any,
    high_hz: Any,
    context: Context,
) -> Any:
    """Bass, middle and treble: two shelves and a bell."""
    rate, made = context.sample_rate, doubles(audio)
    for kind, hz, level, q in (
        ("low shelf", low_hz, low_db, _FLAT),
        ("bell", mid_hz, mid_db, mid_q),
        ("high shelf", high_hz, high_db, _FLAT),
    ):
        if np.any(level):
            made = _through(made, equaliser(kind, hz, level, q, rate))
    return made.astype(np.float32)


def _eight(function: Callable[..., Any]) -> FunctionModule:
    """A module with four parameters for each band, and an output level."""
    parameters: list[Parameter] = []

    def add(name: str, parameter: Parameter) -> None:
        parameters.append(replace(parameter, name=name, group=function.__name__))

    for band, frequency in enumerate(_FREQUENCIES, 1):
        usual = {1: "low shelf", BANDS: "high shelf"}.get(band, "bell")
        add(f"band_{band}_kind", choice(*_KINDS, default=usual))
        add(f"band_{band}_hz", knob(frequency, 10.0, 22_000.0, "Hz", octaves=True))
        add(f"band_{band}_db", knob(0.0, -15.0, 15.0, "dB"))
        add(f"band_{band}_q", knob(0.71, 0.1, 18.0, octaves=True))
    add("output_db", knob(0.0, -12.0, 12.0, "dB"))
    return FunctionModule(
        name=function.__name__,
        summary=str(inspect.getdoc(function)).splitlines()[0],
        inputs=(Port("audio"),),
        outputs=(Port("out"),),
        parameters=tuple(parameters),
        varying=frozenset(p.name for p in parameters if not p.is_categorical),
        function=function,
        wants_context=True,
    )


@_eight
def eq8(audio: Signal, *, output_db: Any, context: Context, **bands: Any) -> Any:
    """Eight bands, each a bell, a shelf, a notch or a pass filter of 12 or 48 dB an octave.

    The q of a pass filter is its height at the corner: 0.71 has no peak.
    """
    made = doubles(audio)
    for band in range(1, BANDS + 1):
        kind, hz, level, q = (bands[f"band_{band}_{what}"] for what in ("kind", "hz", "db", "q"))
        does_nothing = kind in ("bell", "low shelf", "high shelf") and not np.any(level)
        if kind == "off" or does_nothing:
            continue
        if not kind.endswith(" dB"):
            made = _through(made, equaliser(kind, hz, level, q, context.sample_rate))
            continue
        plain, _, slope = kind.removesuffix(" dB").rpartition(" ")
        for height in (_FLAT,) if slope == "12" else _STEEP:
            last = slope == "12" or height == _STEEP[-1]
            own = np.asarray(q) * (height / _FLAT) if last else height
            made = _through(made, equaliser(plain, hz, 0.0, own, context.sample_rate))
    return np.asarray(made * gain(output_db), np.float32)


def _through(audio: Floats, coefficients: Floats) -> Floats:
    out = np.empty_like(audio)
    section(audio, coefficients, out)
    return out
