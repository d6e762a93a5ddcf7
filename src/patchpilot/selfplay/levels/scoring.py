"""How close a loop that was played again comes to the one that was heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import Audio
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


def scored(original: Audio, again: Audio, *, is_pitched: bool) -> LoopScore:
    """Compare a loop with the original.

    Args:
        original: the loop.
        again: what was made of it, as long.
        is_pitched: whether its pitches are to be compared.
    """
    return LoopScore(
        onset_f=onset_f(onsets_of(original), onsets_of(again)),
        chroma=chroma_correlation(original, again) if is_pitched else None,
        timbre=float(LogMel(original)(again)),
    )


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
    one, two = (_blurred(chromagram(audio, tuning=tuning)) for audio in (original, again))
    n = min(len(one), len(two))
    a, b = one[:n].ravel(), two[:n].ravel()
    if a.std() < 1e-12 or b.std() < 1e-12:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _blurred(
    frames: np.ndarray[tuple[int, int], np.dtype[np.float64]], width: int = 5
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(frames, width, axis=0, mode="nearest"))
