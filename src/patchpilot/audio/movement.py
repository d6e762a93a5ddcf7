"""How much a sound moves while it lasts: sweeps, wobbles, beating voices; plain decay does not count, hiss hardly.

Mel bands in decibels, smoothed over 60 ms so that a hiss is nearly still: how far each goes up and down again within a
second, beyond what it rises or falls on the whole. Vibrato, chorus, tremolo and filter sweeps that come back all show
in it.
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio._audio import Audio
from patchpilot.audio._resample import resample
from patchpilot.audio._spectral import mel_filterbank, stft_magnitude

_SAMPLE_RATE = 44100
_N_FFT, _HOP, _N_MELS = 2048, 512, 24
_SMOOTH = 5
_RANGE_DB = 40.0
_SOUNDS_DB, _OPENED_DB = -30.0, -10.0
_FEWEST = 8
"""Frames (0.1 s) of which something can be said."""


def movement_db_s(audio: Audio, *, released_s: float) -> float:
    """How far the bands go up and down again, dB a second, >= 0; 0 of silence and of what is too short.

    Args:
        audio: from the moment at which the key was pressed.
        released_s: s, when it was let go; what comes later does not count.
    """
    heard = resample(audio, _SAMPLE_RATE).mono()
    power = np.square(stft_magnitude(heard, n_fft=_N_FFT, hop=_HOP))
    bands = (power @ mel_filterbank(_SAMPLE_RATE, n_fft=_N_FFT, n_mels=_N_MELS)).astype(np.float64)
    window = np.hanning(_SMOOTH + 2)[1:-1]
    if len(bands) < _SMOOTH + _FEWEST:
        return 0.0
    smooth = np.lib.stride_tricks.sliding_window_view(bands, _SMOOTH, axis=0) @ (window / window.sum())
    level = smooth.sum(axis=1)
    if level.max() <= 1e-12:
        return 0.0
    level_db = 10.0 * np.log10(np.maximum(level / level.max(), 1e-12))
    first = int(np.argmax(level_db > _OPENED_DB))
    last = max(int(released_s * _SAMPLE_RATE / _HOP) - _SMOOTH, first + _FEWEST)
    part = smooth[first:last]
    part = part[: max(int(np.flatnonzero(level_db[first:last] > _SOUNDS_DB)[-1]) + 1, _FEWEST)]
    db = 10.0 * np.log10(np.maximum(part / part.max(), 10.0 ** (-_RANGE_DB / 10.0)))
    there_and_back = np.abs(np.diff(db, axis=0)).sum(axis=0) - np.abs(db[-1] - db[0])
    weights = db.mean(axis=0) + _RANGE_DB
    seconds = len(part) * _HOP / _SAMPLE_RATE
    return max(float(there_and_back @ weights / max(float(weights.sum()), 1e-9) / seconds), 0.0)
