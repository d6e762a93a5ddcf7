"""Small things that most effects do: curves of what may move, wet and dry, low-frequency waves, lengths of notes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.modules.base import Context

Floats = npt.NDArray[np.float64]

WAVES = ("sine", "triangle", "square", "saw up", "saw down")
NOTE_LENGTHS = {
    "1/64": 0.0625,
    "1/32": 0.125,
    "1/16 triplet": 1.0 / 6.0,
    "1/16": 0.25,
    "1/8 triplet": 1.0 / 3.0,
    "1/16 dotted": 0.375,
    "1/8": 0.5,
    "1/4 triplet": 2.0 / 3.0,
    "1/8 dotted": 0.75,
    "1/4": 1.0,
    "1/4 dotted": 1.5,
    "1/2": 2.0,
    "1/1": 4.0,
    "2/1": 8.0,
    "4/1": 16.0,
}
"""Beats of note lengths, shortest first."""
RHYTHMS = ("free", *NOTE_LENGTHS)
"""Options of a rate: "free" takes the one in Hz, the others a length at the performance's tempo."""


def doubles(audio: Any) -> Floats:
    """A copy of a signal as the loops want it: float64, contiguous."""
    return np.array(audio, np.float64, order="C")


def curve(value: Any, n: int) -> Floats:
    """A number, or float32 (n,) of them, as float64 (n,)."""
    return np.array(
        np.broadcast_to(np.asarray(value, np.float64), (n,))
    )  # a copy: loops take no read-only array


def gain(level_db: Any) -> Any:
    """The factor of a level in dB: a float, or float64 (n,) of (n,)."""
    if np.ndim(level_db) == 0:
        return float(10.0 ** (float(level_db) / 20.0))
    return np.exp(np.asarray(level_db, np.float64) * (math.log(10.0) / 20.0))


def decibels(level: Any) -> Floats:
    """The level of a factor in dB, at least -200."""
    return 20.0 * np.log10(np.maximum(np.asarray(level, np.float64), 1e-10))


def blend(dry: Any, wet: Any, mix: Any) -> npt.NDArray[np.float32]:
    """(1 - mix) of the dry and mix of the wet: float32."""
    if np.ndim(mix) == 0 and float(mix) in (0.0, 1.0):
        return np.asarray(wet if mix else dry, np.float32)
    share = float(mix) if np.ndim(mix) == 0 else np.asarray(mix, np.float64)
    return np.asarray(dry + share * (wet - dry), np.float32)


def sides(shape: str, at: Floats, degrees: float) -> Floats:
    """A wave at some cycles for the left and, `degrees` later, for the right: (2, n); (1, n) where that is 0."""
    left = wave(shape, at)
    return np.stack([left, wave(shape, at + degrees / 360.0)]) if degrees else left[None]


def seconds(note_length: str, context: Context) -> float:
    """Of a length of a note at the tempo."""
    return NOTE_LENGTHS[note_length] * 60.0 / context.tempo_bpm


def cycles(rate_hz: Any, rhythm: str, context: Context) -> Floats:
    """How many cycles of a wave have passed at each sample, float64 (n,); it begins at 0."""
    if rhythm != "free":
        rate_hz = 1.0 / seconds(rhythm, context)
    if np.ndim(rate_hz) == 0:
        return context.times * float(rate_hz)
    steps = np.asarray(rate_hz, np.float64) / context.sample_rate
    return np.concatenate([[0.0], np.cumsum(steps)[:-1]])


def wave(shape: str, at: Floats) -> Floats:
    """A wave of `WAVES` from -1 to 1 at some cycles: sine and triangle begin at 0 and rise, a square begins at 1."""
    phase = at - np.floor(at)
    match shape:
        case "triangle":
            return 1.0 - 4.0 * np.abs((phase + 0.25) % 1.0 - 0.5)
        case "square":
            return np.where(phase < 0.5, 1.0, -1.0)
        case "saw up":
            return 2.0 * phase - 1.0
        case "saw down":
            return 1.0 - 2.0 * phase
        case _:
            return np.asarray(np.sin(2.0 * np.pi * phase))
