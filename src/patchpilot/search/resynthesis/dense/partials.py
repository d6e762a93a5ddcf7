"""What stands out of a sound's long-term spectrum (partials) and what remains (its noise floor)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter, uniform_filter1d

from patchpilot.audio import F32, F64

LONGEST_S = 3.0
PROMINENCE_DB = 16.0
RANGE_DB = 65.0
MOST = 160
PIECE_HZ = 40.0


@dataclass(frozen=True)
class Spectrum:
    """A long-term spectrum taken apart.

    Attributes:
        bin_hz: width of a bin of `floor`.
        floor: (bins,) power per bin without the partials, smoothed.
        partial_hz: (p,) frequencies, strongest first.
        partial_power: (p,) power of each, in the units of `floor`.
    """

    bin_hz: float
    floor: F64
    partial_hz: F64
    partial_power: F64


def take_apart(y: F32, sample_rate_hz: int) -> Spectrum:
    """Partials and noise floor of `y` (n,), over its first three seconds."""
    piece = y[: int(LONGEST_S * sample_rate_hz)].astype(np.float64)
    n = len(piece)
    window = np.hanning(n + 2)[1:-1]
    size = 1 << (n - 1).bit_length()
    power = np.abs(np.fft.rfft(piece * window, size)) ** 2
    bin_hz = sample_rate_hz / size
    lobe = max(1, round(2.0 * size / n))
    peaks = _peaks(power, bin_hz, lobe)
    floor, partial_power = power.copy(), np.zeros(len(peaks))
    for i, peak in enumerate(peaks):
        lo, hi = max(peak - lobe, 0), min(peak + lobe + 1, len(power))
        level = float(np.median(power[max(peak - 6 * lobe, 0) : peak + 6 * lobe + 1]))
        partial_power[i] = np.maximum(floor[lo:hi] - level, 0.0).sum()
        floor[lo:hi] = np.minimum(floor[lo:hi], level)
    smooth = _smoothed(floor, bin_hz)
    return Spectrum(bin_hz, smooth, np.array([_refined(power, p) for p in peaks]) * bin_hz, partial_power)


def _peaks(power: F64, bin_hz: float, lobe: int) -> npt.NDArray[np.int64]:
    """Bins of narrow peaks high above their surroundings, strongest first."""
    width = max(int(150.0 / bin_hz), 8 * lobe) | 1
    step = max(width // 16, 1)
    around = np.repeat(median_filter(power[::step], max(width // step, 5)), step)[: len(power)]
    local = np.zeros(len(power), bool)
    local[1:-1] = (power[1:-1] >= power[:-2]) & (power[1:-1] > power[2:])
    high = power > np.maximum(around * 10 ** (PROMINENCE_DB / 10), power.max() * 10 ** (-RANGE_DB / 10))
    found = np.flatnonzero(local & high & (np.arange(len(power)) * bin_hz > 25.0))
    kept: list[int] = []
    for peak in found[np.argsort(-power[found])]:
        apart = np.abs(peak - np.array(kept, dtype=np.int64))
        skirts = power[kept] * (2.0 * lobe / np.maximum(apart, 1)) ** 2
        if not kept or (apart.min() > lobe and power[peak] > skirts.max()):
            kept.append(int(peak))
        if len(kept) == MOST:
            break
    return np.array(kept, dtype=np.int64)


def _refined(power: F64, peak: int) -> float:
    """Position of a peak between bins, by a parabola through the logarithms."""
    a, b, c = np.log(power[peak - 1 : peak + 2] + 1e-30)
    return float(peak + 0.5 * (a - c) / (a - 2.0 * b + c - 1e-12))


def _smoothed(power: F64, bin_hz: float) -> F64:
    """Mean power (bins,) of the noise: medians of pieces of 40 Hz, so that partials' skirts do not count."""
    size = max(int(PIECE_HZ / bin_hz), 1)
    pieces = power[: len(power) // size * size].reshape(-1, size)
    levels = np.median(pieces, axis=1) / (np.log(2.0) if size > 2 else 1.0)
    levels = np.maximum(uniform_filter1d(levels, 3), 0.0)
    return np.asarray(np.interp(np.arange(len(power)), (np.arange(len(levels)) + 0.5) * size, levels))


def best_grid(spectrum: Spectrum, lowest_hz: float, highest_hz: float, band_hz: tuple[float, float]) -> float:
    """The spacing between the limits whose multiples lie closest to the partials inside `band_hz`.

    Errors count in cents, saturating at 12, weighted by the partials' loudness.
    """
    chosen = (spectrum.partial_hz >= band_hz[0]) & (spectrum.partial_hz < band_hz[1])
    hz, power = spectrum.partial_hz[chosen], spectrum.partial_power[chosen]
    middle = float(np.sqrt(lowest_hz * highest_hz))
    if not len(hz):
        return middle
    spacing = np.geomspace(lowest_hz, highest_hz, 3000)[:, None]
    nearest = np.maximum(np.round(hz / spacing), 1.0) * spacing
    cents = np.abs(1200.0 * np.log2(nearest / hz))
    cost = (np.minimum(cents / 12.0, 1.0) ** 2 * power**0.35).sum(1)
    return float(spacing[int(np.argmin(cost)), 0])


def noisy(spectrum: Spectrum, band_hz: tuple[float, float]) -> bool:
    """Whether partials carry less than a fifth of the power inside `band_hz`."""
    inside = (spectrum.partial_hz >= band_hz[0]) & (spectrum.partial_hz < band_hz[1])
    low, high = (int(hz / spectrum.bin_hz) for hz in band_hz)
    tonal, noise = float(spectrum.partial_power[inside].sum()), float(spectrum.floor[low:high].sum())
    return tonal < 0.25 * noise
