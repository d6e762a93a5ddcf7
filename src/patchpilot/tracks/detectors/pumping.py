"""Sidechain pumping: how deep sounds duck at each kick, how regularly, and how fast they come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.space.canonical import Json
from patchpilot.tracks.detectors import _partials
from patchpilot.tracks.detectors._phases import kick_bars_s, spread
from patchpilot.tracks.detectors._recovery import Gain, fitted
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.ramp import ramp

MODERATE_DB, HEAVY_DB = 4.0, 8.0
MODERATE_DEPTH, HEAVY_DEPTH = 0.3, 0.6
MODERATE_REGULARITY, HEAVY_REGULARITY = 0.15, 0.1
_MOST_BARS = 24
_LEAST_CELLS = 40
_FASTEST_S = 0.02
"""A dip that is over sooner is no ducker's."""
_SEARCHED = 0.25
"""Parts of a beat by which a dip may come early or late."""
_CURVE = 48


@dataclass(frozen=True)
class Pumping:
    """What was heard of pumping.

    Attributes:
        depth_db: from the deepest to the highest gain within a beat, dB.
        depth: the same as a modulation depth, 1 - lowest / highest gain, 0..1.
        regularity: spread of the times between dips, in parts of their mean: 0 is a machine; 1 where none was found.
        recovery_s: from the fall through half of the depth until 63 % (1 - 1/e) of it, in dB, is back; 0 without any.
        rest_db: how far the sounds are from the gain that was found, RMS dB.
        gain_db: the gain over a beat in 48 equal steps; 0 is the highest.
        bars: beginning (s) and depth (dB) of the bars that were listened to.
    """

    depth_db: float
    depth: float
    regularity: float
    recovery_s: float
    rest_db: float
    gain_db: tuple[float, ...]
    bars: tuple[tuple[float, float], ...]

    @property
    def strength(self) -> str:
        """ "none", "moderate" (4 to 8 dB, a depth of 0.3 to 0.6, a regularity below 0.15) or "heavy" (beyond; 0.1)."""
        if self.depth_db > HEAVY_DB and self.depth > HEAVY_DEPTH and self.regularity < HEAVY_REGULARITY:
            return "heavy"
        if (
            self.depth_db >= MODERATE_DB
            and self.depth >= MODERATE_DEPTH
            and self.regularity < MODERATE_REGULARITY
        ):
            return "moderate"
        return "none"

    @property
    def score(self) -> float:
        """0..1: half where "moderate" begins, 1 where "heavy" does; less where dips are not regular."""
        steady = ramp(self.regularity, (HEAVY_REGULARITY, 1.0), (MODERATE_REGULARITY, 0.5), (0.3, 0.0))
        return steady * ramp(self.depth_db, (1.0, 0.0), (MODERATE_DB, 0.5), (HEAVY_DB, 1.0))

    @property
    def sentence(self) -> str:
        """What was heard, in words."""
        if self.depth_db < 1.0 or not self.bars:
            return "Held sounds do not duck at the beat."
        words = {"none": "slight", "moderate": "moderate", "heavy": "heavy"}[self.strength]
        return (
            f"Held sounds duck by {self.depth_db:.1f} dB at the beat ({words} pumping) and are back after "
            f"{1000.0 * self.recovery_s:.0f} ms; the dips vary by {100.0 * self.regularity:.0f} % of a beat."
        )

    def to_json(self) -> dict[str, Json]:
        """Plain JSON."""
        return {
            "depth_db": self.depth_db,
            "depth": self.depth,
            "regularity": self.regularity,
            "recovery_s": self.recovery_s,
            "rest_db": self.rest_db,
            "strength": self.strength,
            "score": self.score,
            "gain_db": list(self.gain_db),
            "bars": [list(bar) for bar in self.bars],
        }


NONE = Pumping(0.0, 0.0, 1.0, 0.0, 0.0, (0.0,) * _CURVE, ())
"""Of what has no held sounds."""


def pumping(audio: Audio, grid: Grid, *, stem: Audio | None = None) -> Pumping:
    """Listen to how held sounds duck.

    Bars with kicks count; all of them where there are hardly any. What is wide is heard apart from what is in the
    middle, where the kick is: the gain is that of the side or of both, whichever one ducker explains better.

    Args:
        audio: the mix, or a stem alone.
        grid: its beats.
        stem: what is ducked (a pad, a bass) as long as the mix, which then only says where the kicks are.
    """
    bars = spread(kick_bars_s(audio, grid), _MOST_BARS)
    heard = stem or audio
    parts = (
        [_partials.cells(y, heard.sample_rate, bars, grid) for y in _partials.channels(heard)]
        if len(bars)
        else []
    )
    sets = [*parts[1:], _together(parts)] if parts else []
    found = [
        _found(levels, of_bar, heard.sample_rate, grid)
        for levels, of_bar in sets
        if len(levels) >= _LEAST_CELLS
    ]
    found = [one for one in found if one[0].recovery_s >= _FASTEST_S]
    if not found:
        return NONE
    gain, curves = min(found, key=lambda one: one[0].rest_db)
    depths = _bar_depths(curves, gain)
    coarse = gain.gain_db.reshape(_CURVE, -1).mean(axis=1)
    return Pumping(
        depth_db=gain.depth_db,
        depth=1.0 - 10.0 ** (-gain.depth_db / 20.0),
        regularity=_regularity(curves),
        recovery_s=gain.recovery_s,
        rest_db=gain.rest_db,
        gain_db=tuple(round(float(db), 3) for db in coarse),
        bars=tuple((float(bars[bar]), depth) for bar, depth in depths.items()),
    )


def _together(parts: list[tuple[F64, F64]]) -> tuple[F64, F64]:
    """Cells of all channels."""
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _found(levels: F64, of_bar: F64, sample_rate: int, grid: Grid) -> tuple[Gain, dict[int, F64]]:
    """The gain, and for each bar the levels of its beats as its cells have them, dB (beats, PHASES)."""
    curve, weights = _partials.common(levels)
    gain = fitted(curve, grid.beat_s, _partials.window_size(sample_rate), sample_rate)
    centred = levels - np.median(levels, axis=(1, 2), keepdims=True)
    curves = {}
    for bar in np.unique(of_bar):
        mine = of_bar == bar
        if weights[mine].sum() > 0.0:
            curves[int(bar)] = np.average(centred[mine], axis=0, weights=weights[mine])
    return gain, curves


def _bar_depths(curves: dict[int, F64], gain: Gain) -> dict[int, float]:
    """How deep each bar ducks, dB: how much of the gain is in its mean beat, by least squares."""
    shape = gain.gain_db.reshape(_partials.PHASES, -1).mean(axis=1)
    shape -= shape.mean()
    power = max(float(shape @ shape), 1e-9)
    return {
        bar: max(0.0, float(curve.mean(axis=0) @ shape) / power * gain.depth_db)
        for bar, curve in curves.items()
    }


def _regularity(curves: dict[int, F64]) -> float:
    """Spread of the times between the dips of neighbouring beats, in parts of their mean; 1 without any dips."""
    whole = np.mean([curve.mean(axis=0) for curve in curves.values()], axis=0)
    shape = whole - whole.mean()
    reach = round(_SEARCHED * _partials.PHASES)
    lags = np.arange(-reach, reach + 1)
    shifted = np.stack([np.roll(shape, lag) for lag in lags])
    between = []
    for curve in curves.values():
        line = curve - curve.mean(axis=1, keepdims=True)
        late = lags[np.argmax(line @ shifted.T, axis=1)] / _partials.PHASES
        between.append(1.0 + np.diff(late))
    times = np.concatenate(between)
    return float(np.std(times) / np.mean(times)) if len(times) and np.ptp(shape) > 0.0 else 1.0
