"""The beats and bars of a track of one tempo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64

_LEAST_BAR = 0.1
"""A part of a bar at either end of a track that is shorter than this belongs to its neighbour."""


@dataclass(frozen=True)
class Grid:
    """Where the beats and bars of a track are.

    Attributes:
        bpm: > 0, beats a minute.
        first_beat_s: the first beat of the file, s, in [0, `beat_s`).
        first_downbeat_s: the first beat that begins a bar, s, in [0, `bar_s`).
        beats_per_bar: 4, or 3 in waltz time.
        duration_s: s, of the track: beats are counted up to here.
        stability: 0..1, how well one tempo fits all of it; 1 is a machine's.
        confidence: 0..1, how clearly the beats stand out from what lies halfway between them.
    """

    bpm: float
    first_beat_s: float
    first_downbeat_s: float
    beats_per_bar: int
    duration_s: float
    stability: float = 1.0
    confidence: float = 1.0

    @property
    def beat_s(self) -> float:
        """Length of a beat, s."""
        return 60.0 / self.bpm

    @property
    def bar_s(self) -> float:
        """Length of a bar, s."""
        return self.beats_per_bar * self.beat_s

    @property
    def beats_s(self) -> F64:
        """Times of all beats within the track, s, float64 (n_beats,)."""
        return _times(self.first_beat_s, self.beat_s, self.duration_s)

    @property
    def bars_s(self) -> F64:
        """Times of all bar lines within the track, s, float64 (n_bars,)."""
        return _times(self.first_downbeat_s, self.bar_s, self.duration_s)

    @property
    def bar_edges_s(self) -> F64:
        """0, the bar lines and the end, s, float64 (n + 1,): what curves "per bar" have a value between.

        The first and the last stretch may be part of a bar; one below a tenth of a bar belongs to its neighbour.
        """
        least = _LEAST_BAR * self.bar_s
        inner = self.bars_s
        inner = inner[(inner > least) & (inner < self.duration_s - least)]
        return np.concatenate([[0.0], inner, [self.duration_s]])

    def bar_of(self, time_s: float) -> int:
        """Which bar a time lies in: 0 begins at `first_downbeat_s`, −1 is the part of a bar before it."""
        return int(np.floor((time_s - self.first_downbeat_s) / self.bar_s + 1e-3))

    def nearest_bar_s(self, time_s: float) -> float:
        """The bar line nearest to a time, s."""
        return self.first_downbeat_s + round((time_s - self.first_downbeat_s) / self.bar_s) * self.bar_s


def _times(first_s: float, step_s: float, end_s: float) -> F64:
    n = max(0, int(np.ceil((end_s - first_s) / step_s)))
    return np.asarray(first_s + step_s * np.arange(n))
