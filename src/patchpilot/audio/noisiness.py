"""How much of a sound is noise: what lies between the peaks of its spectrum.

In a frame of 93 ms a tone is a few bins high above its neighbours, and noise is everywhere. So what does not stand out
of the median of its neighbourhood is noise (the median of the power of noise is ln 2 of its mean). Counted in
amplitude, band by band, so that a soft hiss above a loud bass is heard.
"""

from __future__ import annotations

import math

import numpy as np

from patchpilot.audio._audio import Audio
from patchpilot.audio._resample import resample
from patchpilot.audio._spectral import hann

_SAMPLE_RATE = 44100
_N_FFT = 4096
_MOST_FRAMES = 16
_AROUND = 12
"""Bins (130 Hz) to each side that make a neighbourhood."""
_LOWEST, _HIGHEST = 8, 1200
"""Bins: 86 Hz to 12.9 kHz."""
_N_BANDS = 16
_FLOOR_DB = -40.0


def noisiness_db(audio: Audio, *, released_s: float) -> float:
    """Amplitude of noise against that of everything, dB from -40 to 0; about -1 of noise, -40 of tones and silence.

    Args:
        audio: from the moment at which the key was pressed.
        released_s: s, when it was let go; what comes later does not count.
    """
    y = resample(audio, _SAMPLE_RATE).mono()[: max(round(released_s * _SAMPLE_RATE), _N_FFT)]
    y = np.pad(y, (0, max(_N_FFT - len(y), 0)))
    starts = np.unique(np.linspace(0, len(y) - _N_FFT, _MOST_FRAMES).astype(int))
    frames = np.stack([y[at : at + _N_FFT] for at in starts]) * hann(_N_FFT)
    power = np.square(np.abs(np.fft.rfft(frames)))[:, : _HIGHEST + _AROUND].astype(np.float64)
    energy = power.sum(axis=1)
    if energy.max() <= 1e-9:
        return _FLOOR_DB
    power = power[energy > 0.01 * energy.max()]
    around = np.lib.stride_tricks.sliding_window_view(power, 2 * _AROUND + 1, axis=1)
    median = np.partition(around, _AROUND, axis=2)[..., _AROUND]
    floor = median / math.log(2.0)  # of bins from _AROUND on
    kept = power[:, _AROUND : _AROUND + floor.shape[1]]
    edges = np.unique(np.geomspace(_LOWEST, floor.shape[1], _N_BANDS).astype(int))
    noise = np.add.reduceat(np.minimum(kept, floor), edges[:-1], axis=1).sum(axis=0)
    everything = np.add.reduceat(kept, edges[:-1], axis=1).sum(axis=0)
    ratio = np.sqrt(noise).sum() / max(float(np.sqrt(everything).sum()), 1e-30)
    return max(20.0 * math.log10(max(float(ratio), 1e-9)), _FLOOR_DB)
