"""How rough a sound is: fast beating inside critical bands.

The envelopes of ERB bands, and how deeply they are modulated at 20 to 250 Hz, most at 70 Hz, where ears hear beating as
roughness (after P. Daniel and R. Weber, "Psychoacoustical roughness", Acustica 83, 1997, without their model of
loudness): a sine has none, a tone that is fully modulated at 70 Hz 0.6, noise 0.4.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.fft import next_fast_len

from patchpilot.audio._audio import F64, Audio
from patchpilot.audio._resample import resample

_SAMPLE_RATE = 44100
_LONGEST_S = 0.6
_SKIPPED_S = 0.03
_LOWEST_HZ, _HIGHEST_HZ, _N_BANDS = 120.0, 9000.0, 20
_ENVELOPE_HZ = 4096
"""Rate of the envelopes, nearly: more than the widest band's width."""
_BEST_HZ, _LEAST_HZ, _MOST_HZ = 70.0, 20.0, 250.0
_LOUDNESS = 0.5
"""Power to which a band's amplitude is heard."""


def roughness(audio: Audio, *, released_s: float) -> float:
    """How deeply the loud bands are modulated at rates that sound rough, from 0 on.

    Args:
        audio: from the moment at which the key was pressed.
        released_s: s, when it was let go; of what comes before, the loudest 0.6 s count.
    """
    y = resample(audio, _SAMPLE_RATE).mono().astype(np.float64)
    y = _loudest(y[round(_SKIPPED_S * _SAMPLE_RATE) : max(round(released_s * _SAMPLE_RATE), 1)])
    if len(y) < _SAMPLE_RATE // 10 or float(np.abs(y).max()) <= 1e-6:
        return 0.0
    n = next_fast_len(round(len(y) * _ENVELOPE_HZ / _SAMPLE_RATE))
    spectrum = np.fft.rfft(y * np.hanning(len(y)))
    heard = _heard(np.fft.rfftfreq(n, len(y) / (_SAMPLE_RATE * n)).astype(np.float64))
    overall = np.hanning(n)
    banded = np.zeros((_N_BANDS, n), np.complex128)
    for band, (low, gains) in zip(banded, _bands(len(y)), strict=True):
        band[: len(gains)] = spectrum[low : low + len(gains)] * gains
    envelopes = np.abs(np.fft.ifft(banded))
    mean = envelopes.sum(axis=1) / overall.sum()
    beating = np.abs(np.fft.rfft(envelopes - mean[:, None] * overall)) * heard
    depth = np.sqrt(2.0 * np.square(beating).sum(axis=1) / n)
    depth /= np.maximum(np.sqrt(np.square(overall).sum()) * mean, 1e-12)
    weight = mean**_LOUDNESS
    depth = np.minimum(depth * np.sqrt(2.0), 1.5)
    return float(np.sqrt(np.square(depth) @ weight / max(float(weight.sum()), 1e-12)))


def _loudest(y: F64) -> F64:
    """The loudest 0.6 s, or all of it."""
    n = round(_LONGEST_S * _SAMPLE_RATE)
    if len(y) <= n:
        return y
    power = np.concatenate([[0.0], np.cumsum(np.square(y))])
    starts = np.arange(0, len(y) - n, n // 8)
    at = int(starts[np.argmax(power[starts + n] - power[starts])])
    return y[at : at + n]


def _heard(rates: F64) -> F64:
    """How rough each rate of beating sounds, 0 to 1."""
    shape = np.exp(-0.5 * np.square(np.log2(np.maximum(rates, 1e-3) / _BEST_HZ) / 0.9))
    return np.asarray(np.where((rates >= _LEAST_HZ) & (rates <= _MOST_HZ), shape, 0.0))


@lru_cache(maxsize=8)
def _bands(n: int) -> tuple[tuple[int, F64], ...]:
    """First bin and gains of each band of a spectrum of `n` samples; Gaussian, one ERB wide on the ERB scale."""
    bin_hz = _SAMPLE_RATE / n
    low_erb, high_erb = (21.4 * math.log10(1.0 + 0.00437 * hz) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    centres = (10.0 ** (np.linspace(low_erb, high_erb, _N_BANDS) / 21.4) - 1.0) / 0.00437
    made = []
    for centre in centres:
        width = 24.7 * (0.00437 * centre + 1.0)
        low = max(int((centre - 1.6 * width) / bin_hz), 1)
        high = int((centre + 1.6 * width) / bin_hz) + 1
        hz = np.arange(low, high) * bin_hz
        made.append((low, np.exp(-np.pi * np.square((hz - centre) / width))))
    return tuple(made)
