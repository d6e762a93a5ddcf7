"""The stretches of a track that are heard one by one: sections, cut where they are long."""

from __future__ import annotations

from itertools import pairwise

from patchpilot.tracks.section import Section
from patchpilot.tracks.track import Track

MOST_S = 30.0
"""About sixteen bars: longer sections are cut into equal parts."""
LEAST_S = 3.0
"""What is shorter says too little, unless there is nothing else."""


def stretches(track: Track) -> tuple[Section, ...]:
    """Sections cut into parts of at most 30 s on bar lines; of a track without sections, parts without a label."""
    whole = track.sections or (Section("", 0.0, track.duration_s),)
    long = [section for section in whole if section.duration_s >= LEAST_S]
    return tuple(part for section in long or whole for part in _parts(section, track))


def _parts(section: Section, track: Track) -> list[Section]:
    n = int(section.duration_s / MOST_S) + 1
    edges = [section.start_s + section.duration_s * k / n for k in range(n + 1)]
    if track.grid is not None:
        bar_s = track.grid.bar_s
        inner = [section.start_s + round((edge - section.start_s) / bar_s) * bar_s for edge in edges[1:-1]]
        edges = [edges[0], *inner, edges[-1]]
    return [Section(section.label, a, b) for a, b in pairwise(edges) if b > a]
