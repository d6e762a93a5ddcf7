"""Multi-scale spectrogram distance of Hayes et al. ("Audio synthesizer inversion …", ISMIR 2025)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from patchpilot.audio import F32, Audio, mel_power, power_to_db, resample
from patchpilot.distance._pair import folded, stereo_pair, widened

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
    seen = _target_spectrograms(target, len(ours))
    return float(
        np.mean(
            [
                np.abs(known - _mel_db(theirs, *scale)).mean()
                for known, scale in zip(seen, SCALES, strict=True)
            ]
        )
    )


@lru_cache(maxsize=2)
def _target_spectrograms(target: Audio, channels: int) -> tuple[F32, ...]:
    """Those of the target, which is compared with one sound after another."""
    samples = widened(folded(resample(target, SAMPLE_RATE).samples), channels)
    return tuple(_mel_db(samples, *scale) for scale in SCALES)


def _mel_db(samples: F32, n_fft: int, hop: int, n_mels: int) -> F32:
    """float32 (channels, frames, n_mels), its maximum 0 dB."""
    power = mel_power(samples, SAMPLE_RATE, n_fft=n_fft, hop=hop, n_mels=n_mels)
    return power_to_db(power, reference=float(power.max()))
