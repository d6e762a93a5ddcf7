"""How loud held partials are at each place of a beat: what a ducker does to all of them alike.

Drums and short notes add to a partial now and then, so each cell (a partial of a bar) is heard by the lower part of its
beats, and counts the less, the more it differs from what all cells have in common.
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, F64, Audio
from patchpilot.tracks.detectors._phases import magnitudes
from patchpilot.tracks.grid import Grid

PHASES = 96
"""Places of a beat."""
WINDOW_S = 0.0464
"""Short enough to follow a ducker, long enough to tell a partial from its neighbours."""
_LOW_HZ, _HIGH_HZ = 350.0, 6000.0
"""Above most of a kick, below most of a hat."""
_RANGE_DB = 45.0
_QUANTILE = 0.3
_NOISE_DB2, _POWER = 4.0, 5.0
_CLIP_DB, _WILD_DB = 4.0, 25.0
_ROUNDS = 10


def window_size(sample_rate: int) -> int:
    """Samples of a frame."""
    return round(WINDOW_S * sample_rate / 2.0) * 2


def cells(y: F32, sample_rate: int, bars_s: F64, grid: Grid) -> tuple[F64, F64]:
    """Levels of partials.

    Returns:
        dB, float64 (cells, beats of a bar, PHASES), and which of the bars each cell is of, (cells,).
    """
    size = window_size(sample_rate)
    n_beats = grid.beats_per_bar
    places = (np.arange(n_beats * PHASES) + 0.5) / PHASES * grid.beat_s
    hertz = np.fft.rfftfreq(size, 1.0 / sample_rate)
    inside = (hertz > _LOW_HZ) & (hertz < _HIGH_HZ)
    heard = magnitudes(y, sample_rate, (bars_s[:, None] + places).ravel(), size)[:, inside]
    heard = heard.reshape(len(bars_s), n_beats, PHASES, -1)
    held = 20.0 * np.log10(np.maximum(np.quantile(heard, 0.25, axis=(1, 2)), 1e-6))
    peaks = np.zeros(held.shape, bool)
    peaks[:, 1:-1] = (held[:, 1:-1] > held[:, :-2]) & (held[:, 1:-1] >= held[:, 2:])
    peaks &= (held > held.max(axis=1, keepdims=True) - _RANGE_DB) & (held > -100.0)
    bar, bin_ = np.nonzero(peaks)
    return np.asarray(20.0 * np.log10(np.maximum(heard[bar, :, :, bin_], 1e-6)), np.float64), bar.astype(
        np.float64
    )


def common(levels: F64) -> tuple[F64, F64]:
    """What cells have in common.

    Args:
        levels: dB, (cells, beats, PHASES).

    Returns:
        dB at each place of a beat, (PHASES,), its mean being arbitrary; and the weights of the cells, (cells,).
    """
    levels = levels - np.median(levels, axis=(1, 2), keepdims=True)
    lower = np.quantile(levels, _QUANTILE, axis=1)
    lower -= np.median(lower, axis=1, keepdims=True)
    curve = np.asarray(np.median(lower, axis=0), np.float64)
    weights = np.ones(len(levels))
    for _ in range(_ROUNDS):
        rest = levels - curve
        rest -= np.median(rest, axis=(1, 2), keepdims=True)
        weights = 1.0 / (np.mean(np.clip(rest, -_WILD_DB, _WILD_DB) ** 2, axis=(1, 2)) + _NOISE_DB2) ** _POWER
        rest = lower - curve
        rest -= np.median(rest, axis=1, keepdims=True)
        curve = curve + weights @ np.clip(rest, -_CLIP_DB, _CLIP_DB) / weights.sum()
    return curve, weights / weights.sum()


def channels(audio: Audio) -> tuple[F32, ...]:
    """Middle and side, or the one channel; a side that is hardly there is left out."""
    if audio.channels == 1:
        return (audio.samples[0],)
    middle, side = audio.mono(), (audio.samples[0] - audio.samples[1]) / 2
    if float(np.mean(side**2)) < 1e-5 * float(np.mean(middle**2)):
        return (middle,)
    return (middle, side)
