"""Voices beside one another: where the partials of a note lie around their places, in cents.

Every harmonic of a detuned voice is off by the same cents, so the spectra around all harmonics of a note look alike on
an axis of cents; what other notes and drums add differs from harmonic to harmonic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F32, F64

CENTS = np.arange(-75.0, 75.5, 0.5)
_NOTES = np.arange(48, 88)
_HARMONICS = np.arange(5, 13)
_HIGH_HZ = 11_000.0
_LOW_HZ = 1500.0
_LEAST_HARMONICS = 4
_REACH_CENTS = 50.0
_SHARED = 0.35
"""A voice is in nearly all harmonics of a note; what another note adds is in some."""
_MIDDLES = np.arange(-20.0, 20.5, 0.5)
_CLEAR_DB = 6.0
_LEAST_FRAMES = 3
_PEAK, _PROMINENCE = 0.22, 0.1
"""Of the highest: a voice is a peak at least so high, and so far out of its surroundings."""
_SPREAD = 3.0**0.5
"""A flat distribution reaches so many times its standard deviation."""


@dataclass(frozen=True, eq=False)
class Voices:
    """What was found.

    Attributes:
        detune_cents: how far the outermost voices are from the middle.
        voices: how many peaks there are, 1 or more.
        contrast: how far notes stand out of what lies between their partials, dB.
    """

    detune_cents: float
    voices: int
    contrast: float


NONE = Voices(0.0, 0, 0.0)


def voices(power: F32, bin_hz: float) -> Voices:
    """The voices that notes have in common.

    Args:
        power: of long frames, float32 (frames, bins), with Hann windows.
        bin_hz: from bin to bin.
    """
    hertz = {
        int(note): hz
        for note in _NOTES
        if len(hz := _partials_hz(int(note), bin_hz, power.shape[1])) >= _LEAST_HARMONICS
    }
    if not hertz or not len(power):
        return NONE
    clearest = np.array(list(hertz))[
        np.argmax([_salience(power, hz, bin_hz) for hz in hertz.values()], axis=0)
    ]
    shapes, weights, contrasts = [], [], []
    for note in np.unique(clearest):
        of_note = _around(power[clearest == note], hertz[int(note)], bin_hz)
        of_note /= np.maximum(of_note.sum(axis=2, keepdims=True), 1e-20)
        shape = np.quantile(of_note.mean(axis=0), _SHARED, axis=0)
        contrast = 10.0 * np.log10(
            shape.max() / max(float(np.quantile(shape, 0.2)), 1e-4 * float(shape.max()) + 1e-20)
        )
        if contrast > _CLEAR_DB:
            shapes.append(shape / shape.sum())
            weights.append(float((clearest == note).sum()))
            contrasts.append(contrast)
    if sum(weights) < _LEAST_FRAMES:
        return NONE
    found = _counted(_symmetric(np.average(shapes, axis=0, weights=weights)), bin_hz)
    return Voices(*found, float(np.median(contrasts)))


def _partials_hz(note: int, bin_hz: float, n_bins: int) -> F64:
    """The partials of a note that are listened to, Hz."""
    hertz = 440.0 * 2.0 ** ((note - 69) / 12.0) * _HARMONICS
    return np.asarray(hertz[(hertz > _LOW_HZ) & (hertz < min(_HIGH_HZ, 0.9 * bin_hz * (n_bins - 1)))])


def _around(power: F32, hertz: F64, bin_hz: float) -> F64:
    """Power around partials on an axis of cents, (frames, partials, cents)."""
    at = hertz[:, None] * 2.0 ** (CENTS / 1200.0) / bin_hz
    low = at.astype(np.int64)
    part = at - low
    return np.asarray(power[:, low] * (1.0 - part) + power[:, low + 1] * part, np.float64)


def _salience(power: F32, hertz: F64, bin_hz: float) -> F64:
    """Mean level of a note's partials, in powers of e, (frames,): low where one of them is missing."""
    total = np.concatenate([np.zeros((len(power), 1)), np.cumsum(power, axis=1, dtype=np.float64)], axis=1)
    edges = np.round(
        hertz[:, None] * 2.0 ** (np.array([-_REACH_CENTS, _REACH_CENTS]) / 1200.0) / bin_hz
    ).astype(np.int64)
    width = np.maximum(edges[:, 1] - edges[:, 0], 1)
    inside = (total[:, edges[:, 1]] - total[:, edges[:, 0]]) / width
    return np.asarray(np.log(np.maximum(inside, 1e-12)).mean(axis=1))


def _symmetric(profile: F64) -> F64:
    """What a profile has on both sides of its middle alike: voices lie in pairs, other notes' partials do not."""
    flat = profile - np.quantile(profile, 0.2)
    flat = np.maximum(flat, 1e-4 * flat.max())
    tried = [
        np.interp([middle + CENTS, middle - CENTS], CENTS, flat, left=0.0, right=0.0) for middle in _MIDDLES
    ]
    pairs = [np.sqrt(one * other) for one, other in tried]
    return np.asarray(max(pairs, key=lambda pair: float(pair.sum())))


def _counted(profile: F64, bin_hz: float) -> tuple[float, int]:
    """Detune in cents and number of voices of a profile."""
    from scipy.signal import find_peaks

    top = float(profile.max())
    peaks, _ = find_peaks(np.pad(profile, 1), height=_PEAK * top, prominence=_PROMINENCE * top)
    peaks = peaks - 1
    if len(peaks) >= 2:
        return float(np.ptp(CENTS[peaks])) / 2.0, len(peaks)
    strong = np.where(profile > 0.1 * top, profile, 0.0)
    spread = float(strong @ CENTS**2 / strong.sum()) - (float(strong @ CENTS / strong.sum())) ** 2
    window = 0.9 * bin_hz / 3000.0 * 1731.0
    excess = max(0.0, spread - window**2)
    detune = _SPREAD * excess**0.5
    return (detune, 2) if detune > 4.0 else (0.0 if detune < 2.0 else detune, 1)
