"""Warped MFCC distance of Hayes et al. ("Audio synthesizer inversion …", ISMIR 2025)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from patchpilot.audio import F32, F64, Audio, mfcc, resample
from patchpilot.distance._pair import folded, stereo_pair, widened

SAMPLE_RATE = 44100
N_MFCC = 20
N_FFT = 2205
HOP = 441


def wmfcc(target: Audio, other: Audio) -> float:
    """Mean absolute difference of 20 MFCCs along the best dynamic time warping; lower is better.

    Args:
        target: any rate and channels; the coefficients of its channels are stacked.
        other: cut or padded with silence to the target's length.

    Returns:
        float >= 0.
    """
    ours, theirs = stereo_pair(target, other, SAMPLE_RATE)
    return warped_distance(_mean_abs(_target_features(target, len(ours)), _features(theirs)))


def warped_distance(cost: F64) -> float:
    """Dynamic time warping, normalised by the lengths (Sakoe and Chiba 1978, the symmetric form with P = 0).

    A diagonal step costs its cell twice, the others once, so every path has the weight n + m.

    Args:
        cost: float64 (n, m), >= 0, n and m >= 1; between each frame of one sound and each of the other.

    Returns:
        Cost of the cheapest path from corner to corner, divided by n + m.
    """
    n, m = cost.shape
    # One antidiagonal i + j = k at a time, held by i: its cells depend on the two before it alone.
    before_last = np.full(n + 1, np.inf)
    last = np.full(n + 1, np.inf)
    last[1] = cost[0, 0]
    for k in range(1, n + m - 1):
        i = np.arange(max(0, k - m + 1), min(n, k + 1))
        step = cost[i, k - i]
        current = np.full(n + 1, np.inf)
        # Index i + 1 holds row i, so that row −1 is infinite.
        current[i + 1] = np.minimum(np.minimum(last[i], last[i + 1]) + step, before_last[i] + 2 * step)
        before_last, last = last, current
    return float(last[n] / (n + m))


@lru_cache(maxsize=2)
def _target_features(target: Audio, channels: int) -> F32:
    """Those of the target, which is compared with one sound after another."""
    return _features(widened(folded(resample(target, SAMPLE_RATE).samples), channels))


def _features(samples: F32) -> F32:
    """float32 (frames, channels * 20)."""
    return np.hstack(list(mfcc(samples, SAMPLE_RATE, n_mfcc=N_MFCC, n_fft=N_FFT, hop=HOP)))


def _mean_abs(ours: F32, theirs: F32) -> F64:
    """float64 (n, m): mean over the features of the absolute difference."""
    from scipy.spatial.distance import cdist  # not above: importing the package stays light

    distances: F64 = cdist(ours, theirs, "cityblock") / ours.shape[1]
    return distances
