"""A row as files: its patch as the instrument's own preset, and its sound."""

from __future__ import annotations

from pathlib import Path

from patchpilot.audio import Audio, save
from patchpilot.files import make_folder
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch


def export(
    patch: Patch, audio: Audio | None, instrument: Instrument, folder: Path, stem: str
) -> tuple[Path, ...]:
    """Write a preset and a float32 WAV of one name; what is there already is never replaced.

    Args:
        patch: of the instrument.
        audio: what is written beside it; None where there is none.
        instrument: whose preset file it becomes.
        folder: made if it is missing.
        stem: name of the files without their endings; numbered where it is taken ("row-7-2").

    Returns:
        The files.

    Raises:
        OutputError: the folder cannot be made or written to.
    """
    make_folder(folder)
    suffixes = (instrument.suffix, ".wav")
    name, number = stem, 1
    while any((folder / f"{name}{suffix}").exists() for suffix in suffixes):
        number += 1
        name = f"{stem}-{number}"
    preset = folder / f"{name}{instrument.suffix}"
    instrument.export(patch, preset)
    if audio is None:
        return (preset,)
    save(audio, folder / f"{name}.wav")
    return preset, folder / f"{name}.wav"
