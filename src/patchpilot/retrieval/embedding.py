"""Embeddings: a sound as one short vector, near to those of sounds like it."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, Audio

Codes = npt.NDArray[np.int8]
"""(…, size): quantised embeddings."""


class Embedding(Protocol):
    """Turns a sound into a vector; the Euclidean distance of two vectors says how unlike the sounds are.

    Attributes:
        name: under which it is registered.
        version: changes whenever the numbers do; libraries of another version are refused.
        size: length of the vector.
        scale: > 0, the largest magnitude of an element that the int8 of a library holds; larger ones are clipped.
    """

    name: str
    version: str
    size: int
    scale: float

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:
        """The embedding of a sound.

        Args:
            audio: from its note-on; its level does not matter.
            pitch: the MIDI note it is, which may lie between two keys.
            hold_s: > 0, how long the key is held: what comes later is release.

        Returns:
            float32 (size,), finite.
        """


def quantised(vector: F32, scale: float) -> Codes:
    """Embeddings (…, size) as int8: 127 stands for `scale`."""
    return np.clip(np.round(vector * (127.0 / scale)), -127, 127).astype(np.int8)


def restored(codes: Codes, scale: float) -> F32:
    """The inverse of `quantised`, but for its rounding: float32 (…, size)."""
    return np.asarray(codes.astype(np.float32) * np.float32(scale / 127.0))
