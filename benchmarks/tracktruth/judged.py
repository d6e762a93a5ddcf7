"""How well an analysis agrees with what is true of a track."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.tracks import Section, Track
from tracktruth.whole import Truth

PHASE_S = 0.02
_STEP_S = 0.1


@dataclass(frozen=True)
class Verdict:
    """Of one track.

    Attributes:
        tempo_off: beats a minute; infinite where no tempo was found.
        phase: part of the true beats that have a beat of the grid within 20 ms.
        is_downbeat: whether bars begin where they do.
        is_key: whether the key is right.
        hits: boundaries of sections that were found within a bar.
        found: boundaries that were said.
        true: boundaries that there are.
        labels: part of the time at which the label is right.
    """

    tempo_off: float
    phase: float
    is_downbeat: bool
    is_key: bool
    hits: int
    found: int
    true: int
    labels: float


def verdict(track: Track, truth: Truth) -> Verdict:
    """What is right and wrong in an analysis."""
    bar_s = truth.beats_per_bar * 60.0 / truth.bpm
    starts = [[section.start_s for section in form[1:]] for form in (track.sections, truth.sections)]
    hits = matched(starts[0], starts[1], bar_s)
    labels = agreeing(track.sections, truth.sections)
    is_key = track.key is not None and track.key.name == str(truth.key)
    if track.grid is None:
        return Verdict(float("inf"), 0.0, False, is_key, hits, len(starts[0]), len(starts[1]), labels)
    last_s = truth.sections[-1].end_s
    beats = np.arange(truth.first_beat_s, last_s - 1e-6, 60.0 / truth.bpm)
    off = (track.grid.first_downbeat_s - truth.first_beat_s + bar_s / 2) % bar_s - bar_s / 2
    near = np.abs(beats[:, None] - track.grid.beats_s[None, :]).min(axis=1) <= PHASE_S
    return Verdict(
        abs(track.grid.bpm - truth.bpm),
        float(near.mean()),
        abs(off) <= PHASE_S,
        is_key,
        hits,
        len(starts[0]),
        len(starts[1]),
        labels,
    )


def matched(found: Sequence[float], true: Sequence[float], within_s: float) -> int:
    """How many true times have a found one near, each found one serving once."""
    left = list(found)
    hits = 0
    for time in true:
        near = [other for other in left if abs(other - time) <= within_s]
        if near:
            left.remove(min(near, key=lambda other: abs(other - time)))
            hits += 1
    return hits


def agreeing(found: Sequence[Section], true: Sequence[Section]) -> float:
    """Part of the time from the first true section to the last at which the labels are the same."""
    times = np.arange(true[0].start_s, true[-1].end_s, _STEP_S)
    return float(np.mean([_label(found, time) == _label(true, time) for time in times]))


def _label(form: Sequence[Section], time_s: float) -> str:
    return next((section.label for section in form if section.start_s <= time_s < section.end_s), "")
