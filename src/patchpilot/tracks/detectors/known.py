"""All detectors by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from patchpilot.audio import Audio
from patchpilot.space.canonical import Json
from patchpilot.tracks.detectors.acid import acid
from patchpilot.tracks.detectors.four_on_the_floor import four_on_the_floor
from patchpilot.tracks.detectors.offbeat_hats import offbeat_hats
from patchpilot.tracks.detectors.pumping import pumping
from patchpilot.tracks.detectors.supersaw import supersaw
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.section import Section


class Finding(Protocol):
    """What a detector found."""

    @property
    def score(self) -> float:
        """0..1, how much of it is there."""

    @property
    def sentence(self) -> str:
        """What was heard, in words."""

    def to_json(self) -> dict[str, Json]:
        """Plain JSON."""


class Heard(Protocol):
    """What detectors hear: a track, or a stem of it."""

    audio: Audio


Detector = Callable[[Heard, Grid, Sequence[Section]], Finding]


def _of_audio(function: Callable[[Audio, Grid], Any]) -> Detector:
    def detector(heard: Heard, grid: Grid, sections: Sequence[Section]) -> Finding:  # noqa: ARG001 (all alike)
        found: Finding = function(heard.audio, grid)
        return found

    return detector


DETECTORS: Mapping[str, Detector] = {
    "pumping": _of_audio(pumping),
    "acid": _of_audio(acid),
    "supersaw": _of_audio(supersaw),
    "four_on_the_floor": _of_audio(four_on_the_floor),
    "offbeat_hats": _of_audio(offbeat_hats),
}
"""By name, in the order in which they are told."""
