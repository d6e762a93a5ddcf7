"""Pitch movement taken out: the sound resampled so that its fundamental stands still, ready for analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from patchpilot.audio import F32, F64
from patchpilot.search.resynthesis.harmonic.track import Track

_SURE = 0.08
_MIN_EXPLAINED = 0.9
_MIN_CENTS = 10.0
"""Less movement than this is left to the frames: nobody hears it."""
_MAX_CENTS = 400.0
"""More than this from end to end is a track that has lost its way."""
_SMOOTH_FRAMES = 1.5
"""15 ms: a vibrato of 6 Hz keeps 85 % of its depth."""
_GRID_S = 1e-3


@dataclass(frozen=True, eq=False)
class Motion:
    """A pitch movement.

    Attributes:
        times_s: (t,), empty where the pitch stands still.
        cents: (t,) off the centre.
    """

    times_s: F64
    cents: F64

    @property
    def moves(self) -> bool:
        """Whether there is any movement."""
        return len(self.times_s) > 0


STILL = Motion(np.empty(0), np.empty(0))


def motion_of(track: Track) -> Motion:
    """The smoothed movement of a track; none where it is small, or where it jumps as on chords and bells."""
    cents = 1200.0 * np.log2(track.f0_hz / track.centre_hz)
    sure = track.weights > _SURE
    if sure.sum() < 8 or track.explained < _MIN_EXPLAINED:
        return STILL
    smooth = _smoothed(cents, track.weights * sure)
    low, high = np.percentile(smooth[sure], [4, 96])
    rough = float(np.median(np.abs(cents - smooth)[sure]))
    if not _MIN_CENTS <= high - low <= _MAX_CENTS or rough > 0.25 * (high - low) + 3.0:
        return STILL
    return Motion(track.times_s, smooth)


def _smoothed(values: F64, weights: F64) -> F64:
    """A Gaussian mean over neighbours, each counting by its weight; carried over gaps."""
    reach = np.arange(-int(4 * _SMOOTH_FRAMES), int(4 * _SMOOTH_FRAMES) + 1)
    kernel = np.exp(-0.5 * (reach / _SMOOTH_FRAMES) ** 2)
    total, mass = (
        np.convolve(v, kernel)[len(reach) // 2 :][: len(values)] for v in (values * weights, weights)
    )
    good = np.flatnonzero(mass > 1e-3 * mass.max())
    return np.asarray(np.interp(np.arange(len(values)), good, total[good] / mass[good]))


def straightened(y: F32, sample_rate: int, motion: Motion, times_s: F64) -> tuple[F32, F64]:
    """The sound with its movement taken out.

    Args:
        y: (n,) samples.
        sample_rate: Hz.
        motion: what to take out.
        times_s: (t,) instants of `y`.

    Returns:
        Samples (m,) at the same rate whose pitch stays at its centre, and the same instants in them, (t,).
    """
    if not motion.moves:
        return y, times_s
    grid_s = np.arange(0.0, len(y) / sample_rate + _GRID_S, _GRID_S)
    rate = np.exp2(np.interp(grid_s, motion.times_s, motion.cents) / 1200.0)
    warped_s = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1])) * _GRID_S])
    wanted_s = np.arange(int(warped_s[-1] * sample_rate)) / sample_rate
    source = np.interp(wanted_s, warped_s, grid_s) * sample_rate
    straight = map_coordinates(y, source[None, :], output=np.float32, order=3, mode="constant")
    return straight, np.interp(times_s, grid_s, warped_s)
