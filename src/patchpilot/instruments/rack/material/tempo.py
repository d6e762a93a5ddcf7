"""A small estimate of a loop's tempo: how alike its onsets are some beats later.

It listens to one loop at a constant tempo. Where a loop lasts a whole number of bars at about the tempo that was found,
as cut loops do, its length says the tempo to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import Audio, onset_hop_s, onset_strength

SLOWEST_BPM, FASTEST_BPM = 60.0, 200.0
USUAL_BPM, OCTAVES = 125.0, 0.9
"""Tempos are likelier the nearer they lie to the usual one: a normal distribution over octaves."""
BEATS_LATER = (1, 2, 3, 4, 8)
BEATS_PER_BAR = 4
WHOLE_BARS = 1.25
"""How much likelier a tempo is at which the sound lasts whole bars."""
_MOST = 0.8
"""Part of the sound that a beat may be compared over."""
_NEAR_BEATS, _NEAR = 0.25, 0.025
"""How far a loop's length may be from whole bars: beats, and the part of all."""
_LONGEST_LOOP_BEATS = 64
_LEAST_STRENGTH_DB = 3.0
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tempo:
    """An estimate.

    Attributes:
        bpm: beats a minute.
        confidence: 0..1, how alike the onsets are after whole beats.
    """

    bpm: float
    confidence: float


def estimated_tempo(audio: Audio) -> Tempo | None:
    """The tempo of a loop from its onsets; None where it has no rhythm (silence, one hit, shorter than two beats).

    Args:
        audio: of a constant tempo, from 60 to 200 beats a minute.
    """
    if audio.duration_s < 2.0 * 60.0 / FASTEST_BPM:
        return None
    hop_s = onset_hop_s(audio.sample_rate)
    strength = onset_strength(audio).astype(np.float64)
    if float(strength[round(0.05 / hop_s) :].max(initial=0.0)) < _LEAST_STRENGTH_DB:
        return None
    alike = _likeness(strength, round(0.02 / hop_s))
    tempos = np.geomspace(SLOWEST_BPM, FASTEST_BPM, 1200)
    periods = 60.0 / tempos / hop_s
    score = _score(alike, periods)
    likely = np.exp(-0.5 * (np.log2(tempos / USUAL_BPM) / OCTAVES) ** 2)
    likely *= np.where(_bars(tempos, audio.duration_s) > 0, WHOLE_BARS, 1.0)
    best = int(np.argmax(np.maximum(score, 0.0) ** 2 * likely))
    if score[best] <= 0.05:
        return None
    period = _finer(alike, float(periods[best]))
    bpm = float(60.0 / (period * hop_s))
    return Tempo(_whole_bars(bpm, audio.duration_s), float(min(score[best], 1.0)))


def _likeness(strength: Floats, width: int) -> Floats:
    """Autocorrelation of onsets over lags (in hops), 1 at lag 0; short lags have as much weight as long ones."""
    smooth = np.convolve(strength, np.hanning(2 * width + 1), mode="same")
    x = smooth - smooth.mean()
    n = len(x)
    spectrum = np.fft.rfft(x, 2 * n)
    alike = np.fft.irfft(np.abs(spectrum) ** 2)[: max(2, int(_MOST * n))]
    alike = alike / (n - np.arange(len(alike)))
    return np.asarray(alike / max(float(alike[0]), 1e-12))


def _score(alike: Floats, periods: Floats) -> Floats:
    """Mean likeness some beats later, for each period (in hops); what lies beyond the sound does not count."""
    lags = np.outer(BEATS_LATER, periods)
    there = lags < len(alike) - 1
    found = np.interp(lags, np.arange(len(alike)), alike) * there
    return np.asarray(found.sum(axis=0) / np.maximum(there.sum(axis=0), 1) * there[0])


def _finer(alike: Floats, period: float) -> float:
    """The period from ever more beats at once, whose peak lies nearest."""
    beats = 1
    while beats * period < len(alike) - 2:
        near = max(2, round(0.04 * period))
        middle = round(beats * period)
        low, high = max(1, middle - near), min(len(alike) - 1, middle + near + 1)
        peak = low + int(np.argmax(alike[low:high]))
        if low < peak < high - 1:
            a, b, c = alike[peak - 1 : peak + 2]
            period = (peak + 0.5 * (a - c) / min(a - 2.0 * b + c, -1e-12)) / beats
        beats *= 2
    return period


def _bars(bpm: npt.ArrayLike, duration_s: float) -> Floats:
    """Beats of the whole bars that a sound nearly lasts at some tempos; 0 where it does not."""
    beats = np.asarray(bpm, np.float64) * duration_s / 60.0
    bars = np.round(beats / BEATS_PER_BAR) * BEATS_PER_BAR
    is_near = np.abs(beats - bars) <= np.minimum(_NEAR_BEATS, _NEAR * bars)
    return np.asarray(bars * (is_near & (bars <= _LONGEST_LOOP_BEATS)))


def _whole_bars(bpm: float, duration_s: float) -> float:
    """The tempo at which a sound lasts whole bars, where it nearly does."""
    beats = float(_bars(bpm, duration_s))
    return 60.0 * beats / duration_s if beats else bpm
