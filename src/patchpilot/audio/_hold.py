"""When the key was let go.

A sustained sound shows two slopes in its level over time: slow while the key is down, then fast. The two
straight lines (in decibels) that fit the level best meet at the release. A plucked or struck sound has one
slope, or a steep one before a flat one, and counts as held to its end; one that is cut off while still loud
was let go where it begins to fall.
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio._audio import F64, Audio
from patchpilot.audio._trim import STEP_S, level_db

_SMOOTH_STEPS = 40
"""40 ms: longer than a period of the lowest pitch, so the level does not follow the waveform."""
_FLOOR_DB = -60.0
_MIN_STEPS = 15
_MIN_HOLD_STEPS = 100
_STEEPER = 4.0
_SUSTAINED_DB_PER_S = 12.0
_RELEASE_DB_PER_S = 25.0
_CUT_STEPS = 25
_SILENT = 0.02
_LOUD = 0.08
"""Share of the peak below which the end of a sound is no longer loud: it dies, it is not cut off."""


def hold_s(audio: Audio) -> float:
    """Seconds from the start until the release begins; the whole length where no release is heard.

    Args:
        audio: one trimmed sound, as `trim` returns it.
    """
    level = _smooth_level(audio)
    start = int(level.argmax())
    end = int(np.flatnonzero(level > _FLOOR_DB)[-1]) + 1 if level.max() > _FLOOR_DB else len(level)
    knee = _knee(level[start:end])
    if knee is None:
        return _cut_off_s(audio)
    return min((start + knee) * STEP_S, audio.duration_s)


def _cut_off_s(audio: Audio) -> float:
    """Where a sound falls from half its late level to nothing within 25 ms; its whole length elsewhere."""
    level = _power_level(audio)
    if level.max(initial=0.0) == 0.0:  # silent, or the channels cancel
        return audio.duration_s
    end = int(np.flatnonzero(level > _SILENT * level.max())[-1])
    before = level[max(end - 100, 0) : max(end - 35, 1)]
    if end < _MIN_HOLD_STEPS + _CUT_STEPS or before.mean() < _LOUD * level.max():
        return audio.duration_s
    high = int(np.flatnonzero(level[: end + 1] > 0.5 * before.mean())[-1])
    cut_s = high * STEP_S if end - high < _CUT_STEPS else audio.duration_s
    return min(cut_s, audio.duration_s)


def _power_level(audio: Audio) -> F64:
    """RMS over 5 ms, one value a millisecond, full scale = 1; float64 (n_ms,)."""
    step = round(STEP_S * audio.sample_rate)
    power = np.concatenate([[0.0], np.cumsum(audio.mono().astype(np.float64) ** 2)])
    centres = np.arange(0, len(audio), step)
    low, high = np.maximum(centres - 5 * step // 2, 0), np.minimum(centres + 5 * step // 2 + 1, len(audio))
    return np.asarray(np.sqrt(np.maximum(power[high] - power[low], 0.0) / (5 * step)))


def _smooth_level(audio: Audio) -> F64:
    """Loudest of the following 40 ms, dB below the peak, cut at −60 dB; float64 (n_ms,)."""
    level = np.maximum(level_db(audio), _FLOOR_DB).astype(np.float64)
    padded = np.pad(level, (0, _SMOOTH_STEPS - 1), constant_values=_FLOOR_DB)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, _SMOOTH_STEPS).max(axis=1))


def _knee(level: F64) -> int | None:
    """Step at which a held level gives way to a release, or None."""
    if len(level) <= _MIN_HOLD_STEPS + _MIN_STEPS:
        return None
    splits = np.arange(_MIN_HOLD_STEPS, len(level) - _MIN_STEPS)
    before, held_error = _line_fits(level)
    after, release_error = (values[::-1] for values in _line_fits(level[::-1]))
    error = held_error[splits - 1] + release_error[splits]
    best = int(splits[error.argmin()])
    held, released = before[best - 1] / STEP_S, -after[best] / STEP_S
    is_release = released < -_RELEASE_DB_PER_S and released < _STEEPER * min(held, 0)
    return best if is_release and held > -_SUSTAINED_DB_PER_S else None


def _line_fits(level: F64) -> tuple[F64, F64]:
    """Slope (per step) and squared error of the line through the first 1, 2, … values."""
    n = np.arange(1, len(level) + 1, dtype=float)
    x = np.arange(len(level), dtype=float)
    sum_x, sum_xx = np.cumsum(x), np.cumsum(x * x)
    sum_y, sum_yy, sum_xy = np.cumsum(level), np.cumsum(level**2), np.cumsum(x * level)
    var_x = np.maximum(sum_xx - sum_x**2 / n, 1e-9)
    cov = sum_xy - sum_x * sum_y / n
    var_y = sum_yy - sum_y**2 / n
    return cov / var_x, np.maximum(var_y - cov**2 / var_x, 0)
