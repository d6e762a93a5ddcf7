"""Writing sound files: all or nothing.

A file is written beside its place under another name, flushed to the disk and only then renamed, so an
interrupt, a crash or a full disk leaves the old file or none, never half a file.
"""

from __future__ import annotations

import errno
import io
import os
import secrets
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from patchpilot.audio._audio import Audio
from patchpilot.errors import OutputError

_CAUSES = {
    errno.ENOSPC: "the disk is full; make room or name another folder",
    errno.EDQUOT: "your quota is used up; make room or name another folder",
    errno.EROFS: "the place is read-only; name another folder",
    errno.EACCES: "permission denied; name a folder you may write to",
    errno.EPERM: "permission denied; name a folder you may write to",
    errno.ENOENT: "its folder does not exist; make it first",
    errno.ENOTDIR: "a part of its path is a file, not a folder; name another folder",
    errno.EISDIR: "a folder of that name is in the way; name another file",
}

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
    data = _wav_bytes(audio)
    write_atomically(path, lambda file: file.write(data))


def flac_preview(audio: Audio) -> Preview:
    """16-bit FLAC bytes; a sound that passes full scale is turned down so that it does not clip."""
    peak = float(np.abs(audio.samples).max(initial=0.0))
    gain = min(1.0, _PREVIEW_PEAK / peak) if peak > 0 else 1.0
    buffer = io.BytesIO()
    import soundfile

    soundfile.write(buffer, audio.samples.T * gain, audio.sample_rate, format="FLAC", subtype="PCM_16")
    return Preview(buffer.getvalue(), gain)


def write_atomically(path: str | Path, write: Callable[[BinaryIO], object]) -> None:
    """Have `write` fill a file that appears at `path` whole or not at all.

    Args:
        path: where to; an existing file is replaced.
        write: gets a binary file, open for writing and seeking.

    Raises:
        OutputError: the place is missing, read-only or full.
    """
    path = Path(path)
    try:
        _write_and_rename(path, write)
    except OSError as error:
        cause = _CAUSES.get(error.errno or 0, error.strerror or str(error))
        raise OutputError(f"cannot write {path}: {cause}.") from error


def _write_and_rename(path: Path, write: Callable[[BinaryIO], object]) -> None:
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:  # Ctrl-C included
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _wav_bytes(audio: Audio) -> bytes:
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
