"""A wavetable oscillator: frames that morph into one another, each without aliases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection import _tables
from patchpilot.modules.collection._signals import Floats, curve
from patchpilot.modules.collection._sources import CENTS, LEVEL, RELEASE_MS, SEMITONES, loudness, steps
from patchpilot.modules.function import module

N_FRAMES = 8
"""Of every wavetable."""
Harmonics = npt.NDArray[np.float64]


def _basic(frame: float, k: Harmonics) -> Harmonics:
    """Sine to saw: harmonics come in one after another."""
    return np.asarray(np.exp(-(k - 1.0) * 12.0 * (0.28 ** (7.0 * frame) - 0.28**7.0)) / k)


def _hollow(frame: float, k: Harmonics) -> Harmonics:
    """Square to saw: even harmonics come in."""
    return np.where(k % 2 == 1, 1.0, frame) / k


def _narrow(frame: float, k: Harmonics) -> Harmonics:
    """A pulse that becomes narrower: notches move through the harmonics."""
    width = 0.5 - 0.46 * frame
    return np.asarray(np.sin(np.pi * k * width) / k)


def _sync(frame: float, k: Harmonics) -> Harmonics:
    """A peak that climbs from the 2nd to the 24th harmonic, as of an oscillator that is reset."""
    centre = 2.0 * 12.0**frame
    peak = np.exp(-(((k - centre) / (0.25 * centre)) ** 2))
    return np.asarray(1.0 / k**1.5 + 0.5 * peak / np.sqrt(centre))


def _vocal(frame: float, k: Harmonics) -> Harmonics:
    """Three humps that move as from "oo" to "ah" to "ee" would."""
    first = np.interp(frame, [0.0, 0.5, 1.0], [2.0, 6.0, 2.0])
    second = np.interp(frame, [0.0, 0.5, 1.0], [5.0, 10.0, 20.0])
    humps = [(first, 1.0), (second, 0.5), (25.0, 0.2)]
    return sum((a * np.exp(-(((k - at) / (0.6 + 0.12 * at)) ** 2)) for at, a in humps), 0.3 / k**2)


def _organ(frame: float, k: Harmonics) -> Harmonics:
    """Octaves and fifths, drawn one after another as on an organ."""
    bars = np.array([1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0])
    drawn = np.clip(frame * len(bars) + 1.0 - np.arange(len(bars)), 0.0, 1.0)
    return np.asarray(((k[:, None] == bars) * drawn).sum(axis=1))


TABLES: Mapping[str, Callable[[float, Harmonics], Harmonics]] = {
    "basic": _basic,
    "hollow": _hollow,
    "narrow": _narrow,
    "sync": _sync,
    "vocal": _vocal,
    "organ": _organ,
}
"""Amplitudes of the harmonics (of sines) for a place 0..1 in the table."""


@module(
    varying=("position", "semitones", "cents", "level"),
    table=choice(*TABLES),
    position=knob(0.5, 0.0, 1.0),
    semitones=SEMITONES,
    cents=CENTS,
    level=LEVEL,
    release_ms=RELEASE_MS,
)
def wavetable(
    pitch: Signal,
    gate: Signal,
    *,
    table: str,
    position: Any,
    semitones: Any,
    cents: Any,
    level: Any,
    release_ms: float,
    context: Context,
) -> Floats:
    """A wavetable: a wave that morphs as its position moves."""
    step = steps(pitch, semitones, cents, context)
    places = curve(position, context.n_samples) * (N_FRAMES - 1)
    first = int(np.floor(places.min(initial=N_FRAMES - 2.0)))
    first = min(first, N_FRAMES - 2)
    last = max(int(np.ceil(places.max(initial=0.0))), first + 1)
    highest = float(step.max(initial=0.0))
    made = [_tables.tables(series(table, frame), highest) for frame in range(first, last + 1)]
    waves = np.ascontiguousarray(np.stack([found for found, _ in made], axis=1))
    out = np.empty(context.n_samples)
    _tables.read_frames(step, places - first, waves, made[0][1], out)
    return out * loudness(level, gate, release_ms, context)


def series(table: str, frame: int) -> _tables.Series:
    """The harmonics of a frame (0 to `N_FRAMES` - 1), all as loud as a sine of 1 would be.

    Args:
        table: one of `TABLES`.
        frame: its number.
    """
    k = np.arange(1.0, _tables.MOST + 1.0)
    found = TABLES[table](frame / (N_FRAMES - 1), k)
    found = found / np.sqrt(np.sum(found**2))
    return lambda harmonics: -1.0j * found[harmonics.astype(int) - 1]
