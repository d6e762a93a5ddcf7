"""Levels of third-octave bands, as the device and `--like` compute them."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from patchpilot.audio import Audio, hann

N_BANDS = 31
CENTRES_HZ = tuple(1000.0 * 2.0 ** ((k - 17) / 3.0) for k in range(N_BANDS))
"""20 Hz to 20 kHz, a third of an octave apart, 1 kHz among them."""
WINDOW = 2048
"""Samples of a spectrum."""
FLOOR_DB = -120.0
Bands = npt.NDArray[np.float64]


def levels(power: npt.NDArray[np.float64], sample_rate: int) -> Bands:
    """Levels of the bands in dB, float64 (..., 31), at least `FLOOR_DB`.

    Args:
        power: of the bins from 0 to half the rate, (..., n); a sine of full scale sums to 1.
        sample_rate: Hz.
    """
    summed = power @ _shares(power.shape[-1], sample_rate).T
    return np.asarray(10.0 * np.log10(np.maximum(summed, 10.0 ** (FLOOR_DB / 10.0))))


def powers(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Power of the bins of `WINDOW` samples, Hann-windowed, float64 (..., WINDOW / 2 + 1)."""
    window = np.asarray(hann(WINDOW), np.float64)
    spectrum = np.fft.rfft(samples * window, axis=-1)
    return np.asarray(2.0 * np.abs(spectrum) ** 2 / (WINDOW * float(np.sum(window**2))) * 2.0)


def bands_of(audio: Audio) -> Bands:
    """Mean levels of a sound, float64 (31,), both sides mixed; what is silent does not count.

    A sound shorter than a window is padded.
    """
    mono = np.asarray(audio.samples, np.float64).mean(axis=0)
    mono = np.pad(mono, (0, max(0, WINDOW - len(mono))))
    frames = np.lib.stride_tricks.sliding_window_view(mono, WINDOW)[:: WINDOW // 2]
    power = powers(frames)
    loud = power.sum(axis=1) > 1e-6 * power.sum(axis=1).max(initial=0.0)
    return levels(power[loud].mean(axis=0) if loud.any() else power.mean(axis=0), audio.sample_rate)


@cache
def _shares(n_bins: int, sample_rate: int) -> npt.NDArray[np.float64]:
    """How much of each bin is in each band: bins are wider than the lowest bands."""
    width = sample_rate / 2.0 / (n_bins - 1)
    low, high = (np.arange(n_bins) + shift for shift in (-0.5, 0.5))
    edges = np.array([[c * 2.0 ** (-1 / 6), c * 2.0 ** (1 / 6)] for c in CENTRES_HZ]) / width
    inside = np.minimum(high, edges[:, 1:]) - np.maximum(low, edges[:, :1])
    return np.asarray(np.clip(inside, 0.0, 1.0))
