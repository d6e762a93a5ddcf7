"""What lies under the framed moments: the others, as loops whose layers come and go with the energy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from patchpilot.selfplay.arrangement.arrangement import Clip
from patchpilot.selfplay.arrangement.form import BEATS_PER_BAR, Section, first_beats
from patchpilot.selfplay.arrangement.moment import Moment
from patchpilot.space import Pattern
from patchpilot.space.key import shift

_FROM = {"pad": 0.0, "effects": 0.0, "drums": 0.3, "bass": 0.4, "lead": 0.75}
"""Energy from which a role is heard."""
_STEPS = 16
_PULSES = {"drums": (4, 7), "bass": (3, 8), "lead": (3, 6)}
"""Hits of a bar at the least and at the most energy."""


def bed(moments: Sequence[Moment], form: Sequence[Section], rng: np.random.Generator) -> list[Clip]:
    """Clips of moments that may be heard often.

    Args:
        moments: that are not framed.
        form: of the song.
        rng: chooses one of each role for a section, and its pattern.
    """
    clips: list[Clip] = []
    for section, start in zip(form, first_beats(form), strict=False):
        for role, least in _FROM.items():
            some = [moment for moment in moments if moment.role == role]
            if some:
                chosen = some[int(rng.integers(len(some)))]
                rotation = int(rng.integers(_STEPS))
                clips += _layer(chosen, section, start, least, rotation)
    return clips


def _layer(moment: Moment, section: Section, start: int, least: float, rotation: int) -> Iterator[Clip]:
    """One moment through a section, in the bars that have energy enough."""
    semitones = shift(moment.pitches, section.key)
    for bar in range(section.bars):
        at = (bar + 0.5) / section.bars
        energy = section.energy[0] + at * (section.energy[1] - section.energy[0])
        if energy < least or (moment.role == "effects" and bar > 0):
            continue
        for beat, beats in _hits(moment.role, energy, rotation):
            yield Clip(moment.name, start + bar * BEATS_PER_BAR + beat, beats, moment.role, semitones)


def _hits(role: str, energy: float, rotation: int) -> list[tuple[float, float]]:
    """First beats and lengths in a bar."""
    if role not in _PULSES:
        return [(0.0, float(BEATS_PER_BAR))]
    low, high = _PULSES[role]
    pulses = round(low + energy * (high - low))
    turned = rotation if role == "lead" else 0
    pattern = Pattern.euclid(pulses, _STEPS, rotation=turned, gate=1.0)
    return [(begins, ends - begins) for begins, ends, _ in pattern.timed()]
