"""What three Vital oscillators with moving wavetables sound like, near enough to design tables without the engine.

Measured in the engine: a table's frames are blended linearly; every 7 ms the oscillator takes the frame of that
instant and fades to it over the next 7 ms (so the first frame stands for 7 ms, and a frame is heard 7 ms after its
time); the 2048 points of a frame are read with cubic interpolation, which dulls harmonics above 400 and mirrors them
at 2048 - h; a frame's full scale comes out as 0.25 at the init levels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft

from patchpilot.audio import F32, F64

POINTS = 2048
HARMONICS = 1024
GAIN = 0.25
FADE_S = 0.007
UNISON_VOICES = 4
UNISON = ((-40.0, 0.525), (-7.46, 0.475), (7.46, 0.475), (40.0, 0.525))
"""The voices of four at the init detune, without stereo spread."""
_FINE = 4


@dataclass(frozen=True)
class Layer:
    """One oscillator: a wavetable over time.

    Attributes:
        f0_hz: frequency of harmonic 1 at the sketch's note (the sweep's base).
        magnitudes: (k, HARMONICS + 1) amplitude of each harmonic in each keyframe, before the voice's envelope.
        phases: (HARMONICS + 1,) common to all frames.
        voices: unison as (cents, gain) of each voice.
        sweep: semitones over `f0_hz` at `sweep_s` seconds, or None.
    """

    f0_hz: float
    magnitudes: F64
    phases: F64
    voices: tuple[tuple[float, float], ...] = ((0.0, 1.0),)
    sweep: F64 | None = None
    sweep_s: F64 | None = None

    def with_magnitudes(self, magnitudes: F64) -> Layer:
        """A copy with other magnitudes."""
        return replace(self, magnitudes=magnitudes)

    def hz(self, times_s: F64) -> F64:
        """Frequency of harmonic 1 at `times_s` (n,)."""
        if self.sweep is None or self.sweep_s is None:
            return np.full(len(times_s), self.f0_hz)
        return np.asarray(self.f0_hz * 2.0 ** (np.interp(times_s, self.sweep_s, self.sweep) / 12.0))


def waves(layer: Layer) -> F32:
    """(k, POINTS) frames."""
    spectra = layer.magnitudes * np.exp(1j * layer.phases)
    spectra[:, 0] = 0.0
    spectra[:, HARMONICS] = 0.0
    return np.asarray(irfft(spectra, POINTS, axis=1) * HARMONICS, dtype=np.float32)


def _kernel() -> F32:
    """(2 * HARMONICS * _FINE // 2 + 1,) response of the engine's cubic interpolation at fine-grid harmonics."""
    x = np.arange(HARMONICS * _FINE + 1) / POINTS
    offset = np.arange(-2 * _FINE, 2 * _FINE + 1) / _FINE
    a = np.abs(offset)
    near, far = 1.0 - 2.5 * a**2 + 1.5 * a**3, 2.0 - 4.0 * a + 2.5 * a**2 - 0.5 * a**3
    taps = np.where(a <= 1.0, near, far) / _FINE
    return np.asarray((taps[None] * np.cos(2.0 * np.pi * x[:, None] * offset[None])).sum(1), dtype=np.float32)


_RESPONSE = _kernel()


def _fine_waves(layer: Layer) -> F32:
    """(k, POINTS * _FINE) frames as read between their points, images included."""
    spectra = (layer.magnitudes * np.exp(1j * layer.phases)).astype(np.complex64)
    spectra[:, 0] = 0.0
    spectra[:, HARMONICS] = 0.0
    top = 1408
    wide = np.zeros((len(spectra), top + 1), np.complex64)
    wide[:, : HARMONICS + 1] = spectra
    wide[:, HARMONICS : top + 1] += np.conj(spectra[:, POINTS - top : HARMONICS + 1][:, ::-1])
    wide *= _RESPONSE[: top + 1]
    full = np.zeros((len(spectra), POINTS * _FINE // 2 + 1), np.complex64)
    full[:, : top + 1] = wide
    return np.asarray(irfft(full, axis=1) * np.float32(HARMONICS * _FINE), dtype=np.float32)


def play(layer: Layer, times_s: F64, samples: int, sample_rate_hz: int) -> F32:
    """(samples,) output of one oscillator before the voice's envelope; `times_s` (k,) are the keyframes' times."""
    table = _fine_waves(_audible(layer, sample_rate_hz))
    now_s = np.arange(samples) / sample_rate_hz
    at = np.interp(now_s, times_s, np.arange(len(times_s))) if len(times_s) > 1 else np.zeros(samples)
    lower = np.minimum(at.astype(np.int32), len(table) - 1)
    upper = np.minimum(lower + 1, len(table) - 1)
    blend = (at - lower).astype(np.float32)
    phase = np.cumsum(layer.hz(now_s)) / sample_rate_hz
    width = POINTS * _FINE
    flat = np.concatenate([table, table[:, :1]], axis=1).ravel()
    total = np.zeros(samples, np.float32)
    for cents, gain in layer.voices:
        point = (phase * 2.0 ** (cents / 1200.0) % 1.0) * width
        index = np.minimum(point.astype(np.int32), width - 1)
        between = (point - index).astype(np.float32)
        first = _read(flat, lower * (width + 1) + index, between)
        second = _read(flat, upper * (width + 1) + index, between)
        total += np.float32(gain) * (first + blend * (second - first))
    return GAIN * total


def _read(flat: F32, index: npt.NDArray[np.int32], between: F32) -> F32:
    left = flat[index]
    return np.asarray(left + between * (flat[index + 1] - left), dtype=np.float32)


def _audible(layer: Layer, sample_rate_hz: int) -> Layer:
    """Without the harmonics that the engine leaves out because they pass half the sample rate."""
    top = int(sample_rate_hz / 2.0 / layer.f0_hz) + 1
    if top >= HARMONICS or layer.sweep is not None:
        return layer
    magnitudes = layer.magnitudes.copy()
    magnitudes[:, top:] = 0.0
    return layer.with_magnitudes(magnitudes)
