"""Spectral convergence (Arık et al. 2018), with the settings of preset-gen-vae (Le Vaillant et al. 2021)."""

from __future__ import annotations

import math

import numpy as np

from patchpilot.audio import Audio, stft_magnitude
from patchpilot.distance._pair import mono_pair

SAMPLE_RATE = 22050
N_FFT = 1024
HOP = 256


def spectral_convergence(target: Audio, other: Audio) -> float:
    """Frobenius norm of the difference of magnitude spectrograms over that of the target's; lower is better.

    Args:
        target: any rate and channels; the mean of its channels is compared.
        other: cut or padded with silence to the target's length.

    Returns:
        float >= 0, 1 for silence; it hears gain and is not symmetric. For a silent target: 0 if `other` is
        silent too, else infinity.
    """
    ours, theirs = (stft_magnitude(y, n_fft=N_FFT, hop=HOP) for y in mono_pair(target, other, SAMPLE_RATE))
    error, scale = float(np.linalg.norm(ours - theirs)), float(np.linalg.norm(ours))
    if scale == 0:
        return 0.0 if error == 0 else math.inf
    return error / scale
