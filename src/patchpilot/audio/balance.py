"""How the energy of a note is shared among its partials and bands: three ratios, each in decibels."""

from __future__ import annotations

import math

import numpy as np

from patchpilot.audio._audio import F64, Audio
from patchpilot.audio._resample import resample
from patchpilot.audio._spectral import stft_magnitude

_SAMPLE_RATE = 44100
_N_FFT, _HOP = 8192, 4096
_PRESENT_HZ = (2000.0, 6000.0)
_RANGE_DB = 40.0
_PARTIALS = 12
_NEAR = 0.03
"""Part of its frequency by which a partial may be off."""


def spectrum(audio: Audio) -> F64:
    """Mean power of bins that are 5.4 Hz apart, from 0 Hz on, over the frames within 20 dB of the loudest; (4097,)."""
    heard = resample(audio, _SAMPLE_RATE).mono()
    power = np.square(stft_magnitude(heard, n_fft=_N_FFT, hop=_HOP).astype(np.float64))
    energy = power.sum(axis=1)
    return np.asarray(power[energy >= 0.01 * energy.max()].mean(axis=0))


def low_db(power: F64, f0_hz: float) -> float:
    """The fundamental and what is below it, against all above, -40 to 40 dB.

    Args:
        power: as `spectrum` gives it.
        f0_hz: Hz, of the lowest key that is played.
    """
    edge = round(1.5 * f0_hz * _N_FFT / _SAMPLE_RATE)
    return _ratio_db(float(power[1:edge].sum()), float(power[edge:].sum()))


def presence_db(power: F64) -> float:
    """What lies between 2 and 6 kHz, where ears are most easily hurt, against everything, -40 to 0 dB."""
    low, high = (round(hz * _N_FFT / _SAMPLE_RATE) for hz in _PRESENT_HZ)
    return _ratio_db(float(power[low:high].sum()), float(power[1:].sum()))


def odd_even_db(power: F64, f0_hz: float) -> float:
    """Amplitude of partials 3, 5, … 11 against that of 2, 4, … 12, -40 to 40 dB: high is hollow, as of a clarinet.

    Args:
        power: as `spectrum` gives it.
        f0_hz: Hz, that is heard.
    """
    amplitudes = []
    for k in range(2, _PARTIALS + 1):
        near = [round(k * f0_hz * (1.0 + off) * _N_FFT / _SAMPLE_RATE) for off in (-_NEAR / 2, _NEAR / 2)]
        part = power[near[0] - 1 : near[1] + 2]
        amplitudes.append(math.sqrt(float(part.max(initial=0.0))))
    return _ratio_db(sum(amplitudes[1::2]) ** 2, sum(amplitudes[0::2]) ** 2)


def _ratio_db(part: float, other: float) -> float:
    db = 10.0 * math.log10(max(part, 1e-30) / max(other, 1e-30)) if part + other > 0.0 else 0.0
    return min(max(db, -_RANGE_DB), _RANGE_DB)
