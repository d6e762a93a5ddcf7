"""Audio as it is kept: named by its samples, and in 24-bit FLAC, which is turned down where it would clip."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import numpy.typing as npt

from patchpilot.audio._audio import F32
from patchpilot.errors import AudioError

_BELOW_ONE = 1.0 - 2.0**-23
"""The largest peak that 24-bit PCM holds without clipping."""


def audio_sha256(samples: npt.NDArray[np.floating]) -> str:
    """Hex digest of samples (channels, n), little-endian, channel by channel; their rate and shape do not count."""
    little = np.ascontiguousarray(samples, dtype=samples.dtype.newbyteorder("<"))
    return hashlib.sha256(little.reshape(-1).view(np.uint8).data).hexdigest()


def gain_of(samples: F32) -> float:
    """What samples are divided by so that their peak fits FLAC; 1 where it does."""
    peak = float(np.abs(samples).max(initial=0.0))
    return float(np.float32(max(1.0, peak / _BELOW_ONE)))


def to_flac(samples: F32, sample_rate: int) -> tuple[bytes, float]:
    """float32 (channels, n) as 24-bit FLAC, and the gain that was divided out: `gain_of`."""
    import soundfile

    gain = gain_of(samples)
    buffer = io.BytesIO()
    # Rounded here, and not by the encoder, which cuts off: half the error.
    whole = np.rint(samples.T.astype(np.float64) / gain * 2.0**23).clip(-(2**23), 2**23 - 1)
    soundfile.write(buffer, whole.astype(np.int32) << 8, sample_rate, format="FLAC", subtype="PCM_24")
    return buffer.getvalue(), gain


def from_flac(data: bytes, gain: float) -> F32:
    """The inverse of `to_flac` but for the rounding to 24 bits; raises `AudioError`."""
    import soundfile

    try:
        samples, _ = soundfile.read(io.BytesIO(data), dtype="int32", always_2d=True)
    except (RuntimeError, ValueError) as error:
        raise AudioError(f"its FLAC is damaged: {error}") from None
    return np.asarray((samples.T.astype(np.float64) * (gain * 2.0**-31)), np.float32)
