"""Sub-octave tables: an oscillator tuned so low that its harmonics are a fine grid over the whole spectrum.

Partials take the nearest line of the grid, noise takes all lines with random phases.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve

from patchpilot.audio import F32, F64, stft_magnitude
from patchpilot.search.resynthesis.dense.oscillator import FADE_S, HARMONICS, Layer
from patchpilot.search.resynthesis.dense.partials import Spectrum

WINDOW = 1024
PHASE_WINDOW_S = 0.03


def keyframe_times(length_s: float, most: int) -> F64:
    """Up to `most` ascending multiples of the engine's fade time that cover `length_s`, dense at the attack."""
    fades = max(int(np.ceil(length_s / FADE_S)), 3)
    if fades <= most:
        return np.arange(1, fades + 1, dtype=np.float64) * FADE_S
    low, high = 0.0, 12.0
    even = np.linspace(0.0, 1.0, most)
    for _ in range(50):
        bend = 0.5 * (low + high)
        step = (fades - 1) * np.expm1(bend / (most - 1)) / np.expm1(bend)
        low, high = (bend, high) if step > 1.0 else (low, bend)
    return np.unique(np.round(1.0 + (fades - 1) * np.expm1(bend * even) / np.expm1(bend))) * FADE_S


def short_term_power(y: F32, sample_rate_hz: int, times_s: F64) -> F64:
    """(k, WINDOW // 2 + 1) power density (per Hz, of a real signal) of `y` (n,) around `times_s` (k,)."""
    hop = WINDOW // 8
    power = stft_magnitude(y, n_fft=WINDOW, hop=hop).astype(np.float64) ** 2
    energy = 0.375 * WINDOW
    density = 2.0 * power / (energy * sample_rate_hz)
    at = np.clip(times_s * sample_rate_hz / hop, 0, len(density) - 1)
    lower = np.minimum(at.astype(int), len(density) - 2) if len(density) > 1 else np.zeros(len(at), int)
    blend = (at - lower)[:, None]
    return np.asarray(
        (1.0 - blend) * density[lower] + blend * density[np.minimum(lower + 1, len(density) - 1)]
    )


def _lobe(f0_hz: float, sample_rate_hz: int) -> F64:
    """How the short-term analysis spreads the power of one line over the grid's lines (odd length, sum 1)."""
    bin_hz = sample_rate_hz / WINDOW
    reach = int(np.ceil(6.0 * bin_hz / f0_hz))
    x = np.arange(-reach, reach + 1) * f0_hz / bin_hz
    power = (np.sinc(x) + 0.5 * np.sinc(x - 1.0) + 0.5 * np.sinc(x + 1.0)) ** 2
    return np.asarray(power / power.sum())


def fine_structure(spectrum: Spectrum, f0_hz: float) -> F64:
    """(HARMONICS + 1,) long-term power of each line of the grid: floor plus the partials nearest to it."""
    lines_hz = f0_hz * np.arange(HARMONICS + 1)
    bins = np.arange(len(spectrum.floor)) * spectrum.bin_hz
    power = np.interp(lines_hz, bins, spectrum.floor, right=0.0) * f0_hz / spectrum.bin_hz
    nearest = np.round(spectrum.partial_hz / f0_hz).astype(int)
    inside = (nearest > 0) & (nearest < HARMONICS)
    np.add.at(power, nearest[inside], spectrum.partial_power[inside])
    return np.asarray(power)


def dense_layer(
    y: F32,
    sample_rate_hz: int,
    times_s: F64,
    spectrum: Spectrum,
    f0_hz: float,
    share: F64,
    rng: np.random.Generator,
) -> Layer:
    """An oscillator whose grid of `f0_hz` carries `share` (HARMONICS + 1,) of the power of `y` (n,)."""
    lines_hz = f0_hz * np.arange(HARMONICS + 1)
    density = short_term_power(y, sample_rate_hz, times_s)
    bins_hz = np.arange(density.shape[1]) * sample_rate_hz / WINDOW
    at = np.minimum(lines_hz / bins_hz[1], density.shape[1] - 1.001)
    lower = at.astype(int)
    blend = at - lower
    local = (1.0 - blend) * density[:, lower] + blend * density[:, lower + 1]
    local[:, lines_hz > sample_rate_hz / 2.0] = 0.0
    fine = fine_structure(spectrum, f0_hz)
    lobe = _lobe(f0_hz, sample_rate_hz)
    blurred = np.maximum(fftconvolve(fine, lobe, mode="same"), fine * lobe.max())
    detail = fine / np.maximum(blurred, 1e-30)
    magnitudes = np.sqrt(2.0 * local * f0_hz * detail * share)
    magnitudes[:, lines_hz < 18.0] = 0.0
    phases = rng.uniform(0.0, 2.0 * np.pi, HARMONICS + 1)
    lines = np.unique(_nearest_lines(spectrum, f0_hz))
    phases[lines] = _first_phases(y, sample_rate_hz, lines.astype(np.float64) * f0_hz)
    return Layer(f0_hz, magnitudes, phases)


def _nearest_lines(spectrum: Spectrum, f0_hz: float) -> npt.NDArray[np.int64]:
    """The lines of the grid that carry partials, strongest first."""
    nearest = np.round(spectrum.partial_hz / f0_hz).astype(np.int64)
    return nearest[(nearest > 0) & (nearest < HARMONICS)]


def _first_phases(y: F32, sample_rate_hz: int, hz: F64) -> F64:
    """Phase (of a cosine) at the onset of `y` (n,) of each frequency `hz` (p,)."""
    n = min(len(y), int(PHASE_WINDOW_S * sample_rate_hz))
    now_s = np.arange(n) / sample_rate_hz
    weighted = y[:n] * (0.5 + 0.5 * np.cos(np.pi * np.arange(n) / n))
    return np.asarray(np.angle(np.exp(-2j * np.pi * hz[:, None] * now_s[None]) @ weighted))


def crossover(f0_hz: float, low_hz: float, high_hz: float, rising: bool) -> F64:
    """(HARMONICS + 1,) power share of a layer that fades (in or out) between two frequencies."""
    lines_hz = f0_hz * np.arange(HARMONICS + 1)
    rise = np.clip(np.log(np.maximum(lines_hz, 1.0) / low_hz) / np.log(high_hz / low_hz), 0.0, 1.0)
    return np.asarray(rise if rising else 1.0 - rise)
