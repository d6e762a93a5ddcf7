"""Which fundamentals could explain a sound's spectral peaks.

The pitch that `patchpilot.audio` hears is the one that a listener would name. Here any fundamental is welcome
whose harmonics lie near the peaks: a chord over a common bass, or a bell over a tone that nobody hears.
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.search.resynthesis.harmonic.spectra import fft_size, magnitudes_at

LOWEST_HZ = 27.5
HIGHEST_HZ = 2100.0

_WINDOW_S = 0.186
_MAX_WINDOWS = 40
_TOP_HZ = 5000.0
_BOTTOM_HZ = 25.0
_DEPTH = 8.0
"""Peaks count down to this far (in nepers) below the sound's highest ..."""
_FRAME_DEPTH = 5.75
"""... and this far below the highest of their frame, where sidelobes and noise begin."""
_MAX_DIVISOR = 9
_ALIKE = 0.015
"""Scores this close count as equal: the higher fundamental is then the simpler explanation."""
_NOTHING = -2.0
"""Less than any score."""


class Peaks:
    """The spectral peaks of a sound in several long windows.

    Args:
        y: (n,) mono samples.
        sample_rate: Hz.

    Attributes:
        hz: (p,) their frequencies, up to 5 kHz; none for silence.
        weights: (p,) square roots of their amplitudes.
    """

    def __init__(self, y: F32, sample_rate: int) -> None:
        self.hz, self.weights = _find(y, sample_rate)

    def score(self, f0_hz: F64) -> F64:
        """How far the peaks lie near harmonics of each of `f0_hz` (c,), beyond chance: (c,), at most 1."""
        number = np.maximum(np.round(self.hz / f0_hz[:, None]), 1.0)
        away_hz = np.abs(self.hz - number * f0_hz[:, None])
        width_hz = 4.0 + 0.006 * self.hz
        near = np.clip(1.5 - away_hz / width_hz, 0.0, 1.0)
        by_chance = np.minimum(2.0 * width_hz / f0_hz[:, None], 1.0)
        total = max(float(self.weights.sum()), 1e-12)
        return np.asarray((near - by_chance) @ self.weights / total)

    def fundamentals(self, *, count: int) -> list[float]:
        """Up to `count` fundamentals in Hz, best first; none where there are no peaks.

        Every strong peak divided by 1..9 is tried. Among a fundamental and its multiples that score alike,
        the highest wins.
        """
        tried = self._tried()
        if len(tried) == 0:
            return []
        scores = self.score(tried)
        found: list[float] = []
        while len(found) < count and scores.max() > _NOTHING:
            best = tried[np.argmax(scores)]
            ratio = tried / best
            multiple = (np.abs(ratio - np.round(ratio)) < 0.02 * ratio) & (ratio > 0.9)
            chosen = float(tried[multiple & (scores >= scores.max() - _ALIKE)].max())
            found.append(self._finer(chosen))
            scores[np.abs(np.log2(tried / chosen)) < 1.0 / 12] = _NOTHING
            scores[multiple & (ratio < 1.1)] = _NOTHING
        return found

    def _tried(self) -> F64:
        """The strongest peaks and their subharmonics, ascending, within the range."""
        if len(self.hz) == 0:
            return self.hz
        divisors = np.arange(1, _MAX_DIVISOR + 1)
        tried = np.unique(np.round((self._strongest()[:, None] / divisors).ravel(), 2))
        inside = tried[(tried >= LOWEST_HZ) & (tried <= HIGHEST_HZ)]
        return inside if len(inside) else np.clip(self.hz[[np.argmax(self.weights)]], LOWEST_HZ, HIGHEST_HZ)

    def _strongest(self, *, count: int = 24) -> F64:
        """Mean frequencies of the `count` strongest clusters of peaks, an eighth of a semitone wide."""
        _, cluster = np.unique(np.round(96.0 * np.log2(self.hz)), return_inverse=True)
        total = np.bincount(cluster, self.weights)
        means = np.bincount(cluster, self.weights * self.hz) / total
        return np.asarray(means[np.argsort(-total, kind="stable")[:count]])

    def _finer(self, f0_hz: float) -> float:
        near = f0_hz * np.exp2(np.linspace(-0.4, 0.4, 41) / 12)
        return float(near[np.argmax(self.score(near))])


def _find(y: F32, sample_rate: int) -> tuple[F64, F64]:
    """Frequencies in Hz and weights of the peaks, both (p,)."""
    size = 1 << int(np.round(np.log2(_WINDOW_S * sample_rate)))
    count = int(np.clip(len(y) / (0.05 * sample_rate), 4, _MAX_WINDOWS))
    last = max(len(y) - 0.04 * sample_rate, 0.05 * sample_rate)
    centres = np.linspace(0.04 * sample_rate, last, count).astype(np.int64)
    n_fft = fft_size(size, padding=2)
    spectra = magnitudes_at(y, centres, size, n_fft, n_bins=int(_TOP_HZ / sample_rate * n_fft))
    level = np.log(spectra.astype(np.float64) + 1e-9)
    rows, bins = np.nonzero(_is_peak(level))
    left, centre, right = (level[rows, bins + k] for k in (-1, 0, 1))
    hz = (bins + parabola_offset(left, centre, right)) * sample_rate / n_fft
    keep = hz > _BOTTOM_HZ
    return hz[keep], np.exp(0.5 * centre[keep])


def _is_peak(level: F64) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Where `level` (t, m) is higher than two neighbours on either side, and high at all."""
    mid = level[:, 2:-2]
    peaks = (mid > level[:, 1:-3]) & (mid >= level[:, 3:-1]) & (mid > level[:, :-4]) & (mid > level[:, 4:])
    peaks &= mid > level.max() - _DEPTH
    peaks &= mid > level.max(axis=1, keepdims=True) - _FRAME_DEPTH
    return np.pad(peaks, ((0, 0), (2, 2)))


def parabola_offset(left: F64, centre: F64, right: F64) -> F64:
    """Where, in bins from the middle one, the parabola through three logarithmic levels has its top."""
    return np.asarray(np.clip(0.5 * (left - right) / (left - 2 * centre + right - 1e-9), -0.5, 0.5))
