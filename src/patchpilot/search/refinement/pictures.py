"""What the headline distance sees of a sound, made small: the picture on which slopes are measured."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, F64, Audio, fitted, resample
from patchpilot.distance.bands import (
    ACTIVE,
    ADDED,
    PAD_S,
    SAMPLE_RATE,
    at_common_level,
    mel_bands,
)

FLOOR = float(np.log(ADDED))
"""A cell in which nothing sounds."""
AUDIBLE = float(np.log(ACTIVE + ADDED))
"""Cells above this are compared."""
_MOST_FRAMES = 96
"""Of longer sounds only as many frames are looked at: the first ones all, then fewer and fewer."""
_DENSER_START = 1.6


class Pictures:
    """Makes pictures of sounds as a target is seen.

    Args:
        target: the sound to come close to.
    """

    def __init__(self, target: Audio) -> None:
        sound = resample(target, SAMPLE_RATE).mono()
        self._n = len(sound) + round(PAD_S * SAMPLE_RATE)
        n_frames = len(self._logs(target))
        places = (n_frames - 1) * np.linspace(0.0, 1.0, min(n_frames, _MOST_FRAMES)) ** _DENSER_START
        every = np.arange(len(places))
        self._kept = np.unique(np.maximum(np.round(places).astype(int), np.minimum(every, n_frames - 1)))
        self.target: F64 = self(target).astype(np.float64)

    def __call__(self, sound: Audio) -> F32:
        """Log mel magnitudes, float32 (cells,), at the level at which sounds are compared."""
        return np.ascontiguousarray(self._logs(sound)[self._kept].ravel())

    def _logs(self, sound: Audio) -> F32:
        y = at_common_level(fitted(resample(sound, SAMPLE_RATE).mono(), self._n))
        return np.asarray(np.log(mel_bands(y) + np.float32(ADDED)))
