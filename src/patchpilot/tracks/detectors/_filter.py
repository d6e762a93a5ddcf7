"""The filter that a line went through: cutoff, resonance and level, from the harmonics of each frame.

A saw's harmonics, less the saw's slope, are the filter's response at the multiples of the pitch; of a square wave, at
the odd ones. So each frame is compared with the responses of a resonant low pass of four poles, as in the ladder
filters of Moog's and Roland's basses, at many cutoffs, and the whole line with many resonances: a knob that stands
still. What does not stand out of the level between harmonics (drums) is not compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, F64

LOW_HZ = 60.0
"""Cutoffs are octaves above it."""
_TOP_HZ = 5500.0
"""Above, there is little but hats."""
_PER_OCTAVE, _CUTOFFS_PER_OCTAVE = 12, 6
_PLACES = int(np.log2(_TOP_HZ / LOW_HZ) * _PER_OCTAVE)
_CUTOFFS = np.arange(7 * _CUTOFFS_PER_OCTAVE) / _CUTOFFS_PER_OCTAVE
_FEEDBACK = np.array([0.0, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.87, 0.93])
"""Of the filter; at 1 it whistles."""
_RANGE_DB, _CLEAR_DB = 30.0, 22.0
"""Harmonics are heard so far below the strongest; and what has none, if it is so much softer itself."""
_STANDS_OUT_DB = 6.0
_MOST_OFF_DB2, _SQUARE_DB2, _SQUARE = 25.0, 15.0, 0.4
"""A frame that fits worse is not the line's; odd harmonics alone are taken where all fit badly and they far better."""
_LEAST_HARMONICS, _LEAST_ODD = 3, 2
_JUDGED = 0.7
"""Of all harmonics, by weight: where more of them drown in other sounds, any filter would fit the rest."""
_ABOVE = 1.0
"""Octaves from pitch to cutoff from which on a resonance can be heard."""
_LEAST_FRAMES, _LEAST_SHARE = 30, 0.35
"""Frames in which a resonance is heard, and share of all frames that are the line's: else there is no such line."""
_SHIFT_DB = 6.0


@dataclass(frozen=True, eq=False)
class Filter:
    """What was heard of it.

    Attributes:
        resonance_db: by how much its response rises to the peak, dB; 0 where it was not heard.
        cutoff: octaves above 60 Hz, float64 (frames,); NaN where the frame is not the line's.
        level_db: of its peak, float64 (frames,); NaN likewise.
        harmonics: how many stand out, int64 (frames,).
    """

    resonance_db: float
    cutoff: F64
    level_db: F64
    harmonics: npt.NDArray[np.int64]


def heard_filter(power: F32, bin_hz: float, f0_hz: F64) -> Filter:
    """The filter that explains all frames best.

    Args:
        power: (frames, bins), Hann windows of two periods of the pitch at least.
        bin_hz: from bin to bin.
        f0_hz: pitch of each frame, (frames,).
    """
    tried = _Tried(power, bin_hz, f0_hz, step=1)
    usual = float(np.median(tried.best)) if len(power) else 0.0
    if usual > _SQUARE_DB2:
        odd = _Tried(power, bin_hz, f0_hz, step=2)
        tried = odd if float(np.median(odd.best)) < _SQUARE * usual else tried
    return tried.found(np.log2(f0_hz / LOW_HZ))


class _Tried:
    """All cutoffs and feedbacks against all frames."""

    def __init__(self, power: F32, bin_hz: float, f0_hz: F64, step: int) -> None:
        number = np.arange(1, int(_TOP_HZ / float(f0_hz.min(initial=_TOP_HZ))) + 1, step)
        self.least = _LEAST_HARMONICS if step == 1 else _LEAST_ODD
        hertz = f0_hz[:, None] * number
        peak, between = _levels(power, hertz / bin_hz, f0_hz[:, None] / bin_hz, 20.0 * np.log10(number))
        inside = hertz < _TOP_HZ
        stands = inside & (peak > between + _STANDS_OUT_DB)
        self.harmonics = stands.sum(axis=1)
        self.top_db = np.where(stands, peak, -300.0).max(axis=1, initial=-300.0)[:, None]
        clear = inside & (between < self.top_db - _CLEAR_DB)
        level = np.where(stands, np.maximum(peak - self.top_db, -_RANGE_DB), -_RANGE_DB)
        weight = np.where(stands | clear, 1.0 / number, 0.0)
        place = np.clip(np.round(np.log2(hertz / LOW_HZ) * _PER_OCTAVE), 0, _PLACES - 1).astype(np.int64)
        self.judged = weight.sum(axis=1) / np.maximum(np.where(inside, 1.0 / number, 0.0).sum(axis=1), 1e-9)
        self.cost, self.shift_db = _compared(place, level, weight)
        self.best = self.cost.min(axis=(1, 2))

    def found(self, pitch: F64) -> Filter:
        """The filter, given the pitch of each frame in octaves above 60 Hz."""
        fits = (self.harmonics >= self.least) & (self.best < _MOST_OFF_DB2) & (self.judged > _JUDGED)
        none = np.full(len(self.best), np.nan)
        if not fits.any():
            return Filter(0.0, none, none, self.harmonics)
        rows = np.arange(len(self.best))
        usual = int(np.argmin(np.where(fits[:, None], self.cost.min(axis=2), 0.0).sum(axis=0)))
        at = np.argmin(self.cost[:, usual], axis=1)
        open_ = fits & (_CUTOFFS[at] > pitch + _ABOVE)
        is_heard = open_.sum() >= _LEAST_FRAMES and fits.mean() >= _LEAST_SHARE
        costs = np.minimum(self.cost[open_].min(axis=2), 2.0 * _MOST_OFF_DB2)
        rise = _rise_db(costs.mean(axis=0)) if is_heard else 0.0
        level = self.top_db[:, 0] + self.shift_db[rows, usual, at]
        return Filter(
            rise, np.where(fits, _CUTOFFS[at], np.nan), np.where(fits, level, np.nan), self.harmonics
        )


def _levels(power: F32, at: F64, spacing: F64, tilt_db: F64) -> tuple[F64, F64]:
    """Level of each harmonic and the louder one of its two surroundings, dB, both (frames, harmonics)."""
    rows = np.arange(len(power))[:, None]
    last = power.shape[1] - 3

    def most(middle: F64, reach: int) -> F64:
        bins = np.clip(np.round(middle).astype(np.int64), 2, last)
        return np.asarray(
            np.max([power[rows, bins + k] for k in range(-reach, reach + 1)], axis=0), np.float64
        )

    around = np.maximum(most(at - spacing / 2.0, 1), most(at + spacing / 2.0, 1))
    peak, between = (10.0 * np.log10(np.maximum(one, 1e-14)) + tilt_db for one in (most(at, 2), around))
    return peak, between


def _responses_db() -> F64:
    """Of the filter, its peak being 0 dB, (feedbacks, cutoffs, places)."""
    away = 2.0 ** (np.arange(_PLACES) / _PER_OCTAVE - _CUTOFFS[:, None])
    response = -20.0 * np.log10(np.abs((1.0 + 1j * away) ** 4 + 4.0 * _FEEDBACK[:, None, None]))
    return np.asarray(np.maximum(response - response.max(axis=2, keepdims=True), -_RANGE_DB))


def _compared(place: npt.NDArray[np.int64], level: F64, weight: F64) -> tuple[F64, F64]:
    """Mean squared error in dB² after the best shift in level, and that shift, (frames, feedbacks, cutoffs) each."""
    frames = len(place)
    where = (place + np.arange(frames)[:, None] * _PLACES).ravel()
    w, wy, wyy = (
        np.bincount(where, (weight * level**k).ravel(), frames * _PLACES).reshape(frames, _PLACES)
        for k in range(3)
    )
    shapes = _responses_db()
    flat = shapes.reshape(-1, _PLACES).T
    total = np.maximum(w.sum(axis=1, keepdims=True), 1e-9)
    seen, told = wy.sum(axis=1, keepdims=True), w @ flat
    shift = np.clip((seen - told) / total, -_SHIFT_DB, _SHIFT_DB)
    squares = wyy.sum(axis=1, keepdims=True) + w @ flat**2 - 2.0 * (wy @ flat)
    cost = np.maximum(squares / total + shift**2 - 2.0 * shift * (seen - told) / total, 0.0)
    shape = (frames, *shapes.shape[:2])
    return cost.reshape(shape), shift.reshape(shape)


def _rise_db(costs: F64) -> float:
    """How far the response rises from its passband to its peak, dB, at the feedback of least cost.

    Nothing where that is the most of all: what whistles so is a lone partial, as of a bell, and no filtered line.

    Args:
        costs: of `_FEEDBACK`; a parabola through the least and its neighbours tells what lies between.
    """
    k = int(np.argmin(costs))
    if k == len(costs) - 1:
        return 0.0
    feedback = float(_FEEDBACK[k])
    if k > 0:
        bend, slope, _ = np.polyfit(_FEEDBACK[k - 1 : k + 2], costs[k - 1 : k + 2], 2)
        feedback = float(np.clip(-slope / (2.0 * bend), _FEEDBACK[k - 1], _FEEDBACK[k + 1]))
    away = np.linspace(0.0, 2.0, 401)
    response = np.abs((1.0 + 1j * away) ** 4 + 4.0 * feedback)
    return float(20.0 * np.log10(response[0] / response.min()))
