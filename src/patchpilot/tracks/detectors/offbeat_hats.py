"""Off-beat hi-hats: halfway between the beats, where the kick leaves room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import Audio
from patchpilot.space.canonical import Json
from patchpilot.tracks.detectors._phases import kick_bars_s, spread
from patchpilot.tracks.detectors._strokes import HAT_HZ, strokes
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.ramp import ramp

CLEAR_DB = 3.0
"""By how much the off-beats are louder than what else begins there, from which on the hats are off-beat hats."""
_FULL_DB = 8.0
_MOST_BARS = 64
_QUANTILE = 0.4
"""A clap on every other beat does not count."""
_AUDIBLE_DB = -50.0
"""Relative to the whole sound."""


@dataclass(frozen=True)
class OffbeatHats:
    """What begins above 7 kHz.

    Attributes:
        contrast_db: by how much what begins halfway between beats is louder than what begins on them and a sixteenth
            beside, dB; -40 to 40.
        level_db: of the off-beat strokes, relative to the whole sound, dB; at least -100.
    """

    contrast_db: float
    level_db: float

    @property
    def is_offbeat(self) -> bool:
        """Whether the off-beats stand out."""
        return self.level_db > _AUDIBLE_DB and self.contrast_db >= CLEAR_DB

    @property
    def score(self) -> float:
        """0..1: half at a contrast of 3 dB, 1 from 8 dB on."""
        if self.level_db <= _AUDIBLE_DB:
            return 0.0
        return ramp(self.contrast_db, (0.0, 0.0), (CLEAR_DB, 0.5), (_FULL_DB, 1.0))

    @property
    def sentence(self) -> str:
        """What was heard, in words."""
        if self.level_db <= _AUDIBLE_DB:
            return "No hi-hats were heard between the beats."
        if self.is_offbeat:
            return f"Hi-hats on the off-beats stand out by {self.contrast_db:.0f} dB."
        return f"Hi-hats do not favour the off-beats ({round(self.contrast_db):+d} dB against the steps around them)."

    def to_json(self) -> dict[str, Json]:
        """Plain JSON."""
        return {
            "contrast_db": self.contrast_db,
            "level_db": self.level_db,
            "is_offbeat": self.is_offbeat,
            "score": self.score,
        }


def offbeat_hats(audio: Audio, grid: Grid, *, stem: Audio | None = None) -> OffbeatHats:
    """Listen to what begins above 7 kHz, by its place in the beat.

    Args:
        audio: the mix.
        grid: its beats.
        stem: the hats or the drums, as long as the mix.
    """
    heard = stem or audio
    bars = spread(kick_bars_s(audio, grid), _MOST_BARS)
    if not len(bars):
        return OffbeatHats(-40.0, -100.0)
    steps = bars[:, None] + grid.beat_s / 4.0 * np.arange(4 * grid.beats_per_bar)
    rise = strokes(heard, HAT_HZ, steps).rise.reshape(-1, 4)
    on, before, off, after = (float(x) for x in np.quantile(rise, _QUANTILE, axis=0))
    around = max(on, before, after)
    contrast = 10.0 * np.log10(max(off, 1e-14) / max(around, 1e-14))
    whole = float(np.mean(np.square(heard.samples, dtype=np.float64)))
    level = 10.0 * np.log10(max(off, 1e-14) / max(whole, 1e-14))
    return OffbeatHats(float(np.clip(contrast, -40.0, 40.0)), float(np.clip(level, -100.0, 20.0)))
