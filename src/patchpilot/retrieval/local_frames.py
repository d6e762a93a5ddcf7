"""What a frozen network hears over time, as a picture: what datasets store, and estimators are trained from.

    float32 (1, size, frames), each value in [0, 1]: 0.5 + 0.5 · value / scale, rounded to the 256 steps of a byte

So it is stored, read and learned from as the picture of `audio.front_end` is: (batch, channel, feature, time).
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, front_end
from patchpilot.errors import PluginError


def as_picture(vectors: F32, frames: int, scale: float) -> F32:
    """Vectors in the order of time as a picture.

    Args:
        vectors: float32 (n, size), n >= frames.
        frames: spans of time of one length, each the mean of its vectors.
        scale: > 0, magnitude that becomes 0 or 1; larger ones are cut to it.

    Raises:
        PluginError: there are fewer vectors than frames, or some are no finite numbers.
    """
    if len(vectors) < frames:
        raise PluginError(
            f"it says {len(vectors)} vectors of a sound, and is to say {frames} frames: ask for fewer frames, or let "
            "it hear more seconds"
        )
    if not np.isfinite(vectors).all():
        raise PluginError("it says what is no finite number; its files are damaged")
    edges = np.linspace(0, len(vectors), frames + 1).round().astype(np.int64)
    sums = np.add.reduceat(vectors.astype(np.float64), edges[:-1], axis=0)
    means = sums / np.diff(edges)[:, np.newaxis]
    levels = np.clip(0.5 + 0.5 * means / scale, 0.0, 1.0)
    return np.asarray(np.round(levels * front_end.STEPS).T[np.newaxis] / front_end.STEPS, np.float32)
