"""A row's sound as the bytes of a file, the same for the same sound."""

from __future__ import annotations

import io

import numpy as np

from patchpilot.audio import Audio

AUDIO = ("wav", "flac", "none")
"""As float32 WAV (exact), as 24-bit FLAC, or not at all."""
_LOUDEST = 1.0 - 2.0**-20
"""What 24 bits hold with room to round."""


def gain_of(audio: Audio) -> float:
    """What samples are multiplied by so that none passes full scale, which FLAC cannot hold; at most 1."""
    peak = float(np.abs(audio.samples).max(initial=0.0))
    return float(np.float32(_LOUDEST / peak)) if peak > _LOUDEST else 1.0


def wav_bytes(audio: Audio) -> bytes:
    """A float32 WAV file: exact to the bit, values beyond full scale kept."""
    from scipy.io import wavfile

    buffer = io.BytesIO()
    wavfile.write(buffer, audio.sample_rate, np.ascontiguousarray(audio.samples.T))
    return buffer.getvalue()


def flac_bytes(audio: Audio) -> bytes:
    """A 24-bit FLAC file of the sound times `gain_of`: divide by that to get its level back."""
    import soundfile

    buffer = io.BytesIO()
    samples = audio.samples.T * np.float32(gain_of(audio))
    soundfile.write(buffer, samples, audio.sample_rate, format="FLAC", subtype="PCM_24")
    return buffer.getvalue()


def sound_bytes(audio: Audio, kind: str) -> bytes:
    """Bytes of a file of one of the kinds of `AUDIO` but "none"."""
    return wav_bytes(audio) if kind == "wav" else flac_bytes(audio)
