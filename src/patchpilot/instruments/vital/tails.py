"""When a note is over, so that a phrase costs what its notes last and not what is left of it after each.

A voice ends with the release of its envelope, after which the engine gives exact zeros, unless an effect rings on.
"""

from __future__ import annotations

import math

from patchpilot.space.patch import Patch
from patchpilot.space.performance import Note
from patchpilot.space.space import Space

EFFECTS = (
    "chorus", "compressor", "delay", "distortion", "eq", "filter_fx", "flanger", "phaser", "reverb",
)  # fmt: skip
MARGIN_S = 0.5
"""After the release, at 44100 Hz and above: several times what filters of the last stage ring (0.08 s)."""


def over_s(space: Space, patch: Patch, note: Note, sample_rate: int) -> float:
    """Seconds from note-on after which a note is surely silent; infinite where that is not known."""

    def value(name: str) -> float:
        return patch.values.get(name, space[name].default)

    switches = [f"{effect}_on" for effect in EFFECTS]
    moved = {routing.destination for routing in patch.routings}
    is_dry = not any(value(switch) for switch in switches) and not moved.intersection(switches)
    if not is_dry or "env_1_release" in moved or patch.extra != "{}":
        return math.inf
    release_s = space["env_1_release"].shown(max(value("env_1_release"), 0.0))
    return note.hold_s + release_s + MARGIN_S * max(1.0, 44100 / sample_rate)
