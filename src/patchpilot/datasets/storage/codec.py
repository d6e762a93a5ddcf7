"""How the audio of a row is stored beside exactly: in half precision, or as FLAC."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from patchpilot.audio import lossless
from patchpilot.errors import AudioError, DatasetError

F32 = npt.NDArray[np.float32]


def from_flac(data: bytes, gain: float) -> F32:
    """`audio.lossless.from_flac` of what a dataset holds; raises `DatasetError`."""
    try:
        return lossless.from_flac(data, gain)
    except AudioError as error:
        raise DatasetError(str(error)) from None


def to_half(samples: F32) -> npt.NDArray[np.float16]:
    """float32 as float16: 11 significant bits (−66 dB of each sample), in steps of −144 dB at the quiet end."""
    return samples.astype(np.float16)
