"""The tempo of a track, to a thousandth of a beat a minute where a machine kept it.

Three steps. A rough tempo: where the onsets are alike some beats later *and* their spectrum has lines at the beat and
its halves (the first also likes half tempos, the second double ones; Peeters 2007, "Template-based estimation of
time-varying tempo", multiplies them likewise), times a soft prior. A finer one: the highest lines near it over the
whole track. The last digits: a straight line through how late the windows of the track are, weighted with how clear
each is.

Lateness is that of beats, eighths and sixteenths at once, so plucks between the beats of a breakdown do no harm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft

from patchpilot.audio import F64
from patchpilot.tracks.features import ONSET_HOP_S, Listened

SLOWEST_BPM, FASTEST_BPM = 60.0, 200.0
USUAL_BPM, OCTAVES = 139.0, 0.6
"""The prior: a normal distribution over octaves, so wide that it decides between whole multiples only."""
LIKELY_BPM = (128.0, 150.0)
"""A tempo outside this range is reported as it is, and flagged."""
LEAST_CLEAR, LEAST_ALIKE = 4.0, 0.12
"""How far the lines must stand out of what lies around them, and how alike the onsets must be some beats later, for
there to be a beat."""
_BEATS_LATER = (1, 2, 3, 4, 8)
_PER_BEAT = (1, 2, 4)
_LEAST_KICKS, _LEAST_SHARE = 0.3, 0.2
_STEPS = 2000
_ROUGH, _APART = 0.012, 0.04
"""How far the rough tempo may be off, and how far apart others must be, as parts of it."""
_SHIFTS = 4001
_WINDOW_S, _TOGETHER = 2.0, 4
_STEADY_S = 0.02
"""At this deviation from one tempo, stability is 0."""
C128 = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class Tempo:
    """A tempo.

    Attributes:
        bpm: > 0, beats a minute.
        clearness: how far the lines of the onsets' spectrum stand out of it, > 0.
        alike: mean autocorrelation of the onsets one to eight beats later, 0..1.
        drift_s: RMS deviation of the onsets of windows of 8 s from one tempo, s.
        others: the next likely tempos, beats a minute, the likeliest first.
    """

    bpm: float
    clearness: float
    alike: float
    drift_s: float
    others: tuple[float, ...] = ()

    @property
    def stability(self) -> float:
        """0..1, how well one tempo fits all of the track."""
        return max(0.0, 1.0 - (self.drift_s / _STEADY_S) ** 2)


def tempo(listened: Listened) -> Tempo | None:
    """The tempo of a track; None where it has no beat."""
    onsets = weighted_onsets(listened)
    rough = _rough(onsets, _kicks(listened))
    if not rough:
        return None
    bpm, drift_s = _finer(onsets, rough[0])
    here = np.array([bpm])
    clearness, alike = float(_lines(onsets, here)[0]), float(_later(onsets, here)[0])
    if clearness < LEAST_CLEAR or alike < LEAST_ALIKE:
        return None
    return Tempo(bpm, clearness, alike, drift_s, tuple(round(other, 2) for other in rough[1:3]))


def weighted_onsets(listened: Listened) -> F64:
    """One curve of all onsets, float64 (frames,), mean 0: each band counts alike, whatever its range."""
    bands = listened.onset_bands.astype(np.float64)
    bands = bands / np.maximum(np.sqrt(np.mean(bands**2, axis=0)), 1e-9)
    total = bands.sum(axis=1)
    return np.asarray(total - total.mean())


def _kicks(listened: Listened) -> F64:
    """How fast the amplitude of the lows rises, float64 (frames,), mean 0: the kick outdoes what is beside it."""
    level = np.sqrt(listened.onset_power[:, 0].astype(np.float64))
    rises = np.pad(np.maximum(level[2:] - level[:-2], 0.0), 1)
    return np.asarray(rises - rises.mean())


def _rough(onsets: F64, kicks: F64) -> list[float]:
    """Tempos to about a part in a thousand, the likeliest first, none within 4 % of one before it."""
    tempos = np.geomspace(SLOWEST_BPM, FASTEST_BPM, _STEPS)
    score = np.maximum(_later(onsets, tempos), 0.0) * _lines(onsets, tempos)
    score *= np.exp(-0.5 * (np.log2(tempos / USUAL_BPM) / OCTAVES) ** 2) * _on_each(kicks, tempos)
    found: list[float] = []
    for index in np.argsort(-score, kind="stable"):
        if score[index] <= 0.0 or len(found) == 3:
            break
        if all(abs(tempos[index] / other - 1.0) > _APART for other in found):
            found.append(float(tempos[index]))
    return found


def _on_each(kicks: F64, tempos: F64) -> F64:
    """Whether kicks come a beat later as well as two beats later, 0.2..1: where they do not, it is a double tempo."""
    one, two = _later(kicks, tempos, (1, 3)), _later(kicks, tempos, (2, 4))
    share = np.clip(one / np.maximum(two, 1e-9), 0.0, 1.0) ** 3
    return np.asarray(np.where(two > _LEAST_KICKS, np.maximum(share, _LEAST_SHARE), 1.0))


def _later(onsets: F64, tempos: F64, beats_later: tuple[int, ...] = _BEATS_LATER) -> F64:
    """Mean autocorrelation some beats later."""
    n = len(onsets)
    smooth = np.convolve(onsets, np.hanning(9) / np.hanning(9).sum(), mode="same")
    alike = irfft(np.abs(rfft(smooth, 2 * n)) ** 2)[:n]
    alike *= n / np.maximum(n - np.arange(n), 0.2 * n) / max(float(alike[0]), 1e-12)
    lags = np.outer(beats_later, 60.0 / tempos / ONSET_HOP_S)
    there = lags < 0.8 * n
    found = (np.interp(lags, np.arange(n), alike) * there).sum(axis=0)
    return np.asarray(found / np.maximum(there.sum(axis=0), 1))


def _lines(onsets: F64, tempos: F64) -> F64:
    """How far the spectrum's lines at a tempo and its halves stand out of the median, double ones counting less."""
    size = next_fast_len(2 * len(onsets), real=True)
    magnitudes = np.abs(rfft(onsets, size))
    width_hz = 1.0 / (size * ONSET_HOP_S)
    usual = float(np.median(magnitudes[round(0.5 / width_hz) : round(12.0 / width_hz)]))
    found = np.zeros(len(tempos))
    for line in _PER_BEAT:
        bins = line * tempos / 60.0 / width_hz
        low, high = np.floor(bins * (1 - _ROUGH)).astype(int), np.ceil(bins * (1 + _ROUGH)).astype(int) + 1
        edges = np.stack([low, np.minimum(high, len(magnitudes) - 1)], axis=1).ravel()
        found += np.maximum.reduceat(magnitudes, edges)[::2] / line**0.5
    return found / max(usual, 1e-12)


def _finer(onsets: F64, rough_bpm: float) -> tuple[float, float]:
    """The tempo from all of the track, and the deviation from it, s."""
    hz = rough_bpm / 60.0
    sums, at_s = _windows(onsets, hz)
    shifts = np.linspace(-_ROUGH * hz, _ROUGH * hz, _SHIFTS)
    per_beat = np.array(_PER_BEAT)[:, None]
    turns = np.exp(-2j * np.pi * np.multiply.outer(shifts, at_s))
    heights = sum(np.abs(turns**line @ row) for line, row in zip(_PER_BEAT, sums, strict=True))
    shift = float(shifts[int(np.argmax(heights))])
    hz += shift
    sums = sums * np.exp(-2j * np.pi * shift * per_beat * at_s)
    late_s, weights = _lateness(sums, hz)
    hz, left_s = _line(hz, at_s, late_s, weights)
    return 60.0 * hz, left_s


def _windows(onsets: F64, hz: float) -> tuple[C128, F64]:
    """The lines' amplitude and phase in windows of 2 s, complex (3, windows); and the windows' middles, s."""
    size = round(_WINDOW_S / ONSET_HOP_S)
    n = max(1, len(onsets) // size)
    kept = onsets[: n * size].reshape(n, -1)
    times = np.arange(kept.size).reshape(kept.shape) * ONSET_HOP_S
    waves = np.exp(-2j * np.pi * hz * times)
    return np.stack([(kept * waves**line).sum(axis=1) for line in _PER_BEAT]), times.mean(axis=1)


def _lateness(sums: C128, hz: float) -> tuple[F64, F64]:
    """How late each window's onsets are by each line, s, and how much that is to be believed; (3, windows)."""
    near = np.stack([np.convolve(row, np.ones(min(_TOGETHER, len(row))), mode="same") for row in sums])
    whole = sums.sum(axis=1, keepdims=True)
    per_beat = np.array(_PER_BEAT)[:, None]
    late_s = -np.angle(near * np.conj(whole)) / (2.0 * np.pi * per_beat * hz)
    return late_s, np.abs(near) * np.abs(whole) * per_beat**2


def _line(hz: float, at_s: F64, late_s: F64, weights: F64) -> tuple[float, float]:
    """The frequency without the trend of lateness, and how far all windows are from the trend, s (weighted RMS).

    Fitted twice: the second time without the windows that are off by more than three deviations.
    """
    times = np.broadcast_to(at_s, late_s.shape)
    slope = left = 0.0
    kept = weights
    for _ in range(2):
        share = kept / max(float(kept.sum()), 1e-30)
        middle, mean = float((share * times).sum()), float((share * late_s).sum())
        spread = float((share * (times - middle) ** 2).sum())
        slope = float((share * (times - middle) * (late_s - mean)).sum()) / spread if spread > 0.0 else 0.0
        rest = late_s - mean - slope * (times - middle)
        left = float(np.sqrt((weights * rest**2).sum() / max(float(weights.sum()), 1e-30)))
        kept = weights * (np.abs(rest) <= 3.0 * left)
    return hz / (1.0 + slope), left
