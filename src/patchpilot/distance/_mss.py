"""Multi-scale spectrogram distance of Hayes et al. ("Audio synthesizer inversion …", ISMIR 2025)."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, Audio, mel_power, power_to_db
from patchpilot.distance._pair import stereo_pair

SAMPLE_RATE = 44100
SCALES = ((441, 220, 32), (1102, 441, 64), (4410, 2205, 128))
"""Window and hop in samples, number of mel bands: 10, 25 and 100 ms windows."""


def mss(target: Audio, other: Audio) -> float:
    """Mean absolute difference of mel spectrograms in decibels, averaged over three scales; lower is better.

    Each spectrogram is measured from its own largest value and cut 80 dB below it, so the metric does not
    hear gain.

    Args:
        target: any rate and channels.
        other: cut or padded with silence to the target's length.

    Returns:
        dB in [0, 80].
    """
    ours, theirs = stereo_pair(target, other, SAMPLE_RATE)
    return float(
        np.mean([np.abs(_mel_db(ours, *scale) - _mel_db(theirs, *scale)).mean() for scale in SCALES])
    )


def _mel_db(samples: F32, n_fft: int, hop: int, n_mels: int) -> F32:
    """float32 (channels, frames, n_mels), its maximum 0 dB."""
    power = mel_power(samples, SAMPLE_RATE, n_fft=n_fft, hop=hop, n_mels=n_mels)
    return power_to_db(power, reference=float(power.max()))
