"""How close a loop that was played again comes to the one that was heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.audio.chroma import chromagram, tuning_of
from patchpilot.distance import LogMel
from patchpilot.instruments.rack.material.slicing import onset_times

WINDOW_S = 0.05
"""How far an onset may be off, as in MIREX."""


@dataclass(frozen=True)
class LoopScore:
    """How close it comes.

    Attributes:
        onset_f: F-measure of onsets within 50 ms, 0..1.
        chroma: mean correlation of chroma over time, -1..1; None for a loop without pitch.
        timbre: active-cell log-mel distance of the whole loops, 0 for the same.
    """

    onset_f: float
    chroma: float | None
    timbre: float

    @property
    def total(self) -> float:
        """0..1: the mean of the parts there are; a timbre of 0.7 counts half."""
        parts = [self.onset_f, float(np.exp2(-self.timbre / 0.7))]
        parts += [] if self.chroma is None else [max(0.0, self.chroma)]
        return float(np.mean(parts))


class LoopScorer:
    """Compares loops with one original, of which it remembers what it heard.

    Args:
        original: the loop.
        is_pitched: whether pitches are to be compared.
    """

    def __init__(self, original: Audio, *, is_pitched: bool) -> None:
        self._onsets, self._timbre = onsets_of(original), LogMel(original)
        self._tuning = tuning_of(original)
        self._chroma = _chroma(original, self._tuning) if is_pitched else None

    def __call__(self, again: Audio) -> LoopScore:
        """How close a loop comes that is as long."""
        return LoopScore(
            onset_f(self._onsets, onsets_of(again)), self.chroma(again), float(self._timbre(again))
        )

    def chroma(self, again: Audio) -> float | None:
        """The correlation of chroma alone, which is quickly said; None for a loop without pitch."""
        return None if self._chroma is None else _correlation(self._chroma, _chroma(again, self._tuning))


def scored(original: Audio, again: Audio, *, is_pitched: bool) -> LoopScore:
    """Compare a loop with the original; see `LoopScorer`."""
    return LoopScorer(original, is_pitched=is_pitched)(again)


def onsets_of(audio: Audio) -> list[float]:
    """All onsets of a loop in seconds, the one at its start too."""
    return [0.0, *onset_times(audio)]


def onset_f(expected: Sequence[float], found: Sequence[float], window_s: float = WINDOW_S) -> float:
    """F-measure of times, each of which counts for one other at most; 1 where there are none at all."""
    if not expected and not found:
        return 1.0
    hits, taken = 0, 0
    there = sorted(found)
    for time in sorted(expected):
        while taken < len(there) and there[taken] < time - window_s:
            taken += 1
        if taken < len(there) and there[taken] <= time + window_s:
            hits += 1
            taken += 1
    return 2.0 * hits / (len(expected) + len(found)) if expected and found else 0.0


def chroma_correlation(original: Audio, again: Audio) -> float:
    """Pearson's correlation of all cells of the two chromagrams, blurred over half a second; 0 without any pitch.

    Both are seen in the tuning of the original.
    """
    tuning = tuning_of(original)
    return _correlation(_chroma(original, tuning), _chroma(again, tuning))


def _correlation(one: F64, two: F64) -> float:
    n = min(len(one), len(two))
    a, b = one[:n].ravel(), two[:n].ravel()
    if a.std() < 1e-12 or b.std() < 1e-12:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _chroma(audio: Audio, tuning: float, width: int = 5) -> F64:
    """Blurred chroma, float64 (frames, 12)."""
    from scipy.ndimage import uniform_filter1d

    frames = chromagram(audio, tuning=tuning)
    return np.asarray(uniform_filter1d(frames, width, axis=0, mode="nearest"))
