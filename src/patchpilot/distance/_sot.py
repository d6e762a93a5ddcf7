"""Spectral optimal transport (Torres et al. 2024), with the settings of Hayes et al."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, Audio, stft_magnitude
from patchpilot.distance._pair import mono_pair

SAMPLE_RATE = 44100
N_FFT = 2205
HOP = 882
_SMALLEST_SUM = 1e-6


def sot(target: Audio, other: Audio) -> float:
    """How far, as a share of the whole band, spectral mass must be moved; lower is better.

    Args:
        target: any rate and channels; the mean of its channels is compared.
        other: cut or padded with silence to the target's length.

    Returns:
        float in [0, 1]: mean over the frames of the 1-Wasserstein distance between normalised magnitude
        spectra.
    """
    ours, theirs = mono_pair(target, other, SAMPLE_RATE)
    return float(np.abs(_cumulative(ours) - _cumulative(theirs)).mean())


def _cumulative(y: F32) -> F32:
    """Cumulative spectra of frames that each add up to 1 (to 0 in silence), float32 (frames, bins)."""
    magnitude = stft_magnitude(y, n_fft=N_FFT, hop=HOP)
    total = np.maximum(magnitude.sum(axis=1, keepdims=True), _SMALLEST_SUM)
    return np.cumsum(magnitude / total, axis=1)
