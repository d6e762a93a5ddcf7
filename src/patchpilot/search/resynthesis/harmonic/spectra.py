"""Short-time spectra whose windows are centred on instants of one's own choosing.

`patchpilot.audio` has spectra on an even grid, as metrics want them. Resynthesis needs them at other instants,
zero-padded, and scaled so that a partial's amplitude can be read from its peak.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.fft import rfft

from patchpilot.audio import F32, F64, hann

I64 = npt.NDArray[np.int64]

_ROWS = 16
"""Spectra made at once: few enough to stay in a processor's cache."""


def fft_size(size: int, *, padding: float) -> int:
    """The power of two that is at least `padding` times `size`."""
    return 1 << int(np.ceil(np.log2(padding * size)))


def magnitudes_at(y: F32, centres: I64, size: int, n_fft: int, *, n_bins: int | None = None) -> F32:
    """Magnitudes of Hann-windowed spectra around given samples, with silence beyond the ends of the sound.

    Args:
        y: (n,).
        centres: (t,) samples, 0..n.
        size: even, samples in a window.
        n_fft: >= `size`.
        n_bins: how many bins to keep, from 0 Hz; all by default.

    Returns:
        (t, n_bins): a sine of amplitude 1 peaks at 1.
    """
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(y, (size // 2, size)), size)
    scaled = hann(size) * np.float32(4.0 / size)
    magnitudes = np.empty((len(centres), min(n_bins or n_fft, n_fft // 2 + 1)), np.float32)
    for start in range(0, len(centres), _ROWS):
        rows = slice(start, start + _ROWS)
        spectra = rfft(windows[np.clip(centres[rows], 0, len(y))] * scaled, n_fft, axis=1)
        np.abs(spectra[:, : magnitudes.shape[1]], out=magnitudes[rows])
    return magnitudes


def read_columns(magnitudes: F32, bins: F64) -> F32:
    """Magnitudes (t, m) at fractional `bins` (k,), the same in every row: (t, k); zero beyond the last bin."""
    top = magnitudes.shape[1] - 2
    low = np.clip(bins, 0, top).astype(np.int64)
    part = np.clip(bins - low, 0.0, 1.0).astype(np.float32)
    there = (bins <= top + 1).astype(np.float32)
    left, right = np.take(magnitudes, low, axis=1), np.take(magnitudes, low + 1, axis=1)
    left *= (1.0 - part) * there
    right *= part * there
    left += right
    return left


def read_rows(magnitudes: F32, bins: F64) -> F32:
    """Magnitudes (t, m) at fractional `bins` (t, k), each row at its own: (t, k); zero beyond the last bin."""
    top = magnitudes.shape[1] - 2
    low = np.clip(bins, 0, top).astype(np.int64)
    part = np.clip(bins - low, 0.0, 1.0).astype(np.float32)
    left = np.take_along_axis(magnitudes, low, axis=1)
    right = np.take_along_axis(magnitudes, low + 1, axis=1)
    return np.where(bins <= top + 1, left + (right - left) * part, np.float32(0.0))
