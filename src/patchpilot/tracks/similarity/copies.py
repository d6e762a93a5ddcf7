"""Changed copies of a stretch, no further from it than productions of one style are from each other.

Pitch by up to 3 semitones, tempo by up to a tenth, noise of 0.001 to 0.015 of full scale, gain of −6 to +3 dB. A copy
is played faster or slower, which moves both pitch and tempo. Where an embedding counts time in beats, only the pitch
is then another, and the tempo that it is told is drawn apart; elsewhere both move together, by up to a tenth.
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio import Audio, cut, resample
from patchpilot.tracks.features import SAMPLE_RATE, SHORTEST_S, Listened
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.similarity.hearing import Base, Stretch

SEMITONES, STRETCHED = 3.0, 0.1
NOISE = (0.001, 0.015)
GAIN_DB = (-6.0, 3.0)


def copied(stretch: Stretch, base: Base, rng: np.random.Generator) -> Stretch:
    """A changed copy, which holds nothing but the stretch.

    Args:
        stretch: of `SHORTEST_S` or longer.
        base: for which it is made.
        rng: of all draws.
    """
    tempo = float(rng.uniform(1.0 - STRETCHED, 1.0 + STRETCHED))
    pitch = float(2.0 ** (rng.uniform(-SEMITONES, SEMITONES) / 12.0))
    faster = pitch if base.follows_beat else tempo
    faster = min(faster, max(1.0, (stretch.end_s - stretch.start_s) / (SHORTEST_S + 0.1)))
    own = cut(stretch.listened.audio, stretch.start_s, stretch.end_s)
    played = resample(Audio(own.samples, round(SAMPLE_RATE * faster)), SAMPLE_RATE)
    noise = rng.standard_normal(played.samples.shape, np.float32) * np.float32(rng.uniform(*NOISE))
    gain = np.float32(10.0 ** (rng.uniform(*GAIN_DB) / 20.0))
    listened = Listened(Audio(played.samples * gain + noise, SAMPLE_RATE))
    grid = (
        None if stretch.grid is None else _moved(stretch.grid, stretch.start_s, faster, listened.duration_s)
    )
    return Stretch(listened, 0.0, listened.duration_s, grid, stretch.track, tempo)


def _moved(grid: Grid, start_s: float, faster: float, duration_s: float) -> Grid:
    """The grid of what begins at a time and is played faster."""
    beat_s, bar_s = grid.beat_s / faster, grid.bar_s / faster
    return Grid(
        bpm=grid.bpm * faster,
        first_beat_s=(grid.first_beat_s - start_s) / faster % beat_s,
        first_downbeat_s=(grid.first_downbeat_s - start_s) / faster % bar_s,
        beats_per_bar=grid.beats_per_bar,
        duration_s=duration_s,
    )
