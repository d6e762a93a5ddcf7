"""Whole tracks: what a producer hears in them, in numbers.

    >>> from patchpilot.tracks import Grid
    >>> grid = Grid(bpm=120, first_beat_s=0.0, first_downbeat_s=0.0, beats_per_bar=4, duration_s=8.0)
    >>> grid.bars_s.tolist(), grid.bar_of(5.0)
    ([0.0, 2.0, 4.0, 6.0], 2)

What is inside:
    nouns            `Track`, `Grid`, `Section`
    all of it        `analyze` makes a `Track`; a `Cache` keeps it
    one stage each   tempo, beats, bars, key, loudness, energy, sections, balance: modules of functions that hear a
                     `features.Listened`
    what to listen for    `tracks.detectors`, `tracks.score`

Single sounds are `patchpilot.audio`'s.
"""

from patchpilot.tracks.analyze import analyze
from patchpilot.tracks.cache import Cache
from patchpilot.tracks.track import LABELS, Grid, Section, Track

__all__ = ["LABELS", "Cache", "Grid", "Section", "Track", "analyze"]
