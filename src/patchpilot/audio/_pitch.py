"""Fundamental frequency by autocorrelation (Boersma, IFA Proceedings 17, 1993).

The autocorrelation of a windowed frame, divided by that of the window, is the correlation of the sound with
itself one lag later: 1 for a perfectly periodic sound, whatever its harmonics, even without its fundamental.
Each frame offers several lags; a path through the frames (Viterbi) that avoids leaps of an octave picks one
of them. A small price for long lags settles the tie between a period and its multiples.

Inside, lags and frequencies are searched from 30 Hz to 4.2 kHz. For the partials of a bell or a bar there may
be no common period: the result is then the period that repeats them best, with less confidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio._audio import F32, F64, Audio
from patchpilot.audio._spectral import hann

FLOOR_HZ = 30.0
CEILING_HZ = 4200.0
VOICED_CONFIDENCE = 0.5
"""From here on a sound counts as having a pitch."""

_NOTES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
_PERIODS = 3.0
"""Periods of the lowest pitch in a window."""
_OVERSAMPLE = 4
"""A period of 4 kHz is 11 samples of 44.1 kHz: too few to find its peak between."""
_BELOW_FLOOR = 1.01
"""A little more, so that a pitch right at the floor is still found."""
_CANDIDATES = 12
_OCTAVE_COST = 0.02
_LEAP_COST = 0.35
_VOICING_COST = 0.14
_VOICING_THRESHOLD = 0.45
_SILENCE_THRESHOLD = 0.03
_COST_STEP_S = 0.01
"""The step for which Boersma gives the costs of leaps and voicing; a longer one doesn't make them cheaper."""
_HOP_S = 0.01
_ENOUGH_FRAMES = 64
"""For one pitch; a long sound is sampled more sparsely."""
_CHUNK = 64
"""Frames transformed at once, to keep memory low."""


@dataclass(frozen=True, eq=False)
class PitchTrack:
    """Fundamental frequency over time; all arrays are (frames,).

    Attributes:
        times_s: float64, centre of each frame, s.
        f0_hz: float64, Hz; NaN where there is no pitch.
        strength: float64 in [0, 1], correlation of the sound with itself one period later; 0 where no pitch
            is.
        level: float64 >= 0, RMS of each frame.
    """

    times_s: F64
    f0_hz: F64
    strength: F64
    level: F64


@dataclass(frozen=True)
class Pitch:
    """The one pitch of a sound.

    Attributes:
        f0_hz: Hz of its loudest, steadiest part, or None if no frame has a pitch.
        confidence: float in [0, 1]: how periodic the sound is, averaged over its frames by their level.
    """

    f0_hz: float | None
    confidence: float

    @property
    def voiced(self) -> bool:
        """Whether the sound has a pitch that a listener would name."""
        return self.f0_hz is not None and self.confidence >= VOICED_CONFIDENCE


def pitch(audio: Audio) -> Pitch:
    """The pitch of one sound: where its track dwells longest and loudest, so where a kick comes to rest.

    Args:
        audio: at least 20 ms; any number of channels, their mean is listened to.

    Returns:
        `Pitch(None, 0.0)` for silence and for noise without any period.
    """
    track = pitch_track(audio, hop_s=max(_HOP_S, audio.duration_s / _ENOUGH_FRAMES))
    voiced = np.isfinite(track.f0_hz)
    total = track.level.sum()
    if not voiced.any() or total == 0:
        return Pitch(None, 0.0)
    weight = track.level * track.strength
    f0_hz = _favourite(track.f0_hz[voiced], weight[voiced])
    return Pitch(f0_hz, float(np.clip(weight.sum() / total, 0, 1)))


def pitch_track(
    audio: Audio, *, hop_s: float = 0.01, floor_hz: float = FLOOR_HZ, ceiling_hz: float = CEILING_HZ
) -> PitchTrack:
    """Fundamental frequency over time.

    Args:
        audio: any number of channels, their mean is listened to.
        hop_s: > 0, s between frames.
        floor_hz: lowest pitch, Hz. A frame is three of its periods long, so a higher floor follows faster
            slides; a sound shorter than that is one frame.
        ceiling_hz: highest pitch, Hz, below half the sample rate.

    Returns:
        At least one frame; all without pitch for silence.
    """
    y = audio.mono()
    size = min(round(_PERIODS / floor_hz * audio.sample_rate), len(y)) // 2 * 2
    hop = max(1, round(hop_s * audio.sample_rate))
    starts = np.arange(0, max(len(y) - size, 0) + 1, hop)
    lags = _LagRange(audio.sample_rate, _PERIODS * audio.sample_rate / max(size, 1), ceiling_hz)
    peak = max(float(np.abs(y).max(initial=0.0)), 1e-12)
    windows = np.lib.stride_tricks.sliding_window_view(y, size)[starts]
    f0, correlation, level, loudest = _candidates(windows, lags)
    scores = _scores(f0, correlation, loudest / peak, lags.floor_hz)
    path = _best_path(f0, scores, hop_s)
    rows = np.arange(len(path))
    return PitchTrack(
        times_s=(starts + size / 2) / audio.sample_rate,
        f0_hz=f0[rows, path],
        strength=np.where(np.isfinite(f0[rows, path]), correlation[rows, path], 0.0),
        level=level,
    )


@dataclass(frozen=True)
class _LagRange:
    sample_rate: int
    floor_hz: float
    ceiling_hz: float

    @property
    def shortest(self) -> int:
        """In oversampled lags."""
        return max(2, int(_OVERSAMPLE * self.sample_rate / self.ceiling_hz))

    @property
    def longest(self) -> int:
        return int(np.ceil(_BELOW_FLOOR * _OVERSAMPLE * self.sample_rate / self.floor_hz))


def _candidates(windows: F32, lags: _LagRange) -> tuple[F64, F64, F64, F64]:
    """What each frame could be.

    Returns:
        Pitches and their correlations, (frames, 1 + candidates), column 0 being "no pitch"; RMS and peak of
        each frame, (frames,).
    """
    parts = [_chunk_candidates(windows[k : k + _CHUNK], lags) for k in range(0, len(windows), _CHUNK)]
    f0, correlation, level, loudest = (np.concatenate(column) for column in zip(*parts, strict=True))
    return f0, correlation, level, loudest


def _chunk_candidates(windows: F32, lags: _LagRange) -> tuple[F64, F64, F64, F64]:
    centred = windows - windows.mean(axis=1, keepdims=True)
    correlation = _autocorrelation(centred, lags.longest + 2)
    lag, height = _highest_peaks(correlation, lags)
    with np.errstate(divide="ignore"):
        f0 = np.where(height > 0, _OVERSAMPLE * lags.sample_rate / lag, np.nan)
    none = np.full((len(windows), 1), np.nan)
    level = np.sqrt(np.mean(windows**2, axis=1))
    loudest = np.abs(centred).max(axis=1)
    return np.hstack([none, f0]), np.hstack([np.zeros_like(none), height]), level, loudest


def _autocorrelation(windows: F32, n_lags: int) -> F32:
    """Normalised autocorrelation at oversampled lags from 0, (frames, n_lags); eq. 9 of the paper."""
    size = windows.shape[1]
    window = hann(size)
    n_fft = 1 << (size + n_lags // _OVERSAMPLE).bit_length()
    of_frames = _circular(windows * window, n_fft)[:, :n_lags]
    of_window = _circular(window[None], n_fft)[:, :n_lags]
    energy = np.maximum(of_frames[:, :1], 1e-20)
    expected = np.maximum(of_window / of_window[:, :1], 1e-3)
    return np.asarray(of_frames / energy / expected, np.float32)


def _circular(windows: F32, n_fft: int) -> F32:
    """Autocorrelation by way of the power spectrum, which zeros on top interpolate between the lags."""
    power = np.abs(np.fft.rfft(windows, n_fft, axis=1)) ** 2
    return np.asarray(np.fft.irfft(power, n_fft * _OVERSAMPLE, axis=1), np.float32)


def _highest_peaks(correlation: F32, lags: _LagRange) -> tuple[F64, F64]:
    """Lags (oversampled) and heights of the best peaks, (frames, candidates); height 0: no peak."""
    inner = correlation[:, 1:-1]
    is_peak = (inner > correlation[:, :-2]) & (inner >= correlation[:, 2:]) & (inner > 0)
    is_peak[:, : lags.shortest - 1] = False
    is_peak &= np.logical_or.accumulate(
        inner < 0, axis=1
    )  # a rumble's slope from lag 0 bears ripples, no periods
    lag = np.arange(1, correlation.shape[1] - 1)
    merit = np.where(is_peak, inner - _OCTAVE_COST * np.log2(lag / lags.shortest), -np.inf)
    count = min(_CANDIDATES, merit.shape[1])
    best = np.argpartition(merit, -count, axis=1)[:, -count:]
    left, centre, right = (np.take_along_axis(correlation, best + k, axis=1) for k in range(3))
    bend = np.minimum(left - 2 * centre + right, -1e-12)
    shift = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    height = np.where(np.take_along_axis(is_peak, best, axis=1), centre - 0.25 * (left - right) * shift, 0.0)
    lag_found = best + 1 + shift
    return lag_found, np.where(lag_found <= lags.longest, np.clip(height, 0.0, 1.0), 0.0)


def _scores(f0: F64, correlation: F64, relative_level: F64, floor_hz: float) -> F64:
    """How good each candidate is by itself, (frames, 1 + candidates); eqs. 23 and 24 of the paper."""
    quiet = np.maximum(0, 2 - relative_level / (_SILENCE_THRESHOLD / (1 + _VOICING_THRESHOLD)))
    with np.errstate(invalid="ignore"):
        scores = correlation - _OCTAVE_COST * np.log2(floor_hz / f0)
    scores[~np.isfinite(f0)] = -np.inf
    scores[:, 0] = _VOICING_THRESHOLD + quiet
    return scores


def _best_path(f0: F64, scores: F64, hop_s: float) -> npt.NDArray[np.intp]:
    """Column of the candidate taken in each frame (Viterbi, 1967)."""
    scale = max(1.0, _COST_STEP_S / hop_s)
    octaves = np.log2(f0)
    total = scores[0]
    back = np.zeros(f0.shape, np.intp)
    for k in range(1, len(f0)):
        leap = np.abs(octaves[k - 1][:, None] - octaves[k][None, :])
        price = np.where(np.isnan(leap), _VOICING_COST, _LEAP_COST * np.nan_to_num(leap)) * scale
        price[0, 0] = 0.0
        reached = total[:, None] - price
        back[k] = reached.argmax(axis=0)
        total = reached.max(axis=0) + scores[k]
    path = np.empty(len(f0), np.intp)
    path[-1] = total.argmax()
    for k in range(len(f0) - 1, 0, -1):
        path[k - 1] = back[k, path[k]]
    return path


def _favourite(f0_hz: F64, weight: F64) -> float:
    """The pitch with the most weight within half a semitone of it; their weighted mean."""
    octaves = np.log2(f0_hz)
    near = np.abs(octaves[:, None] - octaves[None, :]) < 0.5 / 12
    best = near[int((near @ weight).argmax())]
    return float(2 ** np.average(octaves[best], weights=weight[best]))


def hz_to_note(f0_hz: float) -> float:
    """MIDI note of a frequency, with its fraction (A4 = 440 Hz = 69)."""
    return float(69 + 12 * np.log2(f0_hz / 440.0))


def note_name(note: int) -> str:
    """Name of a MIDI note; 60 is C4."""
    return f"{_NOTES[note % 12]}{note // 12 - 1}"


def note_to_hz(note: float) -> float:
    """Frequency of a MIDI note, Hz."""
    return float(440.0 * 2 ** ((note - 69) / 12))
