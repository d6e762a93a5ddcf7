"""Writing sound files, and small copies of sounds to embed in a page."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from patchpilot.audio._audio import Audio
from patchpilot.files import write_bytes

_PREVIEW_PEAK = 10 ** (-0.1 / 20)
_IEEE_FLOAT = 3
"""The WAV format tag."""


@dataclass(frozen=True)
class Preview:
    """A small file to embed in a page.

    Attributes:
        data: the FLAC file's bytes.
        gain: 0 < gain <= 1; the samples were multiplied by this so that none clips. Divide to get them back.
    """

    data: bytes
    gain: float


def save(audio: Audio, path: str | Path) -> None:
    """Write a float32 WAV: exact to the bit, values beyond full scale kept.

    Args:
        audio: any number of channels.
        path: where to; an existing file is replaced.

    Raises:
        OutputError: the place is missing, read-only or full; whatever was there before is still there.
    """
    write_bytes(Path(path), wav_bytes(audio))


def flac_preview(audio: Audio) -> Preview:
    """16-bit FLAC bytes; a sound that passes full scale is turned down so that it does not clip."""
    peak = float(np.abs(audio.samples).max(initial=0.0))
    gain = min(1.0, _PREVIEW_PEAK / peak) if peak > 0 else 1.0
    buffer = io.BytesIO()
    import soundfile

    soundfile.write(buffer, audio.samples.T * gain, audio.sample_rate, format="FLAC", subtype="PCM_16")
    return Preview(buffer.getvalue(), gain)


def wav_bytes(audio: Audio) -> bytes:
    """A float32 WAV file.

    libsndfile would put the time of day into it; the same sound must give the same bytes.
    """
    data = audio.samples.T.astype("<f4").tobytes()
    frame = 4 * audio.channels
    fmt = struct.pack(
        "<HHIIHHH", _IEEE_FLOAT, audio.channels, audio.sample_rate, audio.sample_rate * frame, frame, 32, 0
    )
    chunks = _chunk(b"fmt ", fmt) + _chunk(b"fact", struct.pack("<I", len(audio))) + _chunk(b"data", data)
    return _chunk(b"RIFF", b"WAVE" + chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body
