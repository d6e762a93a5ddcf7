"""Waves as tables without aliases: for every quarter of an octave one that holds the harmonics below half the rate.

A table is read between its samples on a line; with four samples or more for the highest harmonic, what that adds lies
below -80 dB.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from patchpilot.modules.collection._compiled import compiled
from patchpilot.modules.collection._signals import Floats

SIZE = 4096
"""Samples of one cycle."""
MOST = SIZE // 4
"""Harmonics of the lowest tables: up to 20 kHz at 20 Hz."""
_PER_OCTAVE = 4
_LOWEST = 2.0**-12
"""Cycles a sample up to which the first table is good."""
Tables = npt.NDArray[np.float32]
Series = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.complex128]]
"""Numbers of harmonics (from 1) to what they are: 1 is a cosine, -1j a sine."""


def saw(k: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
    """From -1 up to 1."""
    return np.asarray(2.0j / (np.pi * k), np.complex128)


def triangle(k: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
    """From 0 up to 1, down to -1 and back."""
    sign = np.where(k % 4 == 1, 1.0, -1.0)
    return np.where(k % 2 == 1, -1.0j * sign * 8.0 / (np.pi * k) ** 2, 0.0)


def tables(series: Series, highest: float) -> tuple[Tables, Floats]:
    """Tables of a wave for all pitches up to one.

    Args:
        series: of its harmonics.
        highest: cycles a sample that occur.

    Returns:
        float32 (levels, SIZE + 1), the last sample being the first; and the cycles a sample up to which each is good.
    """
    n_levels = max(1, 1 + int(np.ceil(_PER_OCTAVE * np.log2(max(highest, _LOWEST) / _LOWEST))))
    tops = _LOWEST * 2.0 ** (np.arange(n_levels) / _PER_OCTAVE)
    k = np.arange(1, MOST + 1, dtype=np.float64)
    spectra = np.zeros((n_levels, SIZE // 2 + 1), np.complex128)
    spectra[:, 1 : MOST + 1] = np.where(k * tops[:, None] < 0.5, series(k), 0.0) * (SIZE / 2)
    cycles = np.fft.irfft(spectra, axis=1)
    return np.concatenate([cycles, cycles[:, :1]], axis=1).astype(np.float32), tops


@compiled("i8(f8, i8, f8[::1])")
def _level(step: float, level: int, tops: Floats) -> int:
    """The table for a speed, from the one at hand."""
    while level < len(tops) - 1 and step > tops[level]:
        level += 1
    while level > 0 and step <= tops[level - 1]:
        level -= 1
    return level


@compiled("f8(f4[::1], f8)")
def _at(wave: Tables, phase: float) -> float:
    """A table at a place of the cycle, on a line between its samples."""
    at = phase * SIZE
    k = int(at)
    a = wave[k]
    level: float = a + (at - k) * (wave[k + 1] - a)
    return level


@compiled("void(f8[::1], f8, f4[:, ::1], f8[::1], f8[::1])")
def read(steps: Floats, start: float, waves: Tables, tops: Floats, out: Floats) -> None:
    """A wave.

    Args:
        steps: cycles that pass in each sample, (n,).
        start: where in the cycle it begins, 0..1.
        waves: of `tables`.
        tops: likewise.
        out: (n,).
    """
    phase, level = start, 0
    for i in range(len(steps)):
        level = _level(steps[i], level, tops)
        out[i] = _at(waves[level], phase)
        phase += steps[i]
        phase -= int(phase)


@compiled("void(f8[::1], f8, f8[::1], f4[:, ::1], f8[::1], f8[::1])")
def read_pulse(steps: Floats, start: float, width: Floats, waves: Tables, tops: Floats, out: Floats) -> None:
    """A pulse, which is one saw less another: 1 for `width` of the cycle if that is a half; its mean is 0.

    Args:
        steps: cycles that pass in each sample, (n,).
        start: where in the cycle it begins, 0..1.
        width: 0..1, (n,).
        waves: of a saw.
        tops: likewise.
        out: (n,).
    """
    phase, level = start, 0
    for i in range(len(steps)):
        level = _level(steps[i], level, tops)
        late = phase - width[i]
        if late < 0.0:
            late += 1.0
        out[i] = _at(waves[level], late) - _at(waves[level], phase)
        phase += steps[i]
        phase -= int(phase)


@compiled("void(f8[::1], f8[::1], f4[:, :, ::1], f8[::1], f8[::1])")
def read_frames(steps: Floats, places: Floats, waves: Tables, tops: Floats, out: Floats) -> None:
    """A wave between frames.

    Args:
        steps: cycles that pass in each sample, (n,).
        places: 0 is the first frame, 1 the second, (n,).
        waves: (levels, frames, SIZE + 1).
        tops: as `tables` gives them.
        out: (n,).
    """
    phase, level, final = 0.0, 0, waves.shape[1] - 2
    for i in range(len(steps)):
        level = _level(steps[i], level, tops)
        frame = min(int(places[i]), final)
        a, b = _at(waves[level, frame], phase), _at(waves[level, frame + 1], phase)
        out[i] = a + (places[i] - frame) * (b - a)
        phase += steps[i]
        phase -= int(phase)
