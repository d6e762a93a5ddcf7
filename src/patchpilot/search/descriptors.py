"""Where a sound lies among all sounds, in four numbers fixed once: what quality-diversity keeps apart.

They are brightness, noise, attack and length of `audio.descriptors`, each laid over the range in which instruments are,
so that cells of equal size hold sounds that are about as different in each direction.
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F64, Audio, descriptors
from patchpilot.audio.faults import is_silent
from patchpilot.instruments.take import Take

RANGES = {
    "brightness": (-3.0, 2.5),  # octaves re 1 kHz
    "noise": (0.0, 0.9),
    "attack": (-2.25, 0.25),  # log10 s: 6 ms to 1.8 s
    "length": (-1.5, 0.5),  # log10 s: 32 ms to 3.2 s
}
"""By name of the descriptor, what is 0 and what is 1."""
NAMES = tuple(RANGES)
CELLS = (12, 8, 6, 4)
"""How finely each is divided, 2,304 cells in all."""
_PLACES = [descriptors.NAMES.index(name) for name in NAMES]
_LOW, _HIGH = np.array(list(RANGES.values())).T


def describe(take: Take) -> F64:
    """Brightness, noise, attack and length of a take, (4,) in [0, 1]; NaN of silence."""
    return place(take.audio)


def place(audio: Audio) -> F64:
    """`describe` of a sound."""
    if is_silent(audio):
        return np.full(len(NAMES), np.nan)
    found = descriptors.described(audio)[_PLACES]
    return np.asarray(np.clip((found - _LOW) / (_HIGH - _LOW), 0.0, 1.0))
