"""What the tracks of a collection are labelled by: the folder that they lie in, a tag, or their sub-style."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from patchpilot.errors import AudioError
from patchpilot.tracks.analyze import analyze
from patchpilot.tracks.cache import Cache
from patchpilot.tracks.profile import Profile, measured

By = Literal["folder", "tag", "style"]


def labels_by(by: By, paths: Sequence[Path]) -> list[str]:
    """The label of each track; "" where it has none.

    Args:
        by: "folder": the name of the folder that it lies in; "tag": the genre that the file is tagged with; "style":
            the number of its sub-style in the collection (`profile.Profile.styles`), from 1.
        paths: of the tracks.

    Raises:
        AudioError: a file cannot be read.
    """
    if by == "folder":
        return [path.resolve().parent.name for path in paths]
    if by == "tag":
        return [_genre(path) for path in paths]
    heard = [measured(analyze(path, cache=Cache())) for path in paths]
    profile = Profile.build(heard)
    numbers = {one.sha256: number for one, number in zip(profile.used, profile.styles, strict=True)}
    return [f"style {numbers[one.sha256] + 1}" for one in heard]


def _genre(path: Path) -> str:
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            return str(file.genre).strip().lower()
    except (soundfile.LibsndfileError, OSError) as error:
        raise AudioError(f"cannot read the tags of {path}: {error}. Name labels by folder.") from error
