"""Changing the sample rate and the number of channels."""

from __future__ import annotations

import numpy as np

from patchpilot.audio._audio import F32, Audio
from patchpilot.errors import AudioError

_CENTRE = 2**-0.5
"""A centre channel goes to both sides at −3 dB (ITU-R BS.775)."""

_SURROUND = {
    # left and right weights in WAV order: FL FR FC LFE BL BR SL SR
    6: ((1, 0, _CENTRE, _CENTRE, _CENTRE, 0), (0, 1, _CENTRE, _CENTRE, 0, _CENTRE)),
    8: ((1, 0, _CENTRE, _CENTRE, _CENTRE, 0, _CENTRE, 0), (0, 1, _CENTRE, _CENTRE, 0, _CENTRE, 0, _CENTRE)),
}
"""5.1 and 7.1 after ITU-R BS.775; the low-frequency channel is kept, for a sound may live there alone."""

_REALLY_STEREO_DB = -50.0
_CANCELLED = 0.01


def resample(audio: Audio, sample_rate: int) -> Audio:
    """The same sound at another rate (soxr, very high quality); the same object when the rate is the same.

    Args:
        audio: any number of channels.
        sample_rate: int > 0, Hz.

    Returns:
        `round(n * sample_rate / audio.sample_rate)` samples per channel, give or take one.

    Raises:
        AudioError: `sample_rate` is not above 0.
    """
    if sample_rate <= 0:
        raise AudioError(f"expected a sample rate above 0 Hz, got {sample_rate}")
    if sample_rate == audio.sample_rate or len(audio) == 0:
        return Audio(audio.samples, sample_rate)
    import soxr

    resampled = soxr.resample(audio.samples.T, audio.sample_rate, sample_rate, quality="VHQ")
    return Audio(resampled.T, sample_rate)


def fold_to_stereo(audio: Audio) -> Audio:
    """At most two channels: 5.1 and 7.1 by ITU-R BS.775, any other count by turns left and right.

    The weights of a side add up to 1, so nothing gets louder than it was.

    Args:
        audio: one or more channels; one or two are returned as they are.

    Returns:
        Audio with one or two channels.
    """
    if audio.channels <= 2:
        return audio
    weights = _fold_weights(audio.channels)
    return Audio(weights @ audio.samples, audio.sample_rate)


def _fold_weights(channels: int) -> F32:
    """float32 (2, channels), rows adding up to 1."""
    sides = np.array(_SURROUND.get(channels) or [np.arange(channels) % 2 == side for side in (0, 1)], float)
    return np.asarray(sides / sides.sum(axis=1, keepdims=True), np.float32)


def without_cancelling(audio: Audio) -> Audio:
    """The louder channel where the two cancel in their mean (a polarity flipped by mistake), else `audio` itself.

    Everything that listens for pitch, noise or likeness hears the mean of the channels.

    Args:
        audio: one or two channels; they cancel where the mean has less than a hundredth of the louder's power.
    """
    powers = np.square(audio.samples, dtype=np.float64).sum(axis=1)
    if np.square(audio.mono(), dtype=np.float64).sum() >= _CANCELLED * powers.max(initial=0.0):
        return audio
    return Audio(audio.samples[int(powers.argmax())], audio.sample_rate)


def mono_if_mono(audio: Audio) -> Audio:
    """One channel where the two hold the same sound (difference below −50 dB), else `audio` itself."""
    if audio.channels != 2:
        return audio
    side = np.square(audio.samples[0] - audio.samples[1], dtype=np.float64).sum()
    both = np.square(audio.samples, dtype=np.float64).sum()
    if side > 2 * both * 10 ** (_REALLY_STEREO_DB / 10):
        return audio
    return Audio(audio.mono(), audio.sample_rate)
