"""The stems of tracks: which sounds of the workspace are parts of which track."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from patchpilot.errors import ParameterError
from patchpilot.files import make_folder, write_text
from patchpilot.workspace.errors import MissingError

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace

_APART_S = 1.0
"""A stem may be so much longer or shorter than its track: exports end where the tail does."""


class Stems:
    """Stems by the ids of their tracks; on the disk beside the sounds.

    Args:
        workspace: whose.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._sounds, self._folder = workspace.sounds, workspace.path / "stems"
        self._events = workspace.events
        self._lock = threading.Lock()

    def of(self, track: str) -> dict[str, str]:
        """Ids of a track's stems by their names; none for most. Raises `MissingError` where there is no such track."""
        self._sounds.info(track)
        try:
            said = json.loads((self._folder / f"{track}.json").read_text("utf-8"))
            return {str(name): str(sound) for name, sound in said.items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def put(self, track: str, stems: Mapping[str, str]) -> dict[str, str]:
        """Say which stems a track has; gives those that it had.

        Raises:
            MissingError: a sound is not here.
            OutputError: it cannot be written down.
            ParameterError: a stem is not as long as its track.
        """
        self.check(track, stems)
        with self._lock:
            before = self.of(track)
            make_folder(self._folder)
            write_text(self._folder / f"{track}.json", json.dumps(dict(stems)))
        self._events.publish("stems", {"sound": track, "stems": dict(stems)})
        return before

    def check(self, track: str, stems: Mapping[str, str]) -> None:
        """Refuse what are no stems of a track; raises `MissingError` and `ParameterError`."""
        length_s = self._sounds.info(track)["seconds"]
        for name, sound in stems.items():
            stem_s = self._sounds.info(sound)["seconds"]
            if abs(stem_s - length_s) > _APART_S:
                raise ParameterError(
                    f"expected a stem as long as its track, {length_s:.1f} s; {name} has {stem_s:.1f} s. Export the "
                    "stems from the first bar to the last of the whole track"
                )

    def files(self, track: str, stems: Mapping[str, str] | None) -> dict[str, Path]:
        """Files of the stems that are named; of those that the track has where none are (None).

        Raises:
            MissingError: one of those that are named is not here.
        """
        found = {}
        for name, sound in (self.of(track) if stems is None else stems).items():
            try:
                found[name] = self._sounds.file(sound)
            except MissingError:
                if stems is not None:
                    raise
        return found
