"""Cosine similarity of RMS envelopes, after Hayes et al."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, F64, Audio, frames
from patchpilot.distance._pair import mono_pair

SAMPLE_RATE = 44100
WINDOW = 2205
HOP = 1102


def rms_cosine(target: Audio, other: Audio) -> float:
    """Cosine of the angle between two RMS envelopes. **Higher is better**, as published: 1 is the same shape.

    Args:
        target: any rate and channels; the mean of its channels is compared.
        other: cut or padded with silence to the target's length.

    Returns:
        float in [0, 1]; gain changes nothing. 0 if one of the sounds is silent, 1 if both are.
    """
    ours, theirs = (_envelope(y) for y in mono_pair(target, other, SAMPLE_RATE))
    lengths = float(np.linalg.norm(ours)), float(np.linalg.norm(theirs))
    if min(lengths) == 0:
        return float(max(lengths) == 0)
    return min(1.0, float(ours @ theirs) / (lengths[0] * lengths[1]))


def _envelope(y: F32) -> F64:
    """RMS of 50 ms windows every 25 ms, float64 (frames,)."""
    windows = frames(y, size=WINDOW, hop=HOP)
    return np.asarray(np.sqrt(np.mean(np.square(windows, dtype=np.float64), axis=1)))
