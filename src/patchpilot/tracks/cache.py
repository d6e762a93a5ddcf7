"""Analyses that were made, kept by what they were made of: the bytes of the file, whatever it is called."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from patchpilot.audio import Audio
from patchpilot.errors import AudioError, OutputError
from patchpilot.files import make_folder, write_text
from patchpilot.tracks.essentia import is_installed
from patchpilot.tracks.track import Track

VERSION = 3
"""Of the numbers: raised whenever an analysis says something else of the same bytes."""
_BLOCK = 1 << 20


class Cache:
    """A folder of analyses.

    Args:
        folder: in the user's cache folder where None. It may vanish at any time: all of it can be made again.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else platformdirs.user_cache_path("patchpilot") / "tracks"

    def get(self, name: str) -> Track | None:
        """The analysis of some content; None where there is none, or it is damaged or of another version."""
        try:
            return Track.from_json(json.loads(self._path(name).read_text(encoding="utf-8")))
        except (OSError, ValueError, AudioError):
            return None

    def put(self, name: str, track: Track) -> None:
        """Keep an analysis; where the folder cannot be written, nothing is kept, and nothing is lost."""
        with contextlib.suppress(OutputError):
            make_folder(self.folder)
            write_text(self._path(name), json.dumps(track.to_json()))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}-{VERSION}{'e' * is_installed()}.json"


class Fresh(Cache):
    """The same folder, but nothing in it is believed: every analysis is made again, and kept."""

    def get(self, name: str) -> Track | None:  # noqa: ARG002 (as the cache has it)
        """None."""
        return None


def content(sound: str | Path | Audio, stems: Mapping[str, Audio]) -> str:
    """The sha256 of a sound, and of its stems, in hex.

    Raises:
        AudioError: there is no such file, or it cannot be read.
    """
    digest = hashlib.sha256()
    if isinstance(sound, Audio):
        _add(digest, sound)
    else:
        try:
            with Path(sound).open("rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
        except OSError as error:
            raise AudioError(f"cannot read {sound}: {error.strerror or error}. Name a sound file.") from error
    for name in sorted(stems):
        digest.update(name.encode())
        _add(digest, stems[name])
    return digest.hexdigest()


def _add(digest: hashlib._Hash, audio: Audio) -> None:
    digest.update(f"{audio.sample_rate} {audio.channels} ".encode())
    digest.update(audio.samples.tobytes())
