"""Spectra at equal places of each beat: what bars of one tempo have in common."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, F64, Audio, hann
from patchpilot.tracks.detectors._kicks import kicks
from patchpilot.tracks.grid import Grid

_SILENT_DB = -40.0
"""A bar that is so much softer than the loudest tells nothing."""


def full_bars_s(grid: Grid) -> F64:
    """Beginnings of the bars that lie within the track from a 16th before to their end, s, (n,)."""
    bars = grid.bars_s
    return bars[(bars >= grid.beat_s / 4.0) & (bars + 1.1 * grid.bar_s <= grid.duration_s)]


def framed(y: F32, sample_rate: int, times_s: F64, size: int) -> F32:
    """Frames centred on times within the sound, with zeros beyond its ends, float32 (times, size)."""
    starts = np.clip(np.round(times_s * sample_rate).astype(np.int64), 0, len(y)) - size // 2
    if len(starts) and starts.min() >= 0 and starts.max() + size <= len(y):
        return np.lib.stride_tricks.sliding_window_view(y, size)[starts]
    return np.lib.stride_tricks.sliding_window_view(np.pad(y, (size // 2, size)), size)[starts + size // 2]


def spectra(y: F32, sample_rate: int, times_s: F64, size: int) -> npt.NDArray[np.complex64]:
    """Spectra of frames centred on times, complex64 (times, 1 + size // 2)."""
    from scipy.fft import rfft

    return np.asarray(rfft(framed(y, sample_rate, times_s, size) * hann(size), axis=1), np.complex64)


def magnitudes(y: F32, sample_rate: int, times_s: F64, size: int) -> F32:
    """Their magnitudes, float32 (times, 1 + size // 2)."""
    return np.abs(spectra(y, sample_rate, times_s, size))


def loud_bars_s(audio: Audio, grid: Grid) -> F64:
    """Full bars in which something sounds, s, (n,)."""
    bars = full_bars_s(grid)
    edges = np.round(np.stack([bars, bars + grid.bar_s], axis=1) * audio.sample_rate).astype(np.int64)
    pieces = [audio.samples[:, start:end] for start, end in edges]
    level = np.array([np.einsum("ij,ij->", piece, piece, optimize=True) for piece in pieces], np.float64)
    return np.asarray(bars[level > level.max(initial=0.0) * 10.0 ** (_SILENT_DB / 10.0)])


def kick_bars_s(audio: Audio, grid: Grid) -> F64:
    """Those of `loud_bars_s` with a kick on most beats; all of them where there are hardly any kicks, s, (n,)."""
    bars = loud_bars_s(audio, grid)
    if not len(bars):
        return bars
    with_kick = bars[kicks(audio, bars, grid)[:, ::2].mean(axis=1) > 0.5]
    return with_kick if len(with_kick) >= 4 else bars


def spread(bars_s: F64, most: int) -> F64:
    """At most so many of them, evenly spread, s."""
    if len(bars_s) <= most:
        return bars_s
    return bars_s[np.linspace(0, len(bars_s) - 1, most).round().astype(np.int64)]
