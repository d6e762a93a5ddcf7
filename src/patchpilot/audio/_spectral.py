"""Spectra over time: STFT magnitudes, mel bands and cepstral coefficients.

Conventions: signals are (..., n), frames are rows, so every spectrogram is (..., frames, bins); frame k is
centred on sample `k * hop`, with zeros beyond the ends; windows are periodic Hann. The numbers equal
librosa's defaults (transposed), from which published metrics are defined; a test holds this.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from patchpilot.audio._audio import F32

_MEL_LINEAR_HZ = 200 / 3
"""Width of a mel below the knee (Slaney, Auditory Toolbox 1998)."""
_MEL_KNEE_HZ = 1000.0
_MEL_LOG_STEP = np.log(6.4) / 27


@lru_cache(maxsize=32)
def hann(n: int) -> F32:
    """Periodic Hann window, float32 (n,), read-only."""
    window: F32 = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)).astype(np.float32)
    window.flags.writeable = False
    return window


def frames(y: F32, *, size: int, hop: int) -> F32:
    """Overlapping frames of a signal, centred, with zeros beyond its ends.

    Args:
        y: float32 (..., n).
        size: int >= 1, samples in a frame.
        hop: int >= 1, samples between frames.

    Returns:
        float32 (..., frames, size), read-only; 1 + n // hop frames where `size` is even.
    """
    around = [(0, 0)] * (np.ndim(y) - 1) + [(size // 2, size // 2)]
    padded = np.pad(np.asarray(y, np.float32), around)
    return np.lib.stride_tricks.sliding_window_view(padded, size, axis=-1)[..., ::hop, :]


def stft_magnitude(y: F32, *, n_fft: int, hop: int) -> F32:
    """Magnitudes of the short-time Fourier transform, not scaled by the window.

    Args:
        y: float32 (..., n), full scale = 1.0.
        n_fft: int >= 2, samples in a window and in its transform.
        hop: int >= 1, samples between frames.

    Returns:
        float32 (..., frames, 1 + n_fft // 2), >= 0.
    """
    return np.abs(np.fft.rfft(frames(y, size=n_fft, hop=hop) * hann(n_fft))).astype(np.float32)


def hz_to_mel(hz: np.ndarray | float) -> np.ndarray:
    """Slaney's mel scale: linear to 1 kHz, logarithmic above."""
    hz = np.asarray(hz, float)
    logarithmic = _MEL_KNEE_HZ / _MEL_LINEAR_HZ + np.log(np.maximum(hz, 1e-9) / _MEL_KNEE_HZ) / _MEL_LOG_STEP
    return np.where(hz < _MEL_KNEE_HZ, hz / _MEL_LINEAR_HZ, logarithmic)


def mel_to_hz(mel: np.ndarray | float) -> np.ndarray:
    """Inverse of `hz_to_mel`."""
    mel = np.asarray(mel, float)
    knee = _MEL_KNEE_HZ / _MEL_LINEAR_HZ
    logarithmic = _MEL_KNEE_HZ * np.exp(_MEL_LOG_STEP * (mel - knee))
    return np.where(mel < knee, mel * _MEL_LINEAR_HZ, logarithmic)


@lru_cache(maxsize=32)
def mel_filterbank(
    sample_rate: int, *, n_fft: int, n_mels: int, fmin_hz: float = 0.0, fmax_hz: float | None = None
) -> F32:
    """Triangular mel filters of equal area (Slaney, Auditory Toolbox 1998).

    Args:
        sample_rate: int > 0, Hz.
        n_fft: int >= 2, the transform the filters are for.
        n_mels: int >= 1, number of bands.
        fmin_hz: >= 0, lower edge of the first band.
        fmax_hz: upper edge of the last band; half the sample rate if None.

    Returns:
        float32 (1 + n_fft // 2, n_mels), read-only: `magnitudes @ filterbank` are the bands.
    """
    top_hz = sample_rate / 2 if fmax_hz is None else fmax_hz
    edges_hz = mel_to_hz(np.linspace(hz_to_mel(fmin_hz), hz_to_mel(top_hz), n_mels + 2))
    bins_hz = np.fft.rfftfreq(n_fft, 1 / sample_rate)[:, None]
    low, centre, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    triangles = np.minimum((bins_hz - low) / (centre - low), (high - bins_hz) / (high - centre))
    filters: F32 = (np.maximum(triangles, 0) * 2 / (high - low)).astype(np.float32)
    filters.flags.writeable = False
    return filters


def mel_power(y: F32, sample_rate: int, *, n_fft: int, hop: int, n_mels: int) -> F32:
    """Mel bands of the power spectrum up to half the sample rate, float32 (..., frames, n_mels), >= 0."""
    power = np.square(stft_magnitude(y, n_fft=n_fft, hop=hop))
    return power @ mel_filterbank(sample_rate, n_fft=n_fft, n_mels=n_mels)


def power_to_db(power: F32, *, reference: float = 1.0, floor: float = 1e-10, range_db: float = 80.0) -> F32:
    """Decibels of a power, none more than `range_db` below the largest.

    Args:
        power: float32, any shape, >= 0.
        reference: > 0, the power that is 0 dB.
        floor: > 0, lesser powers and a lesser reference are raised to it.
        range_db: >= 0.

    Returns:
        float32, the shape of `power`.
    """
    db = 10 * np.log10(np.maximum(power, floor)) - 10 * np.log10(max(reference, floor))
    return np.asarray(np.maximum(db, db.max() - range_db), np.float32)


def mfcc(
    y: F32, sample_rate: int, *, n_mfcc: int, n_fft: int = 2048, hop: int = 512, n_mels: int = 128
) -> F32:
    """Mel-frequency cepstral coefficients (Davis and Mermelstein 1980) of mel power in decibels.

    Args:
        y: float32 (..., n), full scale = 1.0.
        sample_rate: int > 0, Hz.
        n_mfcc: 1 to `n_mels`, coefficients kept, the first (the level) included.
        n_fft: samples in a window.
        hop: samples between frames.
        n_mels: number of bands.

    Returns:
        float32 (..., frames, n_mfcc).
    """
    from scipy.fft import dct

    bands = power_to_db(mel_power(y, sample_rate, n_fft=n_fft, hop=hop, n_mels=n_mels))
    return np.asarray(dct(bands, axis=-1, norm="ortho")[..., :n_mfcc], np.float32)
