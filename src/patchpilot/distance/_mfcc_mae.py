"""Mean absolute error of MFCCs, as preset-gen-vae (Le Vaillant et al. 2021) and SynthRL report it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from patchpilot.audio import F32, Audio, mfcc
from patchpilot.distance._pair import mono_pair

SAMPLE_RATE = 22050


def mfcc13_mae(target: Audio, other: Audio) -> float:
    """Mean absolute difference of 13 MFCCs, the level's among them; lower is better, float >= 0."""
    return _mfcc_mae(target, other, 13)


def mfcc40_mae(target: Audio, other: Audio) -> float:
    """Mean absolute difference of 40 MFCCs, the level's among them; lower is better, float >= 0."""
    return _mfcc_mae(target, other, 40)


def _mfcc_mae(target: Audio, other: Audio, n_mfcc: int) -> float:
    ours, theirs = _coefficients(target, other)
    return float(np.abs(ours[:, :n_mfcc] - theirs[:, :n_mfcc]).mean())


@lru_cache(maxsize=4)
def _coefficients(target: Audio, other: Audio) -> tuple[F32, F32]:
    """40 coefficients of both; both metrics are wanted of the same sounds, one after the other."""
    ours, theirs = (mfcc(y, SAMPLE_RATE, n_mfcc=40) for y in mono_pair(target, other, SAMPLE_RATE))
    return ours, theirs
