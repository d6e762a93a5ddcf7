"""Mean absolute error of log magnitudes, as preset-gen-vae (Le Vaillant et al. 2021) reports it."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, Audio, stft_magnitude
from patchpilot.distance._pair import mono_pair

SAMPLE_RATE = 22050
N_FFT = 1024
HOP = 256
FLOOR = 1e-4


def log_stft_mae(target: Audio, other: Audio) -> float:
    """Mean absolute difference of log10 STFT magnitudes over all cells; lower is better.

    Args:
        target: any rate and channels; the mean of its channels is compared.
        other: cut or padded with silence to the target's length.

    Returns:
        float >= 0 in decades (1 is 20 dB); it hears gain. Magnitudes below 1e-4 count as 1e-4.
    """
    ours, theirs = (_log_magnitude(y) for y in mono_pair(target, other, SAMPLE_RATE))
    return float(np.abs(ours - theirs).mean())


def _log_magnitude(y: F32) -> F32:
    return np.log10(np.maximum(stft_magnitude(y, n_fft=N_FFT, hop=HOP), np.float32(FLOOR)))
