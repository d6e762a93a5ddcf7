"""The embedding "timbre": what a sound is like, with nothing of it left out.

The picture of `audio.front_end` in coarse cells, and beside it the named descriptors (`audio.descriptors`), each about
as heavy as an eighth of the picture. Other embeddings are deaf on purpose to what does not tell patches apart;
somebody's taste may be about just that, so tastes are learned of this one.
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, Audio
from patchpilot.audio.descriptors import NAMES, described
from patchpilot.audio.front_end import SHAPE, front_end

_BANDS, _TIMES = 12, 8
_MIDDLE = 0.4
"""About the mean level of a cell."""
_TYPICAL = np.array([-1.6, 0.1, -0.5, 1.5, 0.2, 0.25, 0.3, 0.65])
_SPREAD = np.array([0.55, 0.4, 1.2, 0.5, 0.25, 0.2, 0.28, 0.35])
"""Of the descriptors of musical patches, roughly; fixed, so that the numbers of a sound never change."""
_WEIGHT, _MOST = 1.0, 3.0
"""Of a spread of a descriptor, and how many spreads count."""


class Timbre:
    """Levels of the front end's four channels in 12 bands and 8 spans of time, and eight descriptors."""

    name = "timbre"
    version = "1"
    size = SHAPE[0] * _BANDS * _TIMES + len(NAMES)
    scale = _WEIGHT * _MOST

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002 (releases are heard too)
        """float32 (392,): the cells of the picture in [-0.4, 0.6], then the descriptors in [-3, 3]."""
        channels, bands, times = SHAPE
        picture = front_end(audio, pitch=pitch)
        cells = picture.reshape(channels, _BANDS, bands // _BANDS, _TIMES, times // _TIMES).mean(axis=(2, 4))
        off = np.clip((described(audio) - _TYPICAL) / _SPREAD, -_MOST, _MOST)
        return np.concatenate([cells.ravel() - _MIDDLE, _WEIGHT * off]).astype(np.float32)
