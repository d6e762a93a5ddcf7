"""Mean absolute error of MFCCs, as preset-gen-vae (Le Vaillant et al. 2021) and SynthRL report it."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import Audio, mfcc
from patchpilot.distance._pair import mono_pair

SAMPLE_RATE = 22050


def mfcc13_mae(target: Audio, other: Audio) -> float:
    """Mean absolute difference of 13 MFCCs, the level's among them; lower is better, float >= 0."""
    return _mfcc_mae(target, other, 13)


def mfcc40_mae(target: Audio, other: Audio) -> float:
    """Mean absolute difference of 40 MFCCs, the level's among them; lower is better, float >= 0."""
    return _mfcc_mae(target, other, 40)


def _mfcc_mae(target: Audio, other: Audio, n_mfcc: int) -> float:
    ours, theirs = (mfcc(y, SAMPLE_RATE, n_mfcc=n_mfcc) for y in mono_pair(target, other, SAMPLE_RATE))
    return float(np.abs(ours - theirs).mean())
