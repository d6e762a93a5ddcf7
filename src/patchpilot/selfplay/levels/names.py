"""What the parts of a loop are called."""

from __future__ import annotations

from patchpilot.audio.descriptors import NAMES, described
from patchpilot.selfplay.levels.analysis import Taken

_NOISY, _BASSY = 0.55, 0.5
_LOW_NOTE = 48.0


def part_names(taken: Taken) -> list[str]:
    """A name for each part, by what stands for it: "kick", "snare", "bass"…; numbered where two are alike."""
    found = [_name(taken, standing) for standing in taken.parts]
    return [
        name if found.count(name) == 1 else f"{name} {found[: k + 1].count(name)}"
        for k, name in enumerate(found)
    ]


def _name(taken: Taken, standing: int) -> str:
    hit = taken.hits[standing]
    values = dict(zip(NAMES, described(hit.audio).tolist(), strict=True))
    if values["bass"] > _BASSY and hit.audio.duration_s < 0.6:
        return "kick"
    if hit.pitch is not None and values["noise"] < _NOISY:
        return "bass" if hit.pitch < _LOW_NOTE else "tone"
    return "hat" if values["brightness"] > 1.5 else "snare" if values["noise"] > 0.3 else "drum"
