"""Two sounds made comparable: one rate, one length, one number of channels."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, Audio, fitted, resample


def stereo_pair(target: Audio, other: Audio, sample_rate: int) -> tuple[F32, F32]:
    """Both sounds at a rate, as long as the target, with as many different channels as the one that has more.

    Args:
        target: any rate; its length counts.
        other: any rate; cut, or padded with silence.
        sample_rate: int > 0, Hz.

    Returns:
        Two float32 arrays of one shape (channels, n). A mono sound is repeated in each channel; two sounds that
        play both sides alike have one, since every mean over channels is the same.
    """
    ours = folded(resample(target, sample_rate).samples)
    theirs = folded(fitted(resample(other, sample_rate).samples, ours.shape[1]))
    channels = max(len(ours), len(theirs))
    return widened(ours, channels), widened(theirs, channels)


def mono_pair(target: Audio, other: Audio, sample_rate: int) -> tuple[F32, F32]:
    """Both sounds at a rate, as long as the target, each the mean of its channels: two float32 (n,)."""
    ours = resample(target, sample_rate).mono()
    return ours, fitted(resample(other, sample_rate).mono(), len(ours))


def folded(samples: F32) -> F32:
    """float32 (1, n) where all channels are the same to the bit, else the samples as they are."""
    return samples[:1] if (samples == samples[:1]).all() else samples


def widened(samples: F32, channels: int) -> F32:
    """float32 (channels, n): a mono sound (1, n) repeated in each channel, any other as it is."""
    return np.broadcast_to(samples, (channels, samples.shape[1])) if len(samples) == 1 else samples
