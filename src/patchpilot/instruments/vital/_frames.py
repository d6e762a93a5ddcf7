"""Frames of wavetables from the spectra of their periods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.instruments.vital.assets import FRAME_SIZE

Frames = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.complex128]
"""(…, 1023): complex amplitudes of the harmonics; real ones are sines."""
Real = npt.NDArray[np.floating[Any]]
N = np.arange(1.0, FRAME_SIZE // 2)
"""Numbers of the harmonics."""
_GRID = 2.0**20
"""Samples are rounded to 1/this, so that two systems' sines and FFTs, unequal in the last bit, agree."""


def frames(spectra: npt.NDArray[Any]) -> Frames:
    """Sum the harmonics (k, 1023), give all frames the same RMS and the table a peak of 1."""
    bins = np.zeros((len(spectra), FRAME_SIZE // 2 + 1), complex)
    bins[:, 1:-1] = -1j * spectra / np.linalg.norm(spectra, axis=1, keepdims=True)
    waves = np.fft.irfft(bins, FRAME_SIZE, axis=1)
    return np.asarray(np.round(waves / np.abs(waves).max() * _GRID) / _GRID, dtype=np.float32)


def sampled(shape: Callable[[Real, float], Real], indices: Real) -> Frames:
    """Frames of a shape of x in 0..2π whose harmonics fade out long before the last."""
    x = np.arange(FRAME_SIZE) * (2.0 * np.pi / FRAME_SIZE)
    waves = np.array([shape(x, index) for index in indices.tolist()])
    return frames(1j * np.fft.rfft(waves, axis=1)[:, 1:-1])


def jumps(times: npt.ArrayLike, heights: npt.ArrayLike) -> Spectrum:
    """Harmonics of a wave that jumps by `heights` at `times` (in periods), with straight lines between."""
    turns = np.exp(-2j * np.pi * np.outer(N, np.asarray(times)))
    return np.asarray(turns @ np.asarray(heights, dtype=np.float64) / N)


def dispersed(amplitudes: Real, n_harmonics: int = 64) -> Spectrum:
    """Give harmonics phases that spread their energy over the period (Schroeder, IEEE Trans. IT 16, 1970)."""
    return np.asarray(amplitudes * np.exp(-1j * np.pi * N * (N - 1) / n_harmonics))


def between(shapes: Real, steps: int) -> Real:
    """Insert steps − 1 mixtures between each two rows."""
    at = np.linspace(0.0, len(shapes) - 1.0, (len(shapes) - 1) * steps + 1)
    low = np.minimum(at.astype(int), len(shapes) - 2)
    part = (at - low)[:, None]
    return np.asarray((1.0 - part) * shapes[low] + part * shapes[low + 1])
