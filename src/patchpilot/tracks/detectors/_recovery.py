"""A ducker's gain over a beat: it falls, is held, and comes back; fitted to levels that a window blurred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64, hann

FINE = 384
"""Places of a beat at which the gain is modelled."""
_BACK = 1.0 - float(np.exp(-1.0))
_STARTS = ((0.01, 0.6, 1.5), (0.1, 1.5, 4.0))
"""Hold in s, length of the way back in beats, and its bend."""


@dataclass(frozen=True, eq=False)
class Gain:
    """What a ducker does in a beat.

    Attributes:
        depth_db: from the least to the greatest gain.
        recovery_s: from where the gain falls through half of the depth until 63 % (1 - 1/e) of it is back, s.
        gain_db: float64 (FINE,), over one beat from the beat on; 0 is the greatest.
        rest_db: RMS of what the model leaves, dB.
    """

    depth_db: float
    recovery_s: float
    gain_db: F64
    rest_db: float


def fitted(levels_db: F64, beat_s: float, window: int, sample_rate: int) -> Gain:
    """The gain that best explains levels.

    Args:
        levels_db: (places,), in the middles of equal parts of a beat; periodic.
        beat_s: s.
        window: samples of the Hann window through which they were heard.
        sample_rate: Hz.
    """
    from scipy.optimize import least_squares

    blur = _blur(beat_s, window, sample_rate)
    places = (np.arange(len(levels_db)) + 0.5) / len(levels_db) * FINE
    span = float(np.ptp(levels_db))
    top = float(np.clip(levels_db.max(), -15.0, 15.0))

    def rest(x: F64) -> F64:
        amplitude = np.fft.irfft(np.fft.rfft(10.0 ** (_gain_db(x, beat_s) / 20.0)) * blur, FINE)
        heard = 20.0 * np.log10(np.maximum(amplitude, 1e-6)) + x[5]
        return np.asarray(np.interp(places, np.arange(FINE + 1), np.append(heard, heard[0])) - levels_db)

    bounds = (
        [-0.3, 0.0, 0.05 * beat_s, 0.3, 0.0, -25.0, 2e-4],
        [0.3, 0.6 * beat_s, 6.0 * beat_s, 12.0, 60.0, 60.0, 0.02],
    )
    found = [
        least_squares(
            rest, [0.0, hold, way * beat_s, bend, min(span + 0.5, 50.0), top, 0.002],
            bounds=bounds, loss="soft_l1", f_scale=0.4, max_nfev=40,
            x_scale=[0.01, 0.01, 0.1, 0.5, 2.0, 1.0, 0.002],
        )
        for hold, way, bend in _STARTS
    ]  # fmt: skip
    best = min(found, key=lambda one: one.cost)
    gain = _gain_db(best.x, beat_s)
    gain -= gain.max()
    return Gain(
        float(-gain.min()), recovery_s(gain, beat_s), gain, float(np.sqrt(np.mean(rest(best.x) ** 2)))
    )


def recovery_s(gain_db: F64, beat_s: float) -> float:
    """From the fall through half of the depth until 63 % of it is back, s; 0 where nothing falls.

    Args:
        gain_db: (places,) of one beat, periodic.
        beat_s: s.
    """
    bottom = int(np.argmin(gain_db))
    after = np.roll(gain_db, -bottom)
    low, top = float(gain_db.min()), float(gain_db.max())
    if top - low < 1e-6:
        return 0.0
    back = int(np.argmax(after >= low + _BACK * (top - low)))
    fall = int(np.argmax(after[::-1] >= (low + top) / 2.0))
    return float((back + fall) / len(gain_db) * beat_s)


def _gain_db(x: F64, beat_s: float) -> F64:
    """The gain at `FINE` places, dB.

    Args:
        x: when it begins (parts of a beat), hold (s), length of the way back (s), its bend, depth (dB), offset of
            the levels (dB), time constant of the attack (s).
        beat_s: s.
    """
    late, hold, way, bend, depth, _, attack = x
    since = (np.arange(FINE) / FINE - late) % 1.0 * beat_s
    left = max(0.0, 1.0 - (beat_s - hold) / way) ** bend
    falling = 1.0 - (1.0 - left) * np.exp(-since / attack)
    rising = np.maximum(0.0, 1.0 - np.maximum(since - hold, 0.0) / way) ** bend
    return np.asarray(-depth * np.where(since < hold, falling, rising))


def _blur(beat_s: float, window: int, sample_rate: int) -> F64:
    """Transform of the window over a beat, which a partial's amplitude is smoothed by."""
    away = ((np.arange(FINE) + FINE // 2) % FINE - FINE // 2) / FINE * beat_s
    seconds = (np.arange(window) - window / 2) / sample_rate
    kernel = np.interp(away, seconds, hann(window), left=0.0, right=0.0)
    return np.asarray(np.fft.rfft(kernel / kernel.sum()))
