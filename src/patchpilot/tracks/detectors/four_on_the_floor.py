"""Four on the floor: a kick on every beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import Audio
from patchpilot.space.canonical import Json
from patchpilot.tracks.detectors._kicks import kicks
from patchpilot.tracks.detectors._phases import loud_bars_s
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.ramp import ramp

ON_THE_FLOOR = 0.8
"""Share of the beats with a kick, in bars with kicks, from which on it is four on the floor."""
_LEAST_BARS = 2


@dataclass(frozen=True)
class FourOnTheFloor:
    """Where kicks are.

    Attributes:
        share: of the beats, in bars that have kicks, those with one, 0..1.
        bars: share of the bars that have kicks, 0..1.
        missing_s: times of the beats without one in those bars.
    """

    share: float
    bars: float
    missing_s: tuple[float, ...]

    @property
    def is_four_on_the_floor(self) -> bool:
        """Whether nearly all beats have a kick, wherever the drums play."""
        return self.share >= ON_THE_FLOOR

    @property
    def score(self) -> float:
        """0..1: half at a share of 0.8, 1 where no more than a fill's kicks are missing."""
        return ramp(self.share, (0.5, 0.0), (ON_THE_FLOOR, 0.5), (0.95, 1.0))

    @property
    def sentence(self) -> str:
        """What was heard, in words."""
        if not self.bars:
            return "No kick was heard."
        return f"Where the drums play, {100.0 * self.share:.0f} % of the beats have a kick."

    def to_json(self) -> dict[str, Json]:
        """Plain JSON."""
        return {
            "share": self.share,
            "bars": self.bars,
            "is_four_on_the_floor": self.is_four_on_the_floor,
            "score": self.score,
            "missing_s": list(self.missing_s),
        }


def four_on_the_floor(audio: Audio, grid: Grid, *, stem: Audio | None = None) -> FourOnTheFloor:
    """Listen for a kick on each beat.

    Args:
        audio: the mix.
        grid: its beats.
        stem: the kick or the drums, as long as the mix.
    """
    heard = stem or audio
    bars = loud_bars_s(heard, grid)
    none = FourOnTheFloor(0.0, 0.0, ())
    if len(bars) < _LEAST_BARS:
        return none
    found = kicks(heard, bars, grid)
    with_kick = found.any(axis=1)
    if with_kick.sum() < _LEAST_BARS:
        return none
    on_beats = found[with_kick][:, ::2]
    times = bars[with_kick, None] + grid.beat_s * np.arange(grid.beats_per_bar)
    return FourOnTheFloor(
        share=float(on_beats.mean()),
        bars=float(with_kick.mean()),
        missing_s=tuple(float(t) for t in times[~on_beats]),
    )
