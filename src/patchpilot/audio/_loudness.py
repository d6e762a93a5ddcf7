"""How loud a sound is: peak, RMS and ITU-R BS.1770 loudness, all in decibels."""

from __future__ import annotations

import math

import numpy as np

from patchpilot.audio._audio import Audio

_BLOCK_S = 0.4
_SHORTEST_S = 0.01


def db(amplitude: float) -> float:
    """Decibels of an amplitude; −inf for 0."""
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf


def peak(audio: Audio) -> float:
    """Largest absolute sample over all channels, >= 0, full scale = 1.0; 0 for no samples."""
    return float(np.abs(audio.samples).max(initial=0.0))


def rms(audio: Audio) -> float:
    """Root of the mean square over all channels and samples, >= 0; 0 for no samples."""
    if audio.samples.size == 0:
        return 0.0
    return float(np.sqrt(np.mean(np.square(audio.samples, dtype=np.float64))))


def loudness_lufs(audio: Audio) -> float:
    """Integrated loudness (ITU-R BS.1770-4).

    The standard's block is 400 ms; a shorter sound is measured as one block of its own length, so two copies
    of a sound in a row are as loud as one.

    Args:
        audio: one or two channels; of more, the first five count, as the standard has it.

    Returns:
        LUFS; −inf for silence (below −70 LUFS) and for less than 10 ms.
    """
    if audio.duration_s < _SHORTEST_S or peak(audio) == 0:
        return -math.inf
    import pyloudnorm

    whole_s = math.nextafter(audio.duration_s, 0.0)  # rounded up, a block would be longer than the sound
    meter = pyloudnorm.Meter(audio.sample_rate, block_size=min(_BLOCK_S, whole_s))
    return float(meter.integrated_loudness(audio.samples[:5].T.astype(np.float64)))
