"""The fundamental over time: harmonic sums on a logarithmic grid, a path through them, and a refinement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from patchpilot.audio import F32, F64
from patchpilot.search.resynthesis.harmonic.fundamental import parabola_offset
from patchpilot.search.resynthesis.harmonic.spectra import I64, fft_size, magnitudes_at, read_rows

HOP_S = 0.01

_STEPS_PER_SEMITONE = 5
_HARMONICS = 12
_REFINED_BY = 8
"""Harmonics whose frequencies refine the track: higher ones are often noise."""
_NARROW_SEMITONES = 0.7
_WIDE_SEMITONES = 2.5
_CLEARLY_MORE = 0.03
"""The track takes the wide span only where it explains this much more of the energy."""
_STEP_COST = 0.01
_REACH = 12


@dataclass(frozen=True, eq=False)
class Track:
    """A fundamental over time.

    Attributes:
        times_s: (t,) every 10 ms.
        f0_hz: (t,).
        weights: (t,) how loud the sound is, the peak being 1.
        centre_hz: mean of `f0_hz` where the sound is loud.
        explained: 0.5..1, share of the energy that is near harmonics rather than half way between them.
    """

    times_s: F64
    f0_hz: F64
    weights: F64
    centre_hz: float
    explained: float


def follow(y: F32, sample_rate: int, centre_hz: float) -> Track:
    """Follow the fundamental of `y` (n,) near `centre_hz`."""
    size = 1 << int(np.ceil(np.log2(np.clip(4.0 / centre_hz, 0.046, 0.1) * sample_rate)))
    times_s = np.arange(0.0, len(y) / sample_rate + HOP_S / 2, HOP_S)
    n_fft = fft_size(size, padding=2)
    seen = _Spectra(
        magnitudes_at(y, np.round(times_s * sample_rate).astype(np.int64), size, n_fft), sample_rate / n_fft
    )
    f0_hz = seen.path(centre_hz, _NARROW_SEMITONES)
    explained = seen.explained(f0_hz)
    wide_hz = seen.path(centre_hz, _WIDE_SEMITONES)
    if seen.explained(wide_hz) > explained + _CLEARLY_MORE:
        f0_hz, explained = wide_hz, seen.explained(wide_hz)
    loud = np.sqrt((seen.magnitudes**2).sum(axis=1, dtype=np.float64))
    weights = loud / max(float(loud.max()), 1e-12)
    mean_hz = float(np.exp(np.average(np.log(f0_hz), weights=weights**2 + 1e-9)))
    return Track(times_s, f0_hz, weights, mean_hz, explained)


@dataclass(frozen=True, eq=False)
class _Spectra:
    magnitudes: F32
    hz_per_bin: float

    def path(self, centre_hz: float, span_semitones: float) -> F64:
        """The most salient track (t,) within `span_semitones` of `centre_hz`, refined."""
        count = max(int(2 * span_semitones * _STEPS_PER_SEMITONE), 3)
        grid_hz = centre_hz * np.exp2(np.linspace(-span_semitones, span_semitones, count) / 12)
        return self._refined(grid_hz[_best_path(self._salience(grid_hz))])

    def _salience(self, grid_hz: F64) -> F64:
        """Sums of compressed magnitudes at harmonics less those half way between them: (t, c)."""
        top = self.magnitudes.shape[1] - 1
        used = min(int((_HARMONICS + 1) * grid_hz[-1] / self.hz_per_bin) + 2, top + 1)
        compressed = np.sqrt(self.magnitudes[:, :used] / (self.magnitudes.max() + 1e-12))
        compressed = maximum_filter1d(compressed, 3, axis=1)
        total = np.zeros((len(compressed), len(grid_hz)))
        for number in range(1, _HARMONICS + 1):
            at, between = (
                np.minimum(np.round(grid_hz * n / self.hz_per_bin).astype(int), used - 1)
                for n in (number, number - 0.5)
            )
            total += (compressed[:, at] - 0.7 * compressed[:, between]) / number**0.5
        return total

    def _refined(self, f0_hz: F64, *, rounds: int = 3) -> F64:
        """Each frame's f0 moved to the mean of its partials' frequencies over their numbers."""
        numbers = np.arange(1, _REFINED_BY + 1)
        rows = np.arange(len(f0_hz))[:, None]
        reach = np.arange(-3, 4)
        top = self.magnitudes.shape[1]
        for _ in range(rounds):
            bins = np.clip(np.round(f0_hz[:, None] * numbers / self.hz_per_bin).astype(int), 4, top - 5)
            near = self.magnitudes[rows[:, :, None], bins[:, :, None] + reach]
            peak = np.clip(bins + reach[np.argmax(near, axis=2)], 1, top - 2)
            left, mid, right = (np.log(self.magnitudes[rows, peak + k] + 1e-9) for k in (-1, 0, 1))
            partial_hz = (peak + parabola_offset(left, mid, right)) * self.hz_per_bin / numbers
            near_by = np.abs(np.log2(partial_hz / f0_hz[:, None])) < 1.0 / 12
            weight = np.exp(2.0 * mid.astype(np.float64)) * numbers * near_by + 1e-12
            f0_hz = (weight * np.where(near_by, partial_hz, f0_hz[:, None])).sum(1) / weight.sum(1)
        return f0_hz

    def explained(self, f0_hz: F64) -> float:
        """As `Track.explained`, for a track (t,)."""
        numbers = np.arange(1, 41)
        bins = f0_hz[:, None] * numbers / self.hz_per_bin
        at = np.maximum.reduce([read_rows(self.magnitudes, bins + k) for k in (-1, 0, 1)])
        between = read_rows(self.magnitudes, bins + 0.5 * f0_hz[:, None] / self.hz_per_bin)
        tonal, rest = float((at**2).sum()), float((between**2).sum())
        return tonal / (tonal + rest + 1e-12)


def _best_path(salience: F64) -> I64:
    """The path (t,) through `salience` (t, c) that gains most, where steps aside cost (Viterbi, 1967)."""
    gains = salience / (np.abs(salience).max() + 1e-12)
    states = np.arange(gains.shape[1])
    apart = np.abs(states[:, None] - states)
    cost = np.where(apart <= _REACH, _STEP_COST * apart, np.inf)
    back = np.zeros(gains.shape, np.int64)
    score = gains[0]
    for t in range(1, len(gains)):
        options = score - cost
        back[t] = options.argmax(axis=1)
        score = options[states, back[t]] + gains[t]
    path = np.empty(len(gains), np.int64)
    path[-1] = int(np.argmax(score))
    for t in range(len(gains) - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path
