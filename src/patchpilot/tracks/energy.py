"""How a track's energy, bass and brightness move from bar to bar.

What sections are told by: a breakdown has little energy and bass, in a buildup energy and
brightness rise, a drop has most of all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64
from patchpilot.tracks.features import BAND_HOP_S, BANDS_HZ, ONSET_HOP_S, Listened
from patchpilot.tracks.grid import Grid

WITHOUT_BARS_S = 2.0
"""Length of the stretches of a track that has no bars."""
BASS_HZ = 150.0
BREAKDOWN_ENERGY, DROP_ENERGY = 0.3, 0.7
BREAKDOWN_BASS, DROP_BASS = 0.2, 0.5
FLAT = 0.02
"""A slope up to this, a bar, is none."""
QUIET = 0.4
"""RMS relative to the loudest bars at which the energy is 0: −8 dB."""
_LOUDEST = 0.95
"""Quantile of the bars' RMS that is 1, and of the kicks' level."""
_SLOPE_BARS = 2
_KICK_BEATS, _KICK_GAP_S = 0.2, 0.02
"""A kick is heard in this part of a beat, and this much before the beat no longer."""
_KICK_DB, _KICK_RISE_DB = (6.0, 16.0), 3.0
"""It is one if it is at most so far below the loudest (more: none), and louder than what was before it."""


@dataclass(frozen=True)
class Energy:
    """Curves over a track, a value for each stretch.

    Attributes:
        edges_s: bar lines with the track's start and end, s, one more than values.
        energy: 0..1, RMS from that which is 8 dB below the loudest bars (their 95th percentile) to theirs. Mastered
            music moves little: so scaled, breakdowns are below 0.3 and drops above 0.7.
        kind: what each stretch alone is like by `kind`: "breakdown", "buildup", "drop", or "".
        rms: 0..1, RMS relative to that of the loudest bars.
        level_db: RMS, dB below full scale.
        bass: 0..1, part of the power below 150 Hz.
        centroid_hz: power-weighted mean of the octaves, Hz.
        slope: change of `energy` a bar, over two bars before and after.
        kick: 0..1, how many of the beats have a kick; all 0 without beats.
    """

    edges_s: tuple[float, ...]
    energy: tuple[float, ...]
    kind: tuple[str, ...]
    rms: tuple[float, ...]
    level_db: tuple[float, ...]
    bass: tuple[float, ...]
    centroid_hz: tuple[float, ...]
    slope: tuple[float, ...]
    kick: tuple[float, ...]


def energy(listened: Listened, grid: Grid | None) -> Energy:
    """The curves of a track by its bars, or by stretches of 2 s where it has none."""
    edges = stretches_s(listened, grid)
    power = by_stretch(listened.bands.total, edges)
    whole = np.maximum(power.sum(axis=1), 1e-12)
    hz = np.array(BANDS_HZ)
    rms = np.sqrt(whole)
    relative = np.minimum(rms / max(float(np.quantile(rms, _LOUDEST)), 1e-9), 1.0)
    scaled = np.maximum(relative - QUIET, 0.0) / (1.0 - QUIET)
    bass = power[:, hz < BASS_HZ].sum(axis=1) / whole
    slope = slopes(scaled)
    octaves = np.log2(hz)
    return Energy(
        edges_s=tuple(np.round(edges, 6).tolist()),
        energy=_plain(scaled),
        kind=tuple(
            kind(*values) for values in zip(scaled.tolist(), bass.tolist(), slope.tolist(), strict=True)
        ),
        rms=_plain(relative),
        level_db=_plain(10.0 * np.log10(whole), 2),
        bass=_plain(bass),
        centroid_hz=_plain(
            2.0 ** (np.sqrt(power) @ octaves / np.maximum(np.sqrt(power).sum(axis=1), 1e-9)), 1
        ),
        slope=_plain(slope),
        kick=_plain(_kick(listened, grid, edges)),
    )


def kind(energy: float, bass: float, slope: float) -> str:
    """What a stretch is like, by the rule of thumb for trance; "" where it is none of these.

    Args:
        energy: 0..1, below 0.3 in a breakdown, from 0.3 to 0.7 in a buildup, above 0.7 in a drop.
        bass: part of the power below 150 Hz, below 0.2, from 0.2 to 0.5, and above 0.5.
        slope: change of the energy a bar: not rising, rising, and neither rising nor falling.
    """
    if energy < BREAKDOWN_ENERGY and bass < BREAKDOWN_BASS and slope <= FLAT:
        return "breakdown"
    if energy > DROP_ENERGY and bass > DROP_BASS and abs(slope) <= FLAT:
        return "drop"
    between = BREAKDOWN_ENERGY <= energy <= DROP_ENERGY and BREAKDOWN_BASS <= bass <= DROP_BASS
    return "buildup" if between and slope > FLAT else ""


def stretches_s(listened: Listened, grid: Grid | None) -> F64:
    """Edges of the stretches of curves: bars, or 2 s each where there are none; float64 (n + 1,)."""
    if grid is not None:
        return grid.bar_edges_s
    n = max(1, round(listened.duration_s / WITHOUT_BARS_S))
    return np.linspace(0.0, listened.duration_s, n + 1)


def by_stretch(frames: np.ndarray, edges_s: F64) -> F64:
    """Mean of a curve of `Listened.bands` over each stretch, float64 (n, values).

    Frames at the edges count by how much of them is inside, so short stretches are right too.
    """
    sums = np.concatenate([np.zeros((1, frames.shape[1])), np.cumsum(frames, axis=0, dtype=np.float64)])
    at = np.clip(edges_s / BAND_HOP_S + 0.5, 0.0, len(frames))
    low = np.minimum(at.astype(int), len(frames) - 1)
    until = sums[low] + (at - low)[:, None] * (sums[low + 1] - sums[low])
    return np.asarray(np.diff(until, axis=0) / np.maximum(np.diff(at), 1e-9)[:, None])


def slopes(values: F64, reach: int = _SLOPE_BARS) -> F64:
    """Slope of the straight line through each value and those around it, float64 (n,)."""
    if len(values) < 2:
        return np.zeros(len(values))
    padded = np.pad(values, reach, mode="edge")
    steps = np.arange(-reach, reach + 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.asarray(windows @ steps / float(steps @ steps))


def _kick(listened: Listened, grid: Grid | None, edges: F64) -> F64:
    """How many of the beats have lows that are loud for this track, and rise there; float64 (n,)."""
    if grid is None or len(grid.beats_s) == 0:
        return np.zeros(len(edges) - 1)
    level = 10.0 * np.log10(np.maximum(listened.onset_power[:, 0].astype(np.float64), 1e-10))
    beats = grid.beats_s
    after = _around(level, beats, 0.0, _KICK_BEATS * grid.beat_s).max(axis=1)
    before = _around(level, beats, -_KICK_BEATS * grid.beat_s, -_KICK_GAP_S).mean(axis=1)
    loud = np.clip(
        (after - np.quantile(after, _LOUDEST) + _KICK_DB[1]) / (_KICK_DB[1] - _KICK_DB[0]), 0.0, 1.0
    )
    strong = loud * np.clip((after - before) / _KICK_RISE_DB, 0.0, 1.0)
    which = np.clip(np.searchsorted(edges, beats + _KICK_GAP_S, "right") - 1, 0, len(edges) - 2)
    counts = np.bincount(which, minlength=len(edges) - 1)
    return np.asarray(np.bincount(which, strong, len(edges) - 1) / np.maximum(counts, 1))


def _around(curve: F64, times_s: F64, low_s: float, high_s: float) -> F64:
    """Stretches of a curve of `Listened.onset_power` about some times, float64 (times, frames)."""
    offsets = np.arange(round(low_s / ONSET_HOP_S), round(high_s / ONSET_HOP_S) + 1)
    frames = np.rint(times_s / ONSET_HOP_S).astype(int)[:, None] + offsets
    return curve[np.clip(frames, 0, len(curve) - 1)]


def _plain(values: F64, digits: int = 4) -> tuple[float, ...]:
    return tuple(np.round(values, digits).tolist())
