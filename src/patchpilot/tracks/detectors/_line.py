"""A bass line, frame by frame: its pitch, and the filter that it went through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64, Audio, pitch_track, resample
from patchpilot.tracks.detectors._filter import heard_filter
from patchpilot.tracks.detectors._phases import framed

RATE = 22_050
_HOP_S = 0.008
_FLOOR_HZ, _CEILING_HZ = 55.0, 700.0
_SIZE, _PADDED = 1536, 4096
"""Long enough to tell the harmonics of a bass from noise between them."""
_PITCHED = 0.6
_QUIET_DB = -30.0
_LEAST_HARMONICS = 2
"""A kick has one."""


@dataclass(frozen=True, eq=False)
class Line:
    """Frames about 8 ms apart; arrays are (frames,).

    Attributes:
        times_s: of their middles.
        octaves: log2 of the pitch in Hz; NaN where no line is heard.
        sounds: whether a pitch with harmonics is heard.
        cutoff: octaves above 60 Hz; NaN where the frame is not that of a filtered saw or square.
        level_db: of the filter's peak; NaN likewise.
        resonance_db: by how much the filter's response rises to its peak.
    """

    times_s: F64
    octaves: F64
    sounds: npt.NDArray[np.bool_]
    cutoff: F64
    level_db: F64
    resonance_db: float


def line(audio: Audio) -> Line:
    """The line that sounds lowest and loudest; everything else is in the way.

    Args:
        audio: a stem, or a mix.
    """
    slow = resample(Audio(audio.mono(), audio.sample_rate), RATE)
    track = pitch_track(slow, hop_s=_HOP_S, floor_hz=_FLOOR_HZ, ceiling_hz=_CEILING_HZ)
    power = _power(slow, track.times_s)
    level = 10.0 * np.log10(np.maximum(power.sum(axis=1), 1e-14))
    loud = level > np.quantile(level, 0.95) + _QUIET_DB
    pitched = np.flatnonzero(loud & np.isfinite(track.f0_hz) & (track.strength > _PITCHED))
    found = heard_filter(power[pitched], RATE / _PADDED, track.f0_hz[pitched])
    octaves, cutoff, peak = np.full((3, len(level)), np.nan)
    cutoff[pitched], peak[pitched] = found.cutoff, found.level_db
    sounding = pitched[found.harmonics >= _LEAST_HARMONICS]
    octaves[sounding] = np.log2(track.f0_hz[sounding])
    return Line(track.times_s, octaves, np.isfinite(octaves), cutoff, peak, found.resonance_db)


def _power(audio: Audio, times_s: F64) -> npt.NDArray[np.float32]:
    from scipy.fft import rfft

    frames = framed(audio.samples[0], RATE, times_s, _SIZE)
    window = np.hanning(_SIZE).astype(np.float32)
    return np.asarray(np.abs(rfft(frames * window, _PADDED, axis=1)) ** 2, np.float32)
