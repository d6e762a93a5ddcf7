"""Amplitudes over time of the harmonics of a steady fundamental, and of what lies between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.search.resynthesis.harmonic.spectra import I64, fft_size, magnitudes_at, read_columns

_BLOCK = 16
"""Instants measured at once: few enough to stay in a processor's cache."""
_MAX_PARTIALS = 1000
"""Vital's frames hold 1023 harmonics."""
_TOP_HZ = 20000.0
_DENSITIES = (1, 2, 4, 8, 16, 32, 64, 128)
_DENSEST_HZ = 14.0
"""Spacing at which the residue's partials still reach 14 kHz; closer ones would beat audibly slowly."""


@dataclass(frozen=True, eq=False)
class Partials:
    """The partials of a sound.

    Attributes:
        times_s: (t,).
        f0_hz: the fundamental.
        harmonic: (t, k) amplitudes; column `i` is at `(i + 1) * f0_hz`.
        rest: (t, j) amplitudes of a denser series that stands for the residue; column `i` is at
            `(i + 1) * f0_hz / density`.
        density: a power of two: an oscillator that many octaves lower plays the residue.
    """

    times_s: F64
    f0_hz: float
    harmonic: F32
    rest: F32
    density: int


def measure(y: F32, sample_rate: int, f0_hz: float, times_s: F64, inside_s: F64) -> Partials:
    """Measure the partials of a sound whose fundamental stands still.

    Harmonics are read from short windows, which follow attacks, and the residue from long ones, which tell it
    from the harmonics; what noise leaks into the harmonics is taken off them.

    Args:
        y: (n,) samples.
        sample_rate: Hz.
        f0_hz: its fundamental.
        times_s: (t,) instants as they are to be called.
        inside_s: (t,) the same instants in `y`.
    """
    reader = _Reader(
        y, sample_rate, f0_hz, max((d for d in _DENSITIES if f0_hz / d >= _DENSEST_HZ), default=1)
    )
    centres = np.round(inside_s * sample_rate).astype(np.int64)
    blocks = [reader.partials(centres[i : i + _BLOCK]) for i in range(0, len(centres), _BLOCK)]
    harmonic, rest = (np.concatenate(part) for part in zip(*blocks, strict=True))
    return Partials(times_s, f0_hz, harmonic, rest, reader.density)


@dataclass(frozen=True, eq=False)
class _Reader:
    y: F32
    sample_rate: int
    f0_hz: float
    density: int

    def partials(self, centres: I64) -> tuple[F32, F32]:
        """Amplitudes of harmonics (t, k) and residue (t, j) around samples `centres` (t,)."""
        short, long = self._window(4.0, 0.023, 0.12), self._window(8.0, 0.06, 0.19)
        # No long window reaches back before the sound: its onset would look like noise all over the window.
        spectra = self._magnitudes(np.maximum(centres, long // 2), long)
        leaked, between = self._between(spectra, lobe_hz=2.0 * self.sample_rate / long)
        near = self._near_harmonics(self._magnitudes(centres, short))
        near = np.minimum(near, 1.5 * self._near_harmonics(spectra))
        noise_power = leaked**2 * np.float32(long / short)
        harmonic = np.sqrt(np.maximum(near**2 - noise_power, (0.02 * near) ** 2))
        spacing_hz, bin_hz = self.f0_hz / self.density, self.sample_rate / long
        spread = np.float32(np.sqrt(spacing_hz / bin_hz / 1.5))
        return harmonic, _sharpened(between, spacing_hz / bin_hz, spread)

    def _count(self, spacing_hz: float) -> int:
        """How many multiples of `spacing_hz` can be played."""
        return int(np.clip(min(_TOP_HZ, 0.49 * self.sample_rate) / spacing_hz, 1, _MAX_PARTIALS))

    def _window(self, n_periods: float, min_s: float, max_s: float) -> int:
        """Samples, even, of a window of some periods."""
        return 2 * int(0.5 * self.sample_rate * np.clip(n_periods / self.f0_hz, min_s, max_s))

    def _magnitudes(self, centres: I64, size: int) -> F32:
        return magnitudes_at(self.y, centres, size, fft_size(size, padding=1.5))

    def _read(self, magnitudes: F32, hz: F64) -> F32:
        return read_columns(magnitudes, hz * (2 * (magnitudes.shape[1] - 1) / self.sample_rate))

    def _near_harmonics(self, magnitudes: F32) -> F32:
        """The largest of three readings close to each harmonic, (t, k)."""
        numbers = np.arange(1.0, self._count(self.f0_hz) + 1)
        readings = [self._read(magnitudes, (numbers + aside) * self.f0_hz) for aside in (-0.05, 0.0, 0.05)]
        return np.asarray(np.maximum.reduce(readings))

    def _between(self, magnitudes: F32, *, lobe_hz: float) -> tuple[F32, F32]:
        """The level between the harmonics: at the harmonics (t, k), and in the denser series (t, j)."""
        count = self._count(self.f0_hz)
        numbers = np.arange(0.0, count + 1)
        low, mid, high = (self._read(magnitudes, (numbers + part) * self.f0_hz) for part in (0.4, 0.5, 0.6))
        middle = np.maximum(np.minimum(low, mid), np.minimum(np.maximum(low, mid), high))
        spacing_hz = self.f0_hz / self.density
        number = np.arange(1.0, self._count(spacing_hz) + 1) / self.density
        clear = np.abs(number - np.round(number)) * self.f0_hz > lobe_hz
        bridged = read_columns(middle, np.clip(number - 0.5, 0.0, count))
        levels = np.where(clear, self._read(magnitudes, number * self.f0_hz), bridged)
        return np.minimum(middle[:, :-1], middle[:, 1:]), levels


def _sharpened(levels: F32, spacing: float, spread: np.float32) -> F32:
    """Amplitudes of partials from readings of a Hann-windowed spectrum.

    What stays under the skirt of a stronger neighbour is taken for that neighbour's skirt and nearly removed;
    what stands out keeps its height; the rest is noise, whose power is spread over the partials.

    Args:
        levels: (t, j).
        spacing: between the partials, in inverse window lengths.
        spread: the factor on the amplitudes of noise.
    """
    skirt = np.zeros_like(levels)
    for step in range(1, min(int(2.2 / spacing) + 1, 12) + 1):
        lobe = np.float32(_hann_lobe(step * spacing))
        skirt[:, step:] = np.maximum(skirt[:, step:], levels[:, :-step] * lobe)
        skirt[:, :-step] = np.maximum(skirt[:, :-step], levels[:, step:] * lobe)
    own = np.where(levels > 1.15 * skirt, levels, 0.15 * levels)
    tonal = np.clip((levels / np.maximum(skirt, 1e-9) - 1.0) / 2.0, 0.0, 1.0)
    return np.asarray(own * (tonal + (1.0 - tonal) * spread), np.float32)


def _hann_lobe(bins: float) -> float:
    """Height of a Hann window's main lobe `bins` from its centre; 0 beyond it."""
    if abs(bins - 1.0) < 1e-6:
        return 0.5
    return float(np.sinc(bins) / (1.0 - bins**2)) if bins < 2.0 else 0.0
