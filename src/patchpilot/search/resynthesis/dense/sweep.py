"""Pitch envelopes: the sweeping tone inside a kick, a tom or a zap, found by demodulation.

A sweep f(t) = end + (start - end) exp(-t / tau) is right when the sound, multiplied by exp(-i phase(t)), stands
still. Then what still turns corrects the curve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.optimize import minimize
from scipy.signal import decimate

from patchpilot.audio import F32, F64

C128 = npt.NDArray[np.complex128]

LONGEST_S = 0.6
TOO_LONG_S = 2.0
SCANNED_S = 0.25
AVERAGE_S = 0.012
LOWEST_HZ = 22.0
LEAST_SHARE = 0.35
LEAST_COHERENCE = 0.7
LEAST_SEMITONES = 2.0


@dataclass(frozen=True)
class Sweep:
    """A tone whose pitch moves.

    Attributes:
        times_s: (m,) ascending from 0, a millisecond or two apart at first.
        hz: (m,) its frequency.
        share: share of the sound's energy that stands still along it, 0..1.
    """

    times_s: F64
    hz: F64
    share: float

    def at(self, times_s: F64) -> F64:
        """Frequency at `times_s` (n,)."""
        return np.asarray(np.exp(np.interp(times_s, self.times_s, np.log(self.hz))))

    def semitones(self) -> float:
        """How far it moves."""
        return float(12.0 * np.log2(self.hz.max() / self.hz.min()))


def _track(times_s: F64, end_hz: float, start_hz: float, tau_s: float) -> F64:
    return np.asarray(end_hz + (start_hz - end_hz) * np.exp(-times_s / tau_s))


def _standing(piece: F64, phase: F64, rate_hz: float) -> float:
    """Energy of `piece` (n,) that stands still along `phase` (n,) in radians, over all of its energy."""
    still = _averaged(piece * np.exp(-1j * phase), rate_hz)
    return float(2.0 * np.sum(np.abs(still) ** 2) / max(np.sum(piece**2), 1e-20))


def _averaged(z: C128, rate_hz: float, length_s: float = AVERAGE_S) -> C128:
    width = max(int(length_s * rate_hz), 3)
    real, imaginary = (
        uniform_filter1d(z.real, width, mode="constant"),
        uniform_filter1d(z.imag, width, mode="constant"),
    )
    return np.asarray(real + 1j * imaginary)


def find(y: F32, sample_rate_hz: int) -> Sweep | None:
    """The sweep that carries `y` (n,), or None where nothing (or a steady tone) carries it."""
    factor = 8
    piece = y[: int(LONGEST_S * sample_rate_hz)].astype(np.float64)
    if len(piece) < 1024 or len(y) > TOO_LONG_S * sample_rate_hz:
        return None
    piece = decimate(np.pad(piece, (0, 64)), factor, ftype="fir")
    rate_hz = sample_rate_hz / factor
    times_s = np.arange(len(piece)) / rate_hz
    start = _scan(piece, times_s, rate_hz)
    best = minimize(
        lambda x: -_standing(piece, _phase(times_s, np.exp(x), rate_hz), rate_hz),
        np.log(start),
        method="Nelder-Mead",
        options={"maxfev": 160, "xatol": 1e-3, "fatol": 1e-5},
    )
    end_hz, start_hz, tau_s = np.exp(best.x)
    if not (LOWEST_HZ < end_hz < 0.4 * rate_hz and LOWEST_HZ < start_hz < 20000.0 and tau_s > 0.001):
        return None
    hz = _straightened(piece, _track(times_s, end_hz, start_hz, tau_s), rate_hz)
    share = _standing(piece, 2.0 * np.pi * np.cumsum(hz) / rate_hz, rate_hz)
    steady = _standing(piece, 2.0 * np.pi * times_s * end_hz, rate_hz)
    sweep = Sweep(times_s, hz, share)
    worth = share > LEAST_SHARE and share > 1.1 * steady and sweep.semitones() > LEAST_SEMITONES
    return sweep if worth else None


def _phase(times_s: F64, curve: F64, rate_hz: float) -> F64:
    return np.asarray(2.0 * np.pi * np.cumsum(_track(times_s, *curve)) / rate_hz)


def _scan(piece: F64, times_s: F64, rate_hz: float) -> tuple[float, float, float]:
    """The best of a coarse net of sweeps: end (Hz), start (Hz), time constant (s)."""
    best, best_share = (100.0, 100.0, 0.05), -1.0
    steps = np.concatenate([[1.0], np.geomspace(1.2, 20.0, 8)])
    short = min(len(piece), int(SCANNED_S * rate_hz))
    piece, times_s = piece[:short], times_s[:short]
    for end_hz in np.geomspace(28.0, 1400.0, 32):
        for ratio in (*steps, 0.6):
            if ratio * end_hz > 0.45 * rate_hz:
                continue
            for tau_s in (0.006, 0.015, 0.035, 0.08) if ratio != 1.0 else (0.05,):
                curve = (float(end_hz), float(end_hz * ratio), tau_s)
                share = _standing(piece, _phase(times_s, np.array(curve), rate_hz), rate_hz)
                if share > best_share:
                    best, best_share = curve, share
    return best


def _straightened(piece: F64, hz: F64, rate_hz: float) -> F64:
    """`hz` (n,) plus what the demodulated tone still turns, smoothed, kept still where it is weak."""
    for _ in range(4):
        phase = 2.0 * np.pi * np.cumsum(hz) / rate_hz
        still = _smoothed(piece * np.exp(-1j * phase), max(0.005, 0.35 / float(np.median(hz))) * rate_hz)
        angle = np.unwrap(np.angle(still))
        strength = np.abs(still) ** 2
        weight = gaussian_filter1d(strength, 0.003 * rate_hz) + 1e-4 * strength.max()
        turn = gaussian_filter1d(np.gradient(angle) * strength, 0.003 * rate_hz) / weight
        extra = turn * rate_hz / (2.0 * np.pi)
        hz = np.clip(hz + np.clip(extra, -0.2 * hz, 0.2 * hz), 20.0, 0.45 * rate_hz)
    return np.asarray(hz)


def _smoothed(z: C128, width: float) -> C128:
    """`z` (n,) smoothed by nearly a Gaussian of standard deviation `width`: three running means."""
    for _ in range(3):
        z = _averaged(z, 1.0, max(2.0 * width, 3.0))
    return z


def harmonic_tracks(y: F32, sample_rate_hz: int, sweep: Sweep, count: int) -> C128:
    """(count, n) complex amplitudes of the sweep's harmonics 1..count in `y` (n,)."""
    n = len(y)
    now_s = np.arange(n) / sample_rate_hz
    hz = sweep.at(now_s)
    phase = 2.0 * np.pi * np.cumsum(hz) / sample_rate_hz
    tracks = np.zeros((count, n), np.complex128)
    rest = y.astype(np.float64)
    for h in range(1, count + 1):
        if h * hz.min() > 0.4 * sample_rate_hz:
            break
        width = max(0.004, 0.35 / float(np.median(hz))) * sample_rate_hz
        z = 2.0 * _smoothed(rest * np.exp(-1j * h * phase), width)
        coherence = abs((z * np.abs(z)).sum()) / max(float((np.abs(z) ** 2).sum()), 1e-20)
        if coherence < LEAST_COHERENCE:
            continue
        tracks[h - 1] = z * (h * hz < 0.45 * sample_rate_hz)
        rest = rest - (tracks[h - 1] * np.exp(1j * h * phase)).real
    return tracks
