"""What is not linear, at four times the sample rate, so that what it adds does not fold back.

Each doubling is a half-band low-pass of linear phase, centred, so that nothing is late. The first is steep (flat to
0.45 of the rate, then down by 80 dB), the second need not be.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from patchpilot.modules.collection._compiled import compiled

Singles = npt.NDArray[np.float32]
Shape = Callable[[Singles], Singles]

STEEP, SOFT = 56, 16
"""Taps of the two half-bands beside their centre, zeros left out."""


@compiled("void(f4[:, ::1], f4[::1], f4[:, ::1])", reorder=True)
def _doubled(audio: Singles, taps: Singles, out: Singles) -> None:
    """Twice the rate: every second sample is the input's own, the others are between."""
    n, size = audio.shape[1], len(taps)
    padded = np.zeros(n + size, np.float32)
    for c in range(audio.shape[0]):
        padded[size // 2 : size // 2 + n] = audio[c]
        for i in range(n):
            total = np.float32(0.0)
            for k in range(size):
                total += taps[k] * padded[i + 1 + k]
            out[c, 2 * i] = audio[c, i]
            out[c, 2 * i + 1] = total


@compiled("void(f4[:, ::1], f4[::1], f4[:, ::1])", reorder=True)
def _halved(audio: Singles, taps: Singles, out: Singles) -> None:
    """Half the rate: every second sample of the low-passed input."""
    n, size = out.shape[1], len(taps)
    between = np.zeros(n + size, np.float32)
    half = np.float32(0.5)
    for c in range(audio.shape[0]):
        for i in range(n):
            between[size // 2 + i] = audio[c, 2 * i + 1]
        for i in range(n):
            total = np.float32(0.0)
            for k in range(size):
                total += taps[k] * between[i + k]
            out[c, i] = half * (audio[c, 2 * i] + total)


@cache
def _taps(size: int) -> Singles:
    """Of a half-band: a windowed sinc between the samples, with a gain of 1 at 0 Hz."""
    at = np.arange(size // 2) + 0.5
    sinc = np.sinc(at) * np.i0(8.0 * np.sqrt(1.0 - (at / (size / 2 + 0.5)) ** 2)) / np.i0(8.0)
    return np.asarray(np.concatenate([sinc[::-1], sinc]) / (2.0 * sinc.sum()), np.float32)


def oversampled(audio: Singles, shape: Shape) -> Singles:
    """What `shape` makes of audio, without aliases.

    Args:
        audio: float32 (channels, n).
        shape: from samples to as many samples, each on its own.

    Returns:
        float32 (channels, n).
    """
    twice = _up(np.ascontiguousarray(audio, np.float32), STEEP)
    four = np.ascontiguousarray(shape(_up(twice, SOFT)), np.float32)
    return _down(_down(four, SOFT), STEEP)


def _up(audio: Singles, size: int) -> Singles:
    out = np.empty((audio.shape[0], 2 * audio.shape[1]), np.float32)
    _doubled(audio, _taps(size), out)
    return out


def _down(audio: Singles, size: int) -> Singles:
    out = np.empty((audio.shape[0], audio.shape[1] // 2), np.float32)
    _halved(audio, _taps(size), out)
    return out
