"""Reading a sound file: any format and rate that libsndfile knows.

The header is read before the samples, so a file that is too long costs nothing, and each way in which a file
can be wrong has its own message: what was expected, what came, the likely cause and what to do.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from patchpilot.audio._audio import Audio
from patchpilot.errors import AudioError

if TYPE_CHECKING:
    from soundfile import SoundFile

MAX_FILE_S = 3600.0
"""A longer file is refused by its header: no single sound lasts an hour."""


def load(path: str | Path, *, seconds: float | None = None) -> Audio:
    """Read a sound file at its own rate, with all its channels.

    Args:
        path: WAV, FLAC, OGG, MP3, AIFF or another format that libsndfile reads.
        seconds: > 0, s; read no more than this much from the start. None reads the whole file.

    Returns:
        Audio of at least one sample, all of them finite; values beyond full scale are kept.

    Raises:
        AudioError: `path` is missing, a folder, empty, not a sound, longer than an hour, or holds values that
            are not finite.
    """
    path = Path(path)
    _check_is_file(path)
    with _open(path) as file:
        _check_length(path, file)
        frames = -1 if seconds is None else round(seconds * file.samplerate)
        samples = _read(path, file, frames)
        sample_rate = int(file.samplerate)
    _check_finite(path, samples)
    return Audio(samples.T, sample_rate)


def duration_s(path: str | Path) -> float:
    """Length of a sound file in seconds, from its header alone.

    Raises:
        AudioError: `path` is missing, a folder, empty or not a sound.
    """
    path = Path(path)
    _check_is_file(path)
    with _open(path) as file:
        return float(file.frames / file.samplerate)


def _check_is_file(path: Path) -> None:
    if path.is_dir():
        raise AudioError(
            f"expected a sound file, got a folder: {path}. "
            f"Name the files in it, for example {path / '*.wav'}."
        )
    if not path.exists():
        raise AudioError(
            f"no such file: {path}. Check the spelling, and whether the drive that holds it is there."
        )
    if path.stat().st_size == 0:
        raise AudioError(
            f"expected a sound file, got 0 bytes: {path}. "
            "An export or a download probably stopped before it began; make the file again."
        )


def _open(path: Path) -> SoundFile:
    """The open file; libsndfile's own words are kept, for they name the format's flaw."""
    import soundfile

    try:
        # As bytes where names are bytes: one that is no UTF-8 could not be passed on as text.
        return soundfile.SoundFile(os.fsencode(path) if os.name == "posix" else path)
    except (soundfile.LibsndfileError, OSError, TypeError) as error:
        raise AudioError(_not_a_sound(path, error)) from error


def _not_a_sound(path: Path, error: Exception) -> str:
    if isinstance(error, PermissionError) or not _is_readable(path):
        return f"cannot read {path}: permission denied. Change the file's permissions, or copy it."
    reason = getattr(error, "error_string", str(error)).rstrip(".")
    cause = "it holds text" if _looks_like_text(path) else "it is damaged, cut short, or of an unknown format"
    return (
        f"expected a sound file (WAV, FLAC, OGG, MP3, AIFF), got something else: {path} ({reason}). "
        f"Probably {cause}, whatever its name says; export the sound again as WAV."
    )


def _is_readable(path: Path) -> bool:
    try:
        path.open("rb").close()
    except OSError:
        return False
    return True


def _looks_like_text(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(512)
    return all(byte >= 32 or byte in b"\t\n\r\f" for byte in start)


def _check_length(path: Path, file: SoundFile) -> None:
    if file.frames == 0:
        raise AudioError(
            f"expected a sound, got a file with no samples in it: {path}. "
            "An export or a recording probably stopped before it began; make the file again."
        )
    length_s = file.frames / file.samplerate
    if length_s > MAX_FILE_S:
        raise AudioError(
            f"expected a sound of a few seconds, got {_hours(length_s)}: {path}. "
            "This is probably a whole set or a damaged header; cut out the one sound you want."
        )


def _hours(seconds: float) -> str:
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"


def _read(path: Path, file: SoundFile, frames: int) -> np.ndarray:
    """float32 (n, channels), n >= 1."""
    import soundfile

    try:
        samples: np.ndarray = file.read(frames, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise AudioError(_not_a_sound(path, error)) from error
    if len(samples) == 0:
        raise AudioError(f"the header of {path} promises a sound, but none follows: the file was cut short.")
    return samples


def _check_finite(path: Path, samples: np.ndarray) -> None:
    bad = 1 - np.isfinite(samples).mean()
    if bad > 0:
        raise AudioError(
            f"expected finite samples, but {_percent(bad)} of {path} is NaN or infinite. "
            "A plugin probably blew up while this was rendered; render it again without that plugin."
        )


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 else "less than 0.1%"
