"""What the headline metric sees of a sound: mel bands over time, and how far apart two such pictures are.

For searches that work towards the metric band by band; to compare two sounds, `logmel` is all you need.
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, hz_to_mel, mel_filterbank, stft_magnitude

SAMPLE_RATE = 44100
N_FFT = 2048
HOP = 882
N_MELS = 96
FMIN_HZ = 30.0
RMS = 0.1
ADDED = 1e-3
"""Keeps the logarithm finite: mel magnitudes far below this count as equal."""
ACTIVE = 3e-3
PAD_S = 0.2
"""How much longer than the target the comparison lasts."""

_SILENT_RMS = 1e-9


def at_common_level(y: F32) -> F32:
    """`y` (n,) scaled to the RMS at which sounds are compared; silence as it is."""
    rms = float(np.sqrt(np.mean(np.square(y, dtype=np.float64))))
    return y * np.float32(RMS / rms) if rms > _SILENT_RMS else y


def mel_bands(y: F32) -> F32:
    """Mel magnitudes of `y` (n,) at 44.1 kHz, float32 (frames, 96): what the metric compares."""
    filters = mel_filterbank(SAMPLE_RATE, n_fft=N_FFT, n_mels=N_MELS, fmin_hz=FMIN_HZ)
    return stft_magnitude(y, n_fft=N_FFT, hop=HOP) @ filters


def band_distance(ours: F32, theirs: F32) -> float:
    """The metric on two spectrograms of `mel_bands`, float32 (frames, 96) each."""
    active = (ours > ACTIVE) | (theirs > ACTIVE)
    difference = np.abs(np.log(ours + ADDED) - np.log(theirs + ADDED))
    return float(difference[active].mean()) if active.any() else 0.0


def band_mels() -> np.ndarray:
    """Where the middles of the bands lie on the mel scale (`hz_to_mel`), evenly spaced, float64 (96,)."""
    return np.linspace(hz_to_mel(FMIN_HZ), hz_to_mel(SAMPLE_RATE / 2), N_MELS + 2)[1:-1]
