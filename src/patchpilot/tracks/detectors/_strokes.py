"""Strokes of drums at given times: how much louder a band gets there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64, Audio

HAT_HZ = (7000.0, 16_000.0)
_HOP_S = 0.005
_AFTER, _BEFORE, _APART = 6, 6, 1
"""Hops that are heard after a time and before it, and those between."""
_REACH = 5
"""Hops by which a stroke may be early or late: a grid is known to 20 ms, and people are late."""


@dataclass(frozen=True, eq=False)
class Strokes:
    """Of a band, at each time.

    Attributes:
        rise: power that is there in the 30 ms after it, but not before, >= 0.
        before: power in the 30 ms before it.
    """

    rise: F64
    before: F64


def strokes(audio: Audio, hertz: tuple[float, float], times_s: F64) -> Strokes:
    """What begins in a band at given times.

    Args:
        audio: any channels, their mean is listened to.
        hertz: lower and upper end of the band; the upper one is lowered where the sound has no such frequencies.
        times_s: any shape, which the result has, too.
    """
    power, hop_s = _power(audio, hertz)
    total = np.concatenate([[0.0], np.cumsum(power)])

    def mean(start: npt.NDArray[np.int64], n: int) -> F64:
        ends = np.clip(start, 0, len(power)), np.clip(start + n, 0, len(power))
        return np.asarray((total[ends[1]] - total[ends[0]]) / n)

    at = np.round(times_s / hop_s).astype(np.int64)[..., None] + np.arange(-_REACH, _REACH + 1)
    after, before = mean(at, _AFTER), mean(at - _APART - _BEFORE, _BEFORE)
    best = np.argmax(after - before, axis=-1)[..., None]
    chosen = [np.take_along_axis(part, best, axis=-1)[..., 0] for part in (after, before)]
    return Strokes(np.maximum(chosen[0] - chosen[1], 0.0), chosen[1])


def _power(audio: Audio, hertz: tuple[float, float]) -> tuple[F64, float]:
    """Power of a band, float64 (steps,), zeros where the sound has no such frequencies; and a step's length, s."""
    from scipy.signal import butter, sosfilt

    rate = audio.sample_rate
    top = min(hertz[1], 0.49 * rate)
    hop = round(_HOP_S * rate)
    if top <= hertz[0]:
        return np.zeros(len(audio) // hop + 1), hop / rate
    sections = butter(2, (hertz[0], top), "bandpass", fs=rate, output="sos").astype(np.float32)
    band = sosfilt(sections, audio.mono())
    whole = np.pad(band, (0, -len(band) % hop)).reshape(-1, hop)
    return np.einsum("ij,ij->i", whole, whole).astype(np.float64) / hop, hop / rate
