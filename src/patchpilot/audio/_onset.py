"""Where new sounds begin inside a recording, and which part of it is the first sound.

Onset strength is the mean rise, over 40 mel bands, of the level in decibels above the loudest of the 15 to 40 ms
before: a spectral flux with a maximum filter over time (after SuperFlux, Böck and Widmer, DAFx 2013). A hit
lifts many bands at once and scores 8 to 30; vibrato, tremolo, filter sweeps and a second string under a
ringing first stay below 7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio._audio import F32, Audio
from patchpilot.audio._spectral import mel_filterbank, stft_magnitude
from patchpilot.audio._trim import STEP_S, cut, level_db

_HOP_S = 0.005

_N_FFT = 1024
_N_MELS = 40
_FLOOR_DB = -50.0
_LAGS = range(3, 9)
"""Frames back with which a frame is compared."""

_STRONG = 7.0
_MIN_GAP_S = 0.06
"""Less than a sixteenth at 240 BPM: closer hits are one sound (a flam, a click before a body)."""
_BEFORE_ATTACK_S = 0.015
"""The transform's window sees an attack this long before its strength peaks."""
_CUT_FADE_S = 0.005

_MOST = 0.5
"""Share of a recording that its last onset must ring for, to make it one sound."""

_SILENT_DB = -50.0
_SILENT_FOR_S = 0.15
_AGAIN_DB = -30.0


@dataclass(frozen=True)
class FirstSound:
    """The first sound of a recording.

    Attributes:
        audio: from the recording's start to where the first sound ends.
        of: int >= 1, how many sounds were heard in the recording.
    """

    audio: Audio
    of: int


def onset_hop_s(sample_rate: int) -> float:
    """Seconds between two values of `onset_strength`: 5 ms as whole samples, so 4.989 ms at 44.1 kHz."""
    return _hop(sample_rate) / sample_rate


def _hop(sample_rate: int) -> int:
    """Samples."""
    return max(1, round(_HOP_S * sample_rate))


def onset_strength(audio: Audio) -> F32:
    """How much of the spectrum rises, once in `onset_hop_s`.

    Args:
        audio: any number of channels; their mean is listened to.

    Returns:
        float32 (frames,), dB >= 0; the sound's own beginning does not count if it lies at the very start.
    """
    magnitude = stft_magnitude(audio.mono(), n_fft=_N_FFT, hop=_hop(audio.sample_rate))
    mel = magnitude @ mel_filterbank(audio.sample_rate, n_fft=_N_FFT, n_mels=_N_MELS, fmin_hz=30.0)
    floor = 10 ** (_FLOOR_DB / 20)
    db = 20 * np.log10(np.maximum(mel / max(float(mel.max(initial=0.0)), 1e-30), floor))
    padded = np.pad(db, ((max(_LAGS), 0), (0, 0)), constant_values=_FLOOR_DB)
    before = np.max([padded[max(_LAGS) - lag :][: len(db)] for lag in _LAGS], axis=0)
    return np.asarray(np.maximum(db - before, 0).mean(axis=1), np.float32)


def onsets_s(audio: Audio) -> tuple[float, ...]:
    """Times at which new sounds begin, after the first, in seconds and ascending; right to about 15 ms."""
    strength, hop_s = onset_strength(audio), onset_hop_s(audio.sample_rate)
    reach = round(_MIN_GAP_S / hop_s)
    padded = np.pad(strength, reach)
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    peaks = np.flatnonzero((strength == highest) & (strength > _STRONG))
    return tuple(float(k * hop_s) for k in peaks if k * hop_s > _MIN_GAP_S)


def first_sound(audio: Audio) -> FirstSound:
    """Cut a recording where its first sound ends: at the next strong onset, or before one after silence.

    Args:
        audio: a trimmed recording, as `trim` returns it: its first sound begins at its start.

    Returns:
        The first sound, with a 5 ms fade where it was cut off; the recording itself if it is one sound.
    """
    restarts = sorted({*_separate(onsets_s(audio), audio.duration_s), *_after_silence_s(audio)})
    sounds = [
        time for time, before in zip(restarts, [0.0, *restarts], strict=False) if time - before > _MIN_GAP_S
    ]
    if not sounds:
        return FirstSound(audio, 1)
    return FirstSound(cut(audio, 0.0, sounds[0] - _BEFORE_ATTACK_S, fade_s=_CUT_FADE_S), 1 + len(sounds))


def _separate(onsets: tuple[float, ...], duration_s: float) -> tuple[float, ...]:
    """The onsets, or none where what rings after the last is most of the recording.

    A strum, a flam or a scraped string is one sound with several onsets; hits in a row are not.
    """
    ringing_s = duration_s - max(onsets, default=0.0)
    return () if ringing_s > _MOST * duration_s else onsets


def _after_silence_s(audio: Audio) -> list[float]:
    """Times at which a sound comes back after at least 150 ms of silence."""
    level = level_db(audio)
    sounding = np.flatnonzero(level > _SILENT_DB)
    gaps = np.flatnonzero(np.diff(sounding) > _SILENT_FOR_S / STEP_S)
    starts = sounding[gaps + 1]
    return [float(k * STEP_S) for k in starts if level[k : k + round(0.1 / STEP_S)].max() > _AGAIN_DB]
