"""Kicks: the one low sound that comes again and again with the same waveform.

Basses sound at the same times and in the same band, but no two of their notes begin alike, so that a kick is known by
its likeness to the others rather than by its level.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64, Audio, resample
from patchpilot.tracks.grid import Grid

_RATE = 1000
_LOW_HZ, _HIGH_HZ = 35.0, 450.0
_EARLY, _LATE = 30, 110
"""Samples of 1 ms before a place of the grid and after it."""
_LAG = 3
_MOST = 160
"""Segments that are compared with one another."""
_LIKE = 0.75
"""Correlation from which on two segments are the same sound."""
_ALIKE = 0.55
"""Correlation with the usual kick from which on a segment holds it, beside whatever else sounds."""
_PRESENT = 0.5
"""Of the amplitude of the usual kick."""
_LEAST_SHARE = 0.08
"""Of all segments on beats that are alike, so that they are a kick's."""


def kicks(audio: Audio, bars_s: F64, grid: Grid) -> npt.NDArray[np.bool_]:
    """Where kicks are, on the eighths of bars, bool (bars, 2 * beats of a bar).

    Args:
        audio: any channels, their mean is listened to.
        bars_s: beginnings of bars.
        grid: of the bars, right to 25 ms.
    """
    shape = len(bars_s), 2 * grid.beats_per_bar
    eighths = (bars_s[:, None] + grid.beat_s / 2.0 * np.arange(shape[1])).ravel()
    segments = _segments(audio, eighths)
    kick = _template(segments[::2][_chosen(len(segments[::2]))])
    if kick is None:
        return np.zeros(shape, bool)
    inner = kick[_LAG:-_LAG]
    amplitude = _best(segments, inner) / float(inner @ inner)
    is_kick = (amplitude > _PRESENT) & (_best(segments, inner, normed=True) > _ALIKE)
    return np.asarray(is_kick.reshape(shape))


def _segments(audio: Audio, times_s: F64) -> F64:
    """The low part of the sound around each time, (times, samples)."""
    from scipy.signal import butter, sosfiltfilt

    slow = resample(Audio(audio.mono(), audio.sample_rate), _RATE).samples[0]
    band = butter(2, (_LOW_HZ, _HIGH_HZ), "bandpass", fs=_RATE, output="sos")
    low = np.pad(sosfiltfilt(band, slow) if len(slow) > 3 * _RATE // 10 else slow, (_EARLY, _LATE))
    starts = np.clip(np.round(times_s * _RATE).astype(np.int64), 0, len(low) - _EARLY - _LATE)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(low, _EARLY + _LATE)[starts], np.float64)


def _chosen(n: int) -> npt.NDArray[np.intp]:
    return np.unique(np.linspace(0, n - 1, min(n, _MOST)).round().astype(np.intp))


def _template(segments: F64) -> F64 | None:
    """The sound that most others are like, or None where none comes again."""
    norms = np.linalg.norm(segments, axis=1)
    heard = segments[norms > 0.1 * norms.max(initial=0.0)]
    if len(heard) < 4:
        return None
    likeness = np.stack([_best(heard, one[_LAG:-_LAG], normed=True) for one in heard], axis=1)
    np.fill_diagonal(likeness, 0.0)
    alike = likeness > _LIKE
    best = int(np.argmax((likeness * alike).sum(axis=0)))
    family = heard[alike[:, best] | (np.arange(len(heard)) == best)]
    if len(family) < max(3.0, _LEAST_SHARE * len(segments)):
        return None
    return np.asarray(np.median(family, axis=0))


def _best(segments: F64, inner: F64, *, normed: bool = False) -> F64:
    """Product of a sound with each segment at its best lag, (segments,); correlation where `normed`."""
    windows = np.lib.stride_tricks.sliding_window_view(segments, len(inner), axis=1)
    products = windows @ inner
    if normed:
        products = products / np.maximum(np.linalg.norm(windows, axis=2) * np.linalg.norm(inner), 1e-12)
    return np.asarray(products.max(axis=1))
