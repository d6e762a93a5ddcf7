"""Which beats begin a bar, and whether a bar has four beats or three.

Sections and chords change where bars begin; claps fall on the second and fourth beat. Where a bar has three beats, its
rhythm and chords are alike three beats later, and less so four later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64
from patchpilot.tracks.beats import Beats
from patchpilot.tracks.features import BAND_HOP_S, Listened

_ALIKE_BARS = 4
"""Metres are compared over this many bars."""
_THREE_BY = 0.1
"""How much more alike a track must be after bars of three beats."""
_AROUND_BEATS = 16
"""Sections are told apart by this much before and after."""
_WEIGHTS = {"sections": 1.0, "chords": 1.0, "claps": 0.7}
_LEAST = 0.1
_RANGE_DB, _MOST_CHANGE = 50.0, 60.0
"""Levels are heard this far down; of the mean squares of changes (in dB) what is more counts no more."""


@dataclass(frozen=True)
class Bars:
    """The bars of a track.

    Attributes:
        beats_per_bar: 4 or 3.
        first: index of the first beat that begins a bar.
        confidence: 0..1, of `first`.
    """

    beats_per_bar: int
    first: int
    confidence: float


def bars(listened: Listened, beats: Beats) -> Bars:
    """The bars of a track whose beats are known."""
    beat_s = 60.0 / beats.bpm
    n_beats = len(beats.onsets)
    times = np.asarray(beats.first_s + np.arange(n_beats + 1) * beat_s, np.float64)
    levels = 10.0 * np.log10(np.maximum(listened.bands.total, 1e-10))
    levels = _by_beat(np.maximum(levels, levels.max() - _RANGE_DB), times, BAND_HOP_S)
    notes = _by_beat(listened.chromagram, times, listened.duration_s / max(len(listened.chromagram) - 1, 1))
    rhythm = beats.onsets.reshape(n_beats, -1)
    per_bar = _metre(rhythm, notes)
    cues = {
        "sections": _sections(levels),
        "chords": _chords(notes),
        "claps": _claps(beats.onsets[:, 0, 2] * beats.onsets[:, 0, 3], per_bar),
    }
    votes = np.zeros(per_bar)
    for name, weight in _WEIGHTS.items():
        shares = np.array([cues[name][k::per_bar].sum() for k in range(per_bar)])
        votes += weight * np.log(_LEAST + shares / max(float(shares.sum()), 1e-12))
    best = int(np.argmax(votes))
    margin = float(votes[best] - np.max(np.delete(votes, best)))
    return Bars(per_bar, best, float(1.0 - np.exp(-margin)))


def _by_beat(frames: np.ndarray, times: F64, hop_s: float) -> F64:
    """Mean of a curve over each beat, float64 (n_beats, values)."""
    sums = np.concatenate([np.zeros((1, frames.shape[1])), np.cumsum(frames, axis=0, dtype=np.float64)])
    edges = np.clip(np.rint(times / hop_s).astype(int), 0, len(frames))
    low, high = edges[:-1], np.minimum(np.maximum(edges[1:], edges[:-1] + 1), len(frames))
    low = np.minimum(low, len(frames) - 1)
    return np.asarray((sums[high] - sums[low]) / np.maximum(high - low, 1)[:, None])


def _metre(rhythm: F64, notes: F64) -> int:
    """3 where the track is more alike after bars of three beats than after bars of four, else 4.

    More than a beat earlier and later, that is: everything is more alike the nearer it is.
    """
    threes, fours = (
        float(np.mean([_stands_out(rhythm, lag) + _stands_out(notes, lag) for lag in _lags(per_bar)]))
        for per_bar in (3, 4)
    )
    return 3 if threes > fours + _THREE_BY else 4


def _lags(per_bar: int) -> list[int]:
    """Beats after which a bar of this many is over, and no bar of the other."""
    other = 7 - per_bar
    return [lag for lag in range(per_bar, per_bar * _ALIKE_BARS + 1, per_bar) if lag % other]


def _stands_out(values: F64, lag: int) -> float:
    """How much more alike beats are after a lag than after a beat less and more."""
    return _alike(values, lag) - (_alike(values, lag - 1) + _alike(values, lag + 1)) / 2.0


def _alike(values: F64, lag: int) -> float:
    """Mean correlation of each beat with that some beats later."""
    if len(values) <= 2 * lag:
        return 0.0
    centred = values - values.mean(axis=0)
    power = float((centred**2).sum(axis=1).mean())
    return float((centred[lag:] * centred[:-lag]).sum(axis=1).mean()) / max(power, 1e-12)


def _sections(levels: F64) -> F64:
    """How much changes at each beat for long, float64 (n_beats,): only where it changes most nearby."""
    n = len(levels)
    sums = np.concatenate([np.zeros((1, levels.shape[1])), np.cumsum(levels, axis=0)])
    at = np.arange(n)
    before, after = np.maximum(at - _AROUND_BEATS, 0), np.minimum(at + _AROUND_BEATS, n)
    past = (sums[at] - sums[before]) / np.maximum(at - before, 1)[:, None]
    coming = (sums[after] - sums[at]) / np.maximum(after - at, 1)[:, None]
    change = np.square(coming - past).mean(axis=1)
    change[: _AROUND_BEATS // 4] = change[max(n - _AROUND_BEATS // 4, 0) :] = 0.0
    near = np.lib.stride_tricks.sliding_window_view(np.pad(change, 6), 13).max(axis=1)
    return np.asarray(
        np.where((change == near) & (change > np.median(change)), np.minimum(change, _MOST_CHANGE), 0.0)
    )


def _chords(notes: F64) -> F64:
    """How much the notes change at each beat, float64 (n_beats,)."""
    if len(notes) < 5:
        return np.zeros(len(notes))
    norm = notes / np.maximum(np.linalg.norm(notes, axis=1, keepdims=True), 1e-9)
    pairs = norm[:-1] + norm[1:]
    change = np.zeros(len(notes))
    change[2:-1] = np.square(pairs[2:] - pairs[:-2]).sum(axis=1)
    return np.asarray(change**2)


def _claps(strength: F64, per_bar: int) -> F64:
    """How much each beat is followed by a clap, float64 (n_beats,); in waltz time nothing is known of them."""
    if per_bar != 4 or len(strength) < 8:
        return np.ones(len(strength))
    even, odd = strength[::2].mean(), strength[1::2].mean()
    follows = np.array([odd, even]) / max(float(even + odd), 1e-12)
    return np.resize(follows, len(strength))
