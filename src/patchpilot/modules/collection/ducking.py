"""Duckers: a sound makes room for another, or for the beat."""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._followers import held, pace
from patchpilot.modules.collection._signals import NOTE_LENGTHS, decibels, doubles, gain, seconds
from patchpilot.modules.function import module


@module(
    depth_db=knob(12.0, 0.0, 60.0, "dB"),
    threshold_db=knob(-30.0, -60.0, 0.0, "dB"),
    attack_ms=knob(2.0, 0.01, 100.0, "ms", octaves=True),
    hold_ms=knob(20.0, 0.0, 500.0, "ms"),
    release_ms=knob(120.0, 1.0, 2000.0, "ms", octaves=True),
    varying=("depth_db",),
)
def ducker(
    audio: Signal,
    sidechain: Signal,
    *,
    depth_db: Any,
    threshold_db: float,
    attack_ms: float,
    hold_ms: float,
    release_ms: float,
    context: Context,
) -> Any:
    """Makes a sound softer by `depth_db` while the sidechain is louder than a threshold, as a kick does to a bass.

    After `attack_ms` 63 % of the depth (in dB) is there; `hold_ms` after the sidechain's last loud sample it begins to
    come back, 63 % of the way in `release_ms`.
    """
    rate = context.sample_rate
    loud = (decibels(np.max(np.abs(sidechain), axis=0)) > threshold_db).astype(np.float64)
    part = np.empty_like(loud)
    held(loud, round(hold_ms * rate / 1000.0), pace(attack_ms, rate), pace(release_ms, rate), part)
    return np.asarray(doubles(audio) * gain(-depth_db * part), np.float32)


@module(
    depth_db=knob(18.0, 0.0, 60.0, "dB"),
    every=choice(*NOTE_LENGTHS, default="1/4"),
    offset=knob(0.0, 0.0, 1.0),
    length=knob(0.75, 0.05, 1.0),
    bend=knob(1.0, 0.25, 4.0, octaves=True),
    varying=("depth_db",),
)
def beat_ducker(
    audio: Signal, *, depth_db: Any, every: str, offset: float, length: float, bend: float, context: Context
) -> Any:
    """Makes a sound softer on each beat, without a sidechain: the pumping of dance music, exactly at the tempo.

    At a beat it is `depth_db` softer and after the part `length` of the way to the next one as before. Between, what
    is left of the depth is (1 - way) to the power of `bend`: 1 is a straight line in dB. `offset` is the part of
    `every` by which beats are late.
    """
    at = context.times / seconds(every, context) - offset
    way = np.minimum((at - np.floor(at + 1e-9)).clip(0.0) / length, 1.0)
    return np.asarray(doubles(audio) * gain(-depth_db * np.power(1.0 - way, bend)), np.float32)
