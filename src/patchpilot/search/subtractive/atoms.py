"""What one oscillator of Vital adds to the bands that the distance looks at, before any filter.

A steady tone fills a band with the sum of its harmonics' magnitudes as the band's filter and the transform's
window see them, so a table's frames become rows of band magnitudes by one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from patchpilot.audio import F32, F64, hann, mel_filterbank, note_to_hz
from patchpilot.distance.bands import FMIN_HZ, N_FFT, N_MELS, SAMPLE_RATE
from patchpilot.instruments.vital.assets import FRAME_SIZE
from patchpilot.instruments.vital.wavetables import built_in

N_PLACES = 33
"""At how many places, evenly spread over `osc_N_wave_frame`, a table is looked at."""
OSCILLATOR_GAIN = 0.5
"""Output for a table sample of 1 at a level of 1; levels act squared. Measured."""
NOISE_RMS = 0.285
"""Output of the white noise sample at a level of 1. Measured."""
_TOP_HZ = 20000.0
"""Harmonics above it are left out: nobody hears them."""
_LOBE_BINS = 2
"""Half the width of the main lobe of Hann's window; what lies beyond is 31 dB down."""


@dataclass(frozen=True)
class Atom:
    """An oscillator's table and octave.

    Attributes:
        table: name of a built-in table.
        transpose: semitones.
    """

    table: str
    transpose: int


@lru_cache(maxsize=512)
def atom_bands(atom: Atom, pitch: float) -> F32:
    """Band magnitudes of an oscillator at a level of 1 over its table's places.

    Args:
        atom: its table and octave.
        pitch: MIDI note of the key, which may lie between two keys.

    Returns:
        float32 (33, 96), read-only; all 0 where the lowest harmonic is too high to be heard.
    """
    hz = note_to_hz(pitch + atom.transpose)
    n_harmonics = int(min(_TOP_HZ / hz, FRAME_SIZE // 2 - 1))
    amplitudes = table_harmonics(atom.table)[:, :n_harmonics]
    tones = _tone_bands(np.asarray(hz * np.arange(1, n_harmonics + 1), np.float64))
    bands: F32 = (OSCILLATOR_GAIN * amplitudes @ tones).astype(np.float32)
    bands.flags.writeable = False
    return bands


@lru_cache(maxsize=32)
def table_harmonics(name: str) -> F32:
    """Amplitudes of the harmonics of a table's places, float32 (33, 1023); 1 is a sine at full scale."""
    frames = np.array([np.frombuffer(blob, "<f4") for blob in built_in(name).blobs])
    amplitudes = np.abs(np.fft.rfft(frames, axis=1))[:, 1:-1] * (2.0 / FRAME_SIZE)
    at = np.linspace(0.0, len(frames) - 1.0, N_PLACES)
    low = np.minimum(at.astype(int), max(len(frames) - 2, 0))
    high, part = np.minimum(low + 1, len(frames) - 1), (at - low)[:, None]
    return np.asarray((1.0 - part) * amplitudes[low] + part * amplitudes[high], dtype=np.float32)


def noise_bands() -> F32:
    """Band magnitudes of the white noise sample at a level of 1, float32 (96,)."""
    window = hann(N_FFT)
    # The mean magnitude of a complex normal variable is sqrt(pi) / 2 of its RMS.
    magnitude = NOISE_RMS * np.sqrt(float(np.square(window).sum())) * np.sqrt(np.pi) / 2.0
    return np.asarray(magnitude * _filters().sum(axis=0), dtype=np.float32)


def _tone_bands(hz: F64) -> F32:
    """Band magnitudes of sines of amplitude 1 at frequencies (n,): float32 (n, 96)."""
    at = hz * (N_FFT / SAMPLE_RATE)
    nearest = np.round(at).astype(int)
    bands = np.zeros((len(hz), N_MELS), np.float32)
    for offset in range(-_LOBE_BINS, _LOBE_BINS + 1):
        bins = nearest + offset
        inside = (bins >= 0) & (bins <= N_FFT // 2)
        magnitude = _lobe(bins - at) * (N_FFT / 4.0)
        bands[inside] += magnitude[inside, None] * _filters()[bins[inside]]
    return bands


def _lobe(distance: F64) -> F32:
    """Hann's main lobe at a distance in bins, 1 in its middle."""
    # The formula is 0 / 0 at a distance of 1, so one that is nearly 1 is moved aside.
    x = np.where(np.abs(np.abs(distance) - 1.0) < 1e-3, distance + 2e-3, distance)
    return np.asarray(np.abs(np.sinc(x) / (1.0 - x**2)), dtype=np.float32)


@cache
def _filters() -> F32:
    """What each band takes of each bin of the transform, float32 (1025, 96)."""
    return mel_filterbank(SAMPLE_RATE, n_fft=N_FFT, n_mels=N_MELS, fmin_hz=FMIN_HZ)
