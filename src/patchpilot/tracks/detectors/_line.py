"""A bass line, frame by frame: its pitch, and how its harmonics lie."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from patchpilot.audio import F64, Audio, pitch_track, resample

RATE = 22_050
HOP_S = 0.008
_FLOOR_HZ, _CEILING_HZ = 55.0, 700.0
_SIZE = 1536
"""Long enough to tell the harmonics of a bass from noise between them."""
_PITCHED = 0.6
_LOW_HZ = 60.0
_QUIET_DB = -30.0
_TOP_HZ = 7700.0
_BANDS_PER_OCTAVE = 3
_EDGE_DB, _HEARD_DB = 15.0, 30.0
_COMB_HZ, _COMB_DB = 800.0, 11.0
"""A harmonic stands so far out of the mean level of what surrounds it; noise does not."""
_UNHEARD_DB = -140.0


@dataclass(frozen=True, eq=False)
class Line:
    """Frames of 8 ms; arrays are (frames,).

    Attributes:
        octaves: log2 of the pitch in Hz; NaN where none is heard.
        level_db: RMS, dB.
        bright: octaves above 60 Hz up to which a saw's harmonics are let through.
        peak_db: by how much the spectrum, less a saw's slope, rises to its peak, dB.
        sounds: whether a pitch is heard.
    """

    octaves: F64
    level_db: F64
    bright: F64
    peak_db: F64
    sounds: np.ndarray


def line(audio: Audio) -> Line:
    """The line that sounds lowest and loudest; everything else is in the way.

    Args:
        audio: a stem, or a mix.
    """
    slow = resample(Audio(audio.mono(), audio.sample_rate), RATE)
    track = pitch_track(slow, hop_s=HOP_S, floor_hz=_FLOOR_HZ, ceiling_hz=_CEILING_HZ)
    power = _power(slow, track.times_s)
    hertz = np.fft.rfftfreq(_SIZE * 2, 1.0 / RATE)
    level = 10.0 * np.log10(np.maximum(power.sum(axis=1), 1e-14))
    sounds = level > np.quantile(level, 0.95) + _QUIET_DB
    pitched = sounds & np.isfinite(track.f0_hz) & (track.strength > _PITCHED)
    octaves = np.where(pitched, np.log2(np.where(pitched, track.f0_hz, 1.0)), np.nan)
    bands = _bands_db(power, np.asarray(hertz, np.float64))
    top = np.argmax(bands, axis=1)
    upper = (
        bands.shape[1] - 1 - np.argmax((bands > bands.max(axis=1, keepdims=True) - _EDGE_DB)[:, ::-1], axis=1)
    )
    return Line(octaves, level, upper / _BANDS_PER_OCTAVE, _peak_db(bands, top), pitched)


def _power(audio: Audio, times_s: F64) -> F64:
    from patchpilot.tracks.detectors._phases import framed

    frames = framed(audio.samples[0], RATE, times_s, _SIZE)
    return np.asarray(np.abs(np.fft.rfft(frames * np.hanning(_SIZE), _SIZE * 2, axis=1)) ** 2, np.float64)


def _bands_db(power: F64, hertz: F64) -> F64:
    """The strongest harmonic in each third of an octave from 60 Hz, less a saw's slope, dB (frames, bands).

    Where nothing stands out of the floor, as in hats and claps, nothing is heard.
    """
    from scipy.ndimage import uniform_filter1d

    n = int(np.log2(_TOP_HZ / _LOW_HZ) * _BANDS_PER_OCTAVE)
    edges = np.searchsorted(hertz, _LOW_HZ * 2.0 ** (np.arange(n + 1) / _BANDS_PER_OCTAVE))
    lifted = power * (hertz / 100.0) ** 2
    level = 10.0 * np.log10(np.maximum(lifted, 1e-14))
    floor = uniform_filter1d(level, round(_COMB_HZ / float(hertz[1])), axis=1)
    heard = np.where(level > floor + _COMB_DB, level, _UNHEARD_DB)
    strongest = [heard[:, a : max(b, a + 1)].max(axis=1) for a, b in pairwise(edges)]
    return np.stack(strongest, axis=1)


def _peak_db(bands: F64, top: np.ndarray) -> F64:
    """How far the peak rises above what lies an octave or more below it, dB >= 0, (frames,); 0 where nothing does."""
    rows = np.arange(len(bands))
    below = np.max([bands[rows, np.maximum(top - away, 0)] for away in (3, 4, 5)], axis=0)
    rise = bands[rows, top] - below
    return np.asarray(np.where((top >= 5) & (rise < _HEARD_DB), np.maximum(rise, 0.0), 0.0))
