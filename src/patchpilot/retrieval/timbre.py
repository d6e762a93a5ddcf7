"""The embedding "picture": what a sound looks like from afar, with nothing of it left out.

The picture of `audio.front_end` in coarse cells. Other embeddings are deaf on purpose to what does not tell patches
apart; somebody's taste may be about just that, so tastes are learned of this one.
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, Audio
from patchpilot.audio.front_end import SHAPE, front_end

_BANDS, _TIMES = 12, 8
_MIDDLE = 0.4
"""About the mean level of a cell."""


class Picture:
    """Levels of the front end's four channels in 12 bands and 8 spans of time."""

    name = "picture"
    version = "1"
    size = SHAPE[0] * _BANDS * _TIMES
    scale = 1.0

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002 (releases are heard too)
        """float32 (384,) in [-0.4, 0.6]."""
        return coarse(front_end(audio, pitch=pitch))


def coarse(picture: F32) -> F32:
    """The embedding of a picture of `audio.front_end`, float32 (384,)."""
    channels, bands, times = SHAPE
    cells = picture.reshape(channels, _BANDS, bands // _BANDS, _TIMES, times // _TIMES).mean(axis=(2, 4))
    return np.asarray(cells.ravel() - _MIDDLE, np.float32)
