"""Voices beside one another: where they lie around the pitch of notes, in cents.

Every harmonic of a detuned voice is off by the same cents. So all partials of all notes that sound are explained at
once by one distribution over cents, seen through the window of the frames, times a level of each partial: what two
notes of a chord share is divided between them, and voices closer than the window's main lobe come apart.
Multiplicative updates for the divergence of Kullback and Leibler: Lee and Seung, "Algorithms for non-negative matrix
factorization", 2001.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.tracks.detectors._notes import AXIS_HZ, REACH_CENTS, evened, on_cents, partials, sounding

CENTS = np.arange(-REACH_CENTS, REACH_CENTS + 1.0)
_MOST_GROUPS = 16
_ROUNDS = 60
_BANDS = 24
"""Of equal width in cents, in each of which the window is as wide as in its middle."""
_FLOOR_PERCENT, _FLOOR_CENTS, _FLOOR_STEP = 15, 400, 5
_MIDDLES = np.arange(-20.0, 21.0)
_CLEAR_DB = 6.0
_LEAST_FRAMES = 3
_PEAK, _PROMINENCE = 0.12, 0.02
"""Of the highest: a voice is a peak at least so high, and so far out of its surroundings."""


@dataclass(frozen=True, eq=False)
class Voices:
    """What was found.

    Attributes:
        detune_cents: half the distance of the outermost voices.
        voices: how many peaks there are, 1 or more.
        contrast: how far the highest peak stands out of what lies between partials, dB.
    """

    detune_cents: float
    voices: int
    contrast: float


NONE = Voices(0.0, 0, 0.0)


def voices(power: F32, bin_hz: float) -> Voices:
    """The voices that notes have in common.

    Args:
        power: of long frames, float32 (frames, bins), with Hann windows.
        bin_hz: from bin to bin: one by the length of the window in s.
    """
    if not len(power) or bin_hz * (power.shape[1] - 2) < AXIS_HZ[-1]:
        return NONE
    heard = on_cents(power, bin_hz)
    of_notes: dict[tuple[int, ...], list[int]] = {}
    for frame, notes in enumerate(sounding(evened(heard))):
        if notes:
            of_notes.setdefault(notes, []).append(frame)
    chosen = sorted(of_notes.items(), key=lambda one: -len(one[1]))[:_MOST_GROUPS]
    if sum(len(frames) for _, frames in chosen) < _LEAST_FRAMES:
        return NONE
    level = np.maximum(heard.mean(axis=1, keepdims=True), 1e-20)
    spectra = np.stack([(heard[frames] / level[frames]).mean(axis=0) for _, frames in chosen])
    shape = _fitted(evened(spectra), [notes for notes, _ in chosen], bin_hz)
    contrast = 10.0 * float(np.log10(shape.max() / max(float(np.quantile(shape, 0.2)), 1e-4 * shape.max())))
    return Voices(*_counted(_symmetric(shape)), contrast) if contrast > _CLEAR_DB else NONE


def _fitted(spectra: F64, notes: Sequence[Sequence[int]], bin_hz: float) -> F64:
    """The one distribution of voices over `CENTS` that explains spectra best.

    Args:
        spectra: evened power, (groups, cents).
        notes: that sound in each group.
        bin_hz: one by the length of the window in s.
    """
    places = [(group, at) for group, sound in enumerate(notes) for note in sound for at in partials(note)]
    group, at = np.array(places).T
    index = group[:, None] * spectra.shape[1] + at[:, None] + CENTS.astype(np.int64)
    seen, floor = spectra.ravel(), _floor(spectra).ravel()
    band = at * _BANDS // len(AXIS_HZ)
    is_in = (np.arange(_BANDS)[:, None] == band).astype(np.float64)
    middles = AXIS_HZ[((np.arange(_BANDS) + 0.5) * len(AXIS_HZ) / _BANDS).astype(np.int64)]
    blur = np.stack([_blur(float(hz), bin_hz) for hz in middles])
    reached = blur.sum(axis=1)
    shape = np.exp(-0.5 * (CENTS / 30.0) ** 2)
    shape /= shape.sum()
    levels = np.ones(len(at))

    def missing(seen_as: F64) -> F64:
        model = np.bincount(index.ravel(), (levels[:, None] * seen_as).ravel(), minlength=len(seen)) + floor
        return np.asarray((seen / model)[index])

    for _ in range(_ROUNDS):
        seen_as = (blur @ shape)[band]
        levels *= (missing(seen_as) * seen_as).sum(axis=1) / seen_as.sum(axis=1)
        wanted = is_in @ (levels[:, None] * missing(seen_as))
        shape *= (wanted.ravel() @ blur.reshape(-1, len(CENTS))) / ((is_in @ levels) @ reached)
        levels *= shape.sum()
        shape /= shape.sum()
    return np.asarray(shape)


def _floor(spectra: F64) -> F64:
    """What lies between partials: noise and drums, (groups, cents)."""
    from scipy.ndimage import percentile_filter

    size = (1, _FLOOR_CENTS // _FLOOR_STEP)
    low = percentile_filter(spectra[:, ::_FLOOR_STEP], _FLOOR_PERCENT, size=size).repeat(_FLOOR_STEP, axis=1)
    return np.asarray(np.maximum(low[:, : spectra.shape[1]], 1e-3))


def _blur(hertz: float, bin_hz: float) -> F64:
    """Power of a Hann window's transform, from each voice to each place, (CENTS, CENTS)."""
    away = hertz * np.log(2.0) / 1200.0 * (CENTS[:, None] - CENTS) / bin_hz
    away = np.where(np.abs(np.abs(away) - 1.0) < 1e-3, away + 2e-3, away)
    return np.asarray((np.sinc(away) / (1.0 - away**2)) ** 2)


def _symmetric(shape: F64) -> F64:
    """What has a counterpart on the other side of the middle: voices lie in pairs, what else was heard does not."""
    smooth = np.convolve(shape, np.ones(3) / 3.0, mode="same")
    tried = [
        np.interp([middle + CENTS, middle - CENTS], CENTS, smooth, left=0.0, right=0.0) for middle in _MIDDLES
    ]
    pairs = [np.sqrt(one * other) for one, other in tried]
    return np.asarray(max(pairs, key=lambda pair: float(pair.sum())))


def _counted(shape: F64) -> tuple[float, int]:
    """Detune in cents and number of voices."""
    from scipy.signal import find_peaks

    top = float(shape.max())
    peaks, _ = find_peaks(np.pad(shape, 1), height=_PEAK * top, prominence=_PROMINENCE * top)
    places = CENTS[peaks - 1]
    return (float(np.ptp(places)) / 2.0, len(places)) if len(places) else (0.0, 1)
