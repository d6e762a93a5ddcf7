"""What a producer of trance listens for, one thing a file: `DETECTORS["pumping"](listened, grid, sections)`."""

from patchpilot.tracks.detectors.acid import acid
from patchpilot.tracks.detectors.four_on_the_floor import four_on_the_floor
from patchpilot.tracks.detectors.known import DETECTORS, Detector, Finding
from patchpilot.tracks.detectors.offbeat_hats import offbeat_hats
from patchpilot.tracks.detectors.pumping import pumping
from patchpilot.tracks.detectors.supersaw import supersaw

__all__ = [
    "DETECTORS",
    "Detector",
    "Finding",
    "acid",
    "four_on_the_floor",
    "offbeat_hats",
    "pumping",
    "supersaw",
]
