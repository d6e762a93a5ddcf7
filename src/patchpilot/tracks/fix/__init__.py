"""What to do about gaps: moves of a DAW, each tried out on the audio before it is offered.

desk = desk_of(audio, stems, track.sections, tempo_bpm)
for fix in fixes(track, one, desk, found, known):
    fix.reason, fix.moves
"""

from patchpilot.tracks.fix.desk import Desk, desk_of
from patchpilot.tracks.fix.feedback import (
    ACCEPTED,
    CHANGED,
    REJECTED,
    Feedback,
    feedback_beside,
    load_feedback,
)
from patchpilot.tracks.fix.fix import Fix
from patchpilot.tracks.fix.offer import fixes
from patchpilot.tracks.fix.step import BUS, Step

__all__ = [
    "ACCEPTED", "BUS", "CHANGED", "REJECTED", "Desk", "Feedback", "Fix", "Step", "desk_of", "feedback_beside", "fixes",
    "load_feedback",
]  # fmt: skip
