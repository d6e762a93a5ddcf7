"""The built-in embedding: what a sound's spectrum does while its key is held, seen from its own pitch.

A picture of 12 spans of time by 42 sixths of an octave, from an octave below the note to six above it, in log
magnitude; of it the lowest 8 by 16 coefficients of a cosine transform. So two sounds that differ in note, level or
length only are near each other, and the Euclidean distance is about that of the (smoothed) pictures.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.fft import dctn

from patchpilot.audio import F32, Audio, note_to_hz, resample, stft_magnitude

_SAMPLE_RATE = 44100
_N_FFT = 2048
_HOP = 256
_EDGES_S = np.array([0.0, 0.02, 0.04, 0.07, 0.11, 0.16, 0.23, 0.32, 0.44, 0.6, 0.8, 1.0, 1.2])
"""Where the spans begin and end: shorter at the start, where more happens."""
_OCTAVES = (-1.0, 6.0)
_BANDS_PER_OCTAVE = 6
_FLOOR = 1e-3
"""Added to magnitudes relative to the loudest span's: what lies 60 dB below counts as silence."""
_KEPT = (8, 16)
_TAIL_SPANS = 4
_MOST_FALL = -2.0
"""Nepers a span, at which a sound that dies is taken to go on dying."""


class Spectral:
    """Pitch-relative spectral embedding of the held part of a note."""

    name = "spectral"
    version = "1"
    size = _KEPT[0] * _KEPT[1]
    scale = 40.0

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:
        """The lowest coefficients of `picture`, float32 (128,)."""
        coefficients = dctn(picture(audio, pitch=pitch, hold_s=hold_s), norm="ortho")
        return np.asarray(coefficients[: _KEPT[0], : _KEPT[1]].ravel(), dtype=np.float32)


def picture(audio: Audio, *, pitch: float, hold_s: float) -> F32:
    """Log magnitudes over spans of time and bands relative to the pitch.

    Spans that end after the key went up show how the held sound would have gone on: its last spectrum, rising
    or falling no more and no less than it last did.

    Args:
        audio: from its note-on.
        pitch: MIDI note, which may lie between two keys.
        hold_s: > 0, how long the key is held.

    Returns:
        float32 (12, 42), 0 for the loudest span's level and log(0.001) for silence.
    """
    heard = resample(audio, _SAMPLE_RATE).mono()
    magnitudes = stft_magnitude(heard, n_fft=_N_FFT, hop=_HOP)
    times_s = np.arange(len(magnitudes)) * (_HOP / _SAMPLE_RATE)
    held_s = min(hold_s, len(heard) / _SAMPLE_RATE)
    spans = np.searchsorted(_EDGES_S, times_s, side="right") - 1
    n_spans = max(int(np.searchsorted(_EDGES_S[1:], held_s + 1e-6, side="right")), 1)
    power = np.square(magnitudes) @ _filters(round(pitch, 2))
    means = np.array([power[spans == i].mean(axis=0) for i in range(n_spans)])
    loudest = max(float(means.sum(axis=1).max()), 1e-20)
    logs = np.log(np.sqrt(means / loudest) + _FLOOR)
    return np.asarray(_continued(logs), dtype=np.float32)


def _continued(logs: F32) -> F32:
    """All spans (12, bands) from those while the key was held (k, bands)."""
    missing = len(_EDGES_S) - 1 - len(logs)
    tail = np.exp(logs[-_TAIL_SPANS:]).sum(axis=1)
    fall = float(np.diff(np.log(tail)).mean()) if len(tail) > 1 else 0.0
    steps = np.arange(1, missing + 1)[:, None] * np.clip(fall, _MOST_FALL, 0.0)
    return np.vstack([logs, np.maximum(logs[-1] + steps, np.log(_FLOOR))])


@lru_cache(maxsize=64)
def _filters(pitch: float) -> F32:
    """Triangles around the bands' middles, no narrower than the transform resolves: (1025, 42)."""
    n_bands = round((_OCTAVES[1] - _OCTAVES[0]) * _BANDS_PER_OCTAVE)
    middles = note_to_hz(pitch) * 2.0 ** (_OCTAVES[0] + (np.arange(n_bands) + 0.5) / _BANDS_PER_OCTAVE)
    bin_hz = _SAMPLE_RATE / _N_FFT
    half_widths = np.maximum(middles * (2.0 ** (1.0 / _BANDS_PER_OCTAVE) - 1.0), 1.5 * bin_hz)
    bins_hz = np.arange(_N_FFT // 2 + 1)[:, None] * bin_hz
    filters: F32 = np.maximum(1.0 - np.abs(bins_hz - middles) / half_widths, 0.0).astype(np.float32)
    filters.flags.writeable = False
    return filters
