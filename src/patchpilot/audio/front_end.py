"""What a network hears: one sound as a picture of several analyses, float32 (channel, feature, time).

    stack of sounds: (batch, channel, feature, time) = (…, 4, 96, 64), each value in [0, 1]

| channel | analysis | its 96 bands | window |
|---|---|---|---|
| 0 | mid (the mean of both sides) | 30 Hz to 16 kHz, evenly in octaves | 46 ms |
| 1 | mid, seen from the note | twelve an octave, from two octaves below the note to six above | 93 ms |
| 2 | mid, for what is quick | as channel 0 | 12 ms |
| 3 | side (half the difference of both sides) | as channel 0 | 46 ms |

Time is 64 spans of the first two seconds from the note-on, 7 ms long at the beginning and 85 ms at the end. Values
are levels: 1 is the channel's loudest cell (of the side: the mid's), 0 is 80 dB below it and all that is quieter, so
the gain of a sound does not matter. They are rounded to the 256 steps of a byte.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import fft

from patchpilot.audio._audio import F32, Audio
from patchpilot.audio._pitch import note_to_hz
from patchpilot.audio._resample import resample
from patchpilot.audio._spectral import hann
from patchpilot.audio._trim import fitted

NAME, VERSION = "front_end", 1
"""Under which datasets store it; the version changes whenever the numbers do."""
SHAPE = (4, 96, 64)
"""Channels, features, times."""
SAMPLE_RATE = 44100
SECONDS = 2.0
STEPS = 255
"""A value of 1 as a byte."""
_RANGE_DB = 80.0
_GROWTH = 2.5
"""Each span is longer than the one before by a factor of e^(this / 64)."""
_LOWEST_HZ, _HIGHEST_HZ = 30.0, 16000.0
_BELOW_NOTE, _PER_OCTAVE = 24.0, 12
_SHORT, _MIDDLE, _LONG = 512, 2048, 4096


def front_end(audio: Audio, *, pitch: float) -> F32:
    """The picture of a sound.

    Args:
        audio: from its note-on; of mono sounds the side is silent. What comes after two seconds is not seen.
        pitch: MIDI note, which may lie between two keys.

    Returns:
        float32 `SHAPE`, in [0, 1], multiples of 1/255.
    """
    heard = resample(audio, SAMPLE_RATE)
    sides = fitted(heard.samples, round(SECONDS * SAMPLE_RATE))
    mid = sides.mean(axis=0)
    side = 0.5 * (sides[0] - sides[1]) if len(sides) == 2 else np.zeros_like(mid)
    absolute = _absolute_hz()
    relative = note_to_hz(pitch) * 2.0 ** ((np.arange(SHAPE[1]) + 0.5) / _PER_OCTAVE - _BELOW_NOTE / 12.0)
    middle = _filters(_MIDDLE, tuple(absolute))
    mid_power = _power(mid, _MIDDLE) @ middle
    loudest = float(mid_power.max())
    pictures = (
        _levels(mid_power, loudest),
        _levels(own := _power(mid, _LONG) @ _filters(_LONG, tuple(np.round(relative, 3))), float(own.max())),
        _levels(own := _power(mid, _SHORT) @ _filters(_SHORT, tuple(absolute)), float(own.max())),
        _levels(_power(side, _MIDDLE) @ middle, loudest),
    )
    return np.stack(pictures)


def edges_s() -> npt.NDArray[np.float64]:
    """Where the spans of time begin and end, in seconds: (65,)."""
    growth = np.expm1(_GROWTH * np.arange(SHAPE[2] + 1) / SHAPE[2])
    return np.asarray(SECONDS * growth / growth[-1])


def _levels(power: F32, loudest: float) -> F32:
    """(features, times) in [0, 1] of band powers (times, features)."""
    db = 10.0 * np.log10(np.maximum(power, 1e-20) / max(loudest, 1e-20))
    level = np.clip(1.0 + db / _RANGE_DB, 0.0, 1.0) if loudest > 1e-12 else np.zeros_like(db)
    return np.asarray(np.round(level * STEPS).T / STEPS, np.float32)


def _power(y: F32, n_fft: int) -> F32:
    """Mean power spectra of the spans, float32 (times, 1 + n_fft // 2), whatever the window's length."""
    starts, first = _starts(n_fft)
    padded = np.pad(y, n_fft)
    framed = padded[starts[:, None] + np.arange(n_fft)] * (hann(n_fft) / np.sqrt(n_fft))
    power = np.square(np.abs(fft.rfft(framed, axis=-1)))
    sums = np.add.reduceat(power, first, axis=0)
    return np.asarray(sums / np.diff(first, append=len(starts))[:, None], np.float32)


@lru_cache(maxsize=4)
def _starts(n_fft: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where windows start in a signal with `n_fft` zeros before it, and the first window of each span.

    A span has as many windows as overlap by half in it, evenly spread, and at least one in its middle.
    """
    edges = edges_s() * SAMPLE_RATE
    counts = np.maximum(np.round(np.diff(edges) / (n_fft / 2)).astype(int), 1)
    middles = np.concatenate(
        [low + (np.arange(n) + 0.5) / n * (high - low) for low, high, n in zip(edges, edges[1:], counts, strict=False)]
    )  # fmt: skip
    return np.round(middles + n_fft / 2).astype(np.intp), np.concatenate([[0], np.cumsum(counts)[:-1]])


@lru_cache(maxsize=1)
def _absolute_hz() -> npt.NDArray[np.float64]:
    return np.asarray(np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, SHAPE[1]))


@lru_cache(maxsize=256)
def _filters(n_fft: int, middles_hz: tuple[float, ...]) -> F32:
    """Triangles of equal area, no narrower than the transform resolves: float32 (1 + n_fft // 2, features)."""
    middles = np.asarray(middles_hz)
    bin_hz = SAMPLE_RATE / n_fft
    half_widths = np.maximum(middles * (middles[1] / middles[0] - 1.0), 1.5 * bin_hz)
    bins_hz = np.arange(n_fft // 2 + 1)[:, None] * bin_hz
    triangles = np.maximum(1.0 - np.abs(bins_hz - middles) / half_widths, 0.0)
    filters: F32 = (triangles * (bin_hz / half_widths)).astype(np.float32)
    filters.flags.writeable = False
    return filters
