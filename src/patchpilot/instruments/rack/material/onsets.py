"""Where sounds begin in a loop, soft ones too: peaks of the spectral flux.

`audio.onsets_s` asks whether a recording is one sound, and passes over what is soft. In a loop every hit counts,
hi-hats under a ringing snare as well.

The flux is the mean rise of 128 mel bands in dB from frame to frame; its peaks are picked as by S. Böck, F. Krebs and
M. Schedl, "Evaluating the online capabilities of onset detection methods", ISMIR 2012.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from patchpilot.audio import F64, Audio, mel_power, power_to_db, resample

_SAMPLE_RATE, _N_FFT, _HOP, _N_MELS = 44100, 2048, 256, 128
_HIGHEST_S, _MEAN_S, _GAP_S = 0.03, 0.1, 0.03
_ABOVE = 0.07
"""Of the highest flux: how far a peak must be above the mean around it."""
_RANGE_DB = 80.0
_TAIL_DB, _AFTER = 45.0, 9
"""How far below the loudest frame those after an onset may be, and how many frames that are."""
_LEAST_DB = 0.5
"""Flux of a peak, so that what only rings has none."""


def flux(audio: Audio) -> F64:
    """The spectral flux in dB, float64 (frames,), every 5.8 ms."""
    heard = resample(audio, _SAMPLE_RATE).mono()
    power = mel_power(heard, _SAMPLE_RATE, n_fft=_N_FFT, hop=_HOP, n_mels=_N_MELS)
    bands = power_to_db(power, range_db=_RANGE_DB)
    loud = power.sum(axis=1).astype(np.float64)
    rises = np.maximum(np.diff(bands.astype(np.float64), axis=0), 0.0).mean(axis=1)
    rises[max(0, len(rises) - _N_FFT // 2 // _HOP) :] = 0.0  # the window sees a sound's end as a click
    # What is far below the loudest is the tail of a sound, however it flickers.
    after = maximum_filter1d(loud, _AFTER, origin=-(_AFTER // 2))[1:]
    rises[after < 10.0 ** (-_TAIL_DB / 10.0) * max(float(loud.max(initial=0.0)), 1e-20)] = 0.0
    return np.concatenate([[0.0], rises])


def loop_onsets_s(audio: Audio) -> list[float]:
    """Seconds at which sounds begin after the first, rising; right to about 15 ms."""
    rises = flux(audio)
    hop_s = _HOP / _SAMPLE_RATE
    highest = float(rises.max(initial=0.0))
    if highest < _LEAST_DB:
        return []
    back = round(_HIGHEST_S / hop_s)
    # The highest of itself and those before it, so the first of a plateau.
    before = maximum_filter1d(rises, back + 1, origin=back // 2, mode="constant")
    mean = uniform_filter1d(rises, 2 * round(_MEAN_S / hop_s) + 1, mode="nearest")
    peaks = np.flatnonzero((rises >= before) & (rises > mean + _ABOVE * highest) & (rises >= _LEAST_DB))
    times: list[float] = []
    for time in (peaks * hop_s).tolist():
        if time - (times[-1] if times else 0.0) > _GAP_S:
            times.append(float(time))
    return times
