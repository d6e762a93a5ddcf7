"""A row's sound as the bytes of a file, the same for the same sound."""

from __future__ import annotations

import io

import numpy as np

from patchpilot.audio import Audio
from patchpilot.audio.lossless import to_flac

AUDIO = ("wav", "flac", "none")
"""As float32 WAV (exact), as 24-bit FLAC, or not at all."""


def wav_bytes(audio: Audio) -> bytes:
    """A float32 WAV file: exact to the bit, values beyond full scale kept."""
    from scipy.io import wavfile

    buffer = io.BytesIO()
    wavfile.write(buffer, audio.sample_rate, np.ascontiguousarray(audio.samples.T))
    return buffer.getvalue()


def sound_bytes(audio: Audio, kind: str) -> bytes:
    """Bytes of a file of one of the kinds of `AUDIO` but "none"; FLAC as datasets store it, `gain_of` divided out."""
    return wav_bytes(audio) if kind == "wav" else to_flac(audio.samples, audio.sample_rate)[0]
