"""The `Hit` noun: notes of a pattern that begin together."""

from __future__ import annotations

from dataclasses import dataclass

from patchpilot.errors import ParameterError
from patchpilot.space.performance import Note

TICKS = 40320
"""Of a beat: divides by all whole numbers up to 10, so that triplets add up; less than a sample at usual tempos."""
MOST_BEATS = 40_000
"""Of a pattern."""


def ticks(beats: float) -> int:
    """The nearest whole number of ticks."""
    return round(beats * TICKS)


@dataclass(frozen=True)
class Hit:
    """Notes that begin together.

    Attributes:
        beat: when, in beats from the pattern's start (in whole ticks, as `beats`).
        pitches: MIDI notes, each once, rising.
        beats: how long the keys are held; it may ring on past the pattern's end.
        velocity: 0..1.

    Raises:
        ParameterError: there is no pitch, or a number is out of its range.
    """

    beat: float
    pitches: tuple[int, ...]
    beats: float = 1.0
    velocity: float = 0.8

    def __post_init__(self) -> None:
        for name in ("beat", "beats"):
            value = getattr(self, name)
            if not 0.0 <= value <= MOST_BEATS:
                raise ParameterError(f"expected {name} of a hit from 0 to {MOST_BEATS}, got {value!r}")
            object.__setattr__(self, name, ticks(value) / TICKS)
        if not self.pitches:
            raise ParameterError(f"expected at least one pitch in the hit at beat {self.beat:g}")
        for pitch in self.pitches:
            Note(pitch, self.velocity)  # refuses what a note refuses
        object.__setattr__(self, "velocity", float(self.velocity) + 0.0)
        object.__setattr__(self, "pitches", tuple(sorted({int(pitch) for pitch in self.pitches})))
