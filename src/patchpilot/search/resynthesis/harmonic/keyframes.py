"""Where in time to put a wavetable's keyframes, and what the sound is like there."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, F64

FADE_S = 0.007
"""Vital fades from frame to frame over 7 ms: what its LFO asks at ``7 n`` ms is fully there at ``7 (n + 1)``."""

_ADDED = 1e-7
"""Keeps logarithms of amplitudes finite; far below anything audible."""


def choose(features: F32, times_s: F64, *, count: int, end_s: float) -> F64:
    """Instants for keyframes, such that straight lines between them follow the sound.

    Greedy: of all segments, the one whose line misses most is split where it misses most.

    Args:
        features: (t, bands), logarithmic.
        times_s: (t,) evenly spaced instants of `features`.
        count: >= 2, how many keyframes at most.
        end_s: the last keyframe.

    Returns:
        (m,) ascending from `FADE_S` to `end_s`, at least about `FADE_S` apart; m is 2..`count`.
    """
    end_s = max(end_s, 2 * FADE_S)
    if len(times_s) < 2:
        return np.array([FADE_S, end_s])
    first = min(int(np.searchsorted(times_s, FADE_S)), len(times_s) - 2)
    last = int(np.clip(np.searchsorted(times_s, end_s, side="right") - 1, first + 1, len(times_s) - 1))
    gap = max(int(np.ceil(FADE_S / (times_s[1] - times_s[0]) - 1e-6)), 1)
    inner = times_s[_splits(features, first, last, gap, count - 2)]
    return np.array([FADE_S, *inner[(inner >= 1.9 * FADE_S) & (inner <= end_s - FADE_S)], end_s])


def _splits(features: F32, first: int, last: int, gap: int, count: int) -> list[int]:
    """Up to `count` rows between `first` and `last`, ascending, no two closer than `gap`."""
    segments = {(first, last): _worst(features, first, last, gap)}
    while len(segments) <= count:
        (left, right), (missed, split) = max(segments.items(), key=lambda item: item[1][0])
        if missed <= 0.0:
            break
        del segments[left, right]
        segments[left, split] = _worst(features, left, split, gap)
        segments[split, right] = _worst(features, split, right, gap)
    return sorted(left for left, _ in segments)[1:]


def _worst(features: F32, left: int, right: int, gap: int) -> tuple[float, int]:
    """How much the line from row `left` to `right` misses in all, and where most; 0 for a short segment."""
    if right - left < 2 * gap:
        return 0.0, left
    rows = features[left : right + 1]
    part = np.linspace(0.0, 1.0, len(rows), dtype=np.float32)[:, None]
    misses = np.abs(rows - rows[0] - (rows[-1] - rows[0]) * part).mean(axis=1)
    inside = misses[gap : len(rows) - gap]
    return float(misses.sum()) + 1e-6 * len(rows), left + gap + int(np.argmax(inside))


def average_at(values: F32, times_s: F64, keys_s: F64) -> F32:
    """Geometric means of `values` (t, k) >= 0 around `keys_s` (m,), weighted by triangles between neighbours.

    Args:
        values: (t, k), at ascending `times_s` (t,).
        times_s: seconds.
        keys_s: ascending, at least 2.

    Returns:
        (m, k).
    """
    edges = np.concatenate([[2 * keys_s[0] - keys_s[1]], keys_s, [2 * keys_s[-1] - keys_s[-2]]])
    rising = (times_s - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - times_s) / np.diff(edges)[1:, None]
    weights = np.clip(np.minimum(rising, falling), 0.0, 1.0)
    nearest = np.argmin(np.abs(times_s - keys_s[:, None]), axis=1)
    weights[np.arange(len(keys_s)), nearest] += 1e-3  # where no instant lies under a triangle
    weights /= weights.sum(axis=1, keepdims=True)
    logs = np.log(values + np.float32(_ADDED))
    means = np.exp(weights.astype(np.float32) @ logs)
    return np.asarray(np.maximum(means - np.float32(_ADDED), 0.0), np.float32)
