"""Whether the first part of a note is to be heard before the whole."""

from __future__ import annotations

import dataclasses

from patchpilot.space import Performance

FIRST_S = 0.5
"""Seconds of the first part."""
QUICK_S, WORTH = 0.15, 1.6
"""A whole that takes no longer, or not so many times as long as its first part, is played at once; the latter not while
a knob is dragged, when the whole would be passed over."""
DRAGGED_S = 0.4
"""Changes that come so soon after one another are a drag."""
_RATE = 0.3
"""How fast the belief about how long a sound takes follows what was measured."""


class Pace:
    """How long sounds take, by what is played."""

    def __init__(self) -> None:
        self._took_s: dict[str, float] = {}

    def took(self, performance: Performance, seconds: float) -> None:
        """A sound took so long to play."""
        before = self._took_s.get(performance.sha256, seconds)
        self._took_s[performance.sha256] = before + _RATE * (seconds - before)

    def is_slow(self, performance: Performance, *, is_dragged: bool) -> bool:
        """Whether the first part is to come before the whole; arcs and audio inputs are played whole."""
        if performance.length_s <= 2.0 * FIRST_S or performance.arcs or performance.inputs:
            return False
        if not any(note.start_s < FIRST_S for note in performance.notes):
            return False
        first = self._took_s.get(beginning(performance).sha256, 0.0)
        worth = first if is_dragged else WORTH * first
        return self._took_s.get(performance.sha256, 1.0) > max(QUICK_S, worth)


def beginning(performance: Performance) -> Performance:
    """The first part of what is played; a note begins in it."""
    notes = tuple(note for note in performance.notes if note.start_s < FIRST_S)
    return dataclasses.replace(performance, notes=notes, length_s=FIRST_S)
