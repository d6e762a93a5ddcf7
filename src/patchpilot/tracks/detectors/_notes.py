"""Which notes sound in long frames, on an axis of cents, however far their voices are detuned."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from patchpilot.audio import F32, F64

LOW_HZ, HIGH_HZ = 700.0, 9000.0
"""Below, a cent is too few Hz; above, there is little but drums."""
AXIS_HZ = LOW_HZ * 2.0 ** (np.arange(int(1200.0 * np.log2(HIGH_HZ / LOW_HZ))) / 1200.0)
"""A place each cent, Hz."""
REACH_CENTS = 75
NOTES = np.arange(43, 92)
"""MIDI pitches."""
_HARMONICS = np.arange(2, 19)
_COARSE = 10
"""Cents of a step when notes are sought."""
_HALF_WIDTHS = (6.0, 20.0, 38.0)
"""Cents from the middle within which a note's voices lie, tried in turn."""
_SLOPE = 12.0
_ENVELOPE = 900
"""Cents over which the level is evened out."""
_ROUNDS = 40
_SOUNDS = 0.25
"""Of the strongest note of a frame."""
_MOST_NOTES = 6


def on_cents(power: F32, bin_hz: float) -> F64:
    """Power at `AXIS_HZ`, (frames, cents).

    Args:
        power: (frames, bins), up to 9 kHz at least.
        bin_hz: from bin to bin.
    """
    at = AXIS_HZ / bin_hz
    low = at.astype(np.int64)
    part = at - low
    return np.asarray(power[:, low] * (1.0 - part) + power[:, low + 1] * part, np.float64)


def evened(power: F64) -> F64:
    """Power in parts of its mean over the surrounding three quarters of an octave, (frames, cents)."""
    from scipy.ndimage import uniform_filter1d

    return np.asarray(power / np.maximum(uniform_filter1d(power, _ENVELOPE, axis=1, mode="nearest"), 1e-20))


def partials(note: int) -> np.ndarray:
    """Places of a note's partials on `AXIS_HZ`, whole cents."""
    hertz = 440.0 * 2.0 ** ((note - 69) / 12.0) * _HARMONICS
    at = np.round(1200.0 * np.log2(hertz / LOW_HZ)).astype(np.int64)
    return np.asarray(at[(at > REACH_CENTS) & (at < len(AXIS_HZ) - REACH_CENTS - 1)])


def sounding(flat: F64) -> list[tuple[int, ...]]:
    """The notes of each frame, MIDI pitches, lowest first.

    Spectra are explained by notes of three widths (non-negative factors, divergence of Kullback and Leibler); the
    width that explains all frames best is taken.

    Args:
        flat: evened power, (frames, cents).
    """
    n = len(AXIS_HZ) // _COARSE
    seen = flat[:, : n * _COARSE].reshape(len(flat), n, _COARSE).mean(axis=2)
    seen = np.minimum(seen, np.quantile(seen, 0.98, axis=1, keepdims=True))
    floor = np.quantile(seen, 0.3, axis=1, keepdims=True) + 1e-9
    tried = [_explained(seen, floor, _templates(half)) for half in _HALF_WIDTHS]
    amounts = min(tried, key=lambda one: one[0])[1]
    found = []
    for amount in amounts:
        strongest = np.argsort(amount)[-_MOST_NOTES:]
        found.append(tuple(sorted(int(NOTES[k]) for k in strongest if amount[k] > _SOUNDS * amount.max())))
    return found


def _explained(seen: F64, floor: F64, templates: F64) -> tuple[float, F64]:
    """Divergence, and how much of each note there is, (frames, notes)."""
    amounts = np.ones((len(seen), len(templates)))
    total = templates.sum(axis=1)
    for _ in range(_ROUNDS):
        amounts *= ((seen / (amounts @ templates + floor)) @ templates.T) / total
    model = amounts @ templates + floor
    return float((model - seen * np.log(model)).mean()), amounts


@lru_cache(maxsize=len(_HALF_WIDTHS))
def _templates(half_width: float) -> F64:
    """Spectra of notes whose voices lie within so many cents, (notes, coarse steps)."""
    middles = (np.arange(len(AXIS_HZ) // _COARSE) + 0.5) * _COARSE
    made = np.zeros((len(NOTES), len(middles)))
    for row, note in zip(made, NOTES, strict=True):
        for at in partials(int(note)):
            away = np.maximum(np.abs(middles - at) - half_width, 0.0) / _SLOPE
            row += np.exp(-0.5 * away**2)
    return made
