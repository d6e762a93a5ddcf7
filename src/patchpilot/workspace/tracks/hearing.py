"""What is in a track, its score, and which others are like it: run by `Apart`, far from the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patchpilot.errors import AudioError

if TYPE_CHECKING:
    from patchpilot.audio import Audio
    from patchpilot.workspace.apart import Told

NAME = __name__
"""Of this module, as `Apart.do` calls its functions."""


def loaded(files: Mapping[str, Path]) -> dict[str, Audio]:
    """The audio of stems by their names."""
    from patchpilot.audio import load

    return {name: load(file) for name, file in files.items()}


def analysed(told: Told, file: Path, stems: Mapping[str, Path]) -> dict[str, Any]:
    """As `Track.to_json` says; raises `AudioError`."""
    from patchpilot.tracks import Cache, analyze

    told(phase="listening")
    return analyze(file, stems=loaded(stems), cache=Cache()).to_json()


def scored(told: Told, file: Path) -> dict[str, Any]:
    """As `TranceScore.to_json` says; raises `AudioError`, where there is no beat, too."""
    from patchpilot.tracks import Cache, analyze
    from patchpilot.tracks.score import TranceScore

    told(phase="listening")
    track = analyze(file, cache=Cache())
    if track.score is None:
        raise AudioError("expected a track with a beat, but none was found, so there is no score.")
    said: dict[str, Any] = TranceScore.from_json(track.score).to_json()
    return said


def similar(
    told: Told, file: Path, others: Mapping[str, Path], section: str | None, top: int
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """The tracks most like one.

    Args:
        told: how far it is.
        file: the one.
        others: by their ids.
        section: compare only such sections.
        top: how many.

    Returns:
        Of each its "sound", "similarity" and "spans_s", the most alike first; and (id, reason) of those that cannot be
        heard.

    Raises:
        AudioError: the one cannot be heard, or none of the others.
    """
    import numpy as np

    from patchpilot.tracks.similarity import Bars, Collection, Vectors, hear, untrained

    base = Bars()
    told(phase="listening", done=0)
    one = hear(file, base)
    heard: dict[str, Vectors] = {}
    broken = []
    for number, (sound, other) in enumerate(others.items(), 1):
        try:
            heard[sound] = hear(other, base)
        except AudioError as error:
            broken.append((sound, str(error)))
        told(done=number, total=len(others))
    if not heard:
        raise AudioError("expected other tracks beside this one that can be heard, got none: bring some more")
    head = untrained(base, np.concatenate([vectors.rows[0] for vectors in heard.values()]))
    found = Collection(list(heard.values()), head, section).similar(one, top)
    ids = {vectors.path: sound for sound, vectors in heard.items()}
    return [
        {"sound": ids[each.path], "similarity": round(each.similarity, 4), "spans_s": each.sections}
        for each in found
    ], broken
