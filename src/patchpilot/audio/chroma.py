"""Which of the twelve notes sound, and which key they make.

Chroma from spectral peaks (after Gómez 2006, "Tonal description of polyphonic audio", without her harmonic weights):
each peak between 55 Hz and 2 kHz counts for the pitch class it is nearest to, after the tuning of the whole was taken
off. The key is the rotation of Krumhansl and Kessler's profiles (1982, "Tracing the dynamic changes in perceived tonal
organization") that correlates best.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio._audio import F64, Audio
from patchpilot.audio._resample import resample
from patchpilot.audio._spectral import stft_magnitude

NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_SAMPLE_RATE, _N_FFT, _HOP = 11025, 4096, 1024
_LOWEST_HZ, _HIGHEST_HZ = 55.0, 2000.0
_PEAK_DB = -50.0
"""Quieter peaks, relative to the loudest bin of all, are not counted."""
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
LEAST_LIKE = 0.5
"""Correlation with a profile below which there is no key."""


@dataclass(frozen=True)
class Key:
    """A key that was heard.

    Attributes:
        name: "A minor", "F# major".
        confidence: 0..1, the correlation with its profile.
        relative: its relative key, which has the same notes and is the likeliest mistake.
    """

    name: str
    confidence: float
    relative: str


def chroma(audio: Audio) -> F64:
    """How much each pitch class sounds, float64 (12,) from C on, summing to 1; all 0 where nothing has a pitch."""
    frames = chromagram(audio)
    total = frames.sum(axis=0)
    return np.asarray(total / total.sum() if total.sum() > 0.0 else total)


def chromagram(audio: Audio, *, tuning: float | None = None) -> F64:
    """The same over time, float64 (frames, 12), a frame each 93 ms: magnitudes of peaks, the loudest bin being 1.

    Args:
        audio: any rate and channels.
        tuning: semitones above the keys, −0.5 to 0.5, that are taken off; as `tuning_of` hears it by default. To
            compare two sounds, both need the same: what lies between two keys would else fall to either side.
    """
    magnitudes = _magnitudes(audio)
    if not magnitudes.any():
        return np.zeros((len(magnitudes), 12))
    frames, notes, weights = _peaks(magnitudes)
    classes = np.round(notes - (_tuning(notes, weights) if tuning is None else tuning)).astype(int) % 12
    found = np.zeros((len(magnitudes), 12))
    np.add.at(found, (frames, classes), weights)
    return found


def tuning_of(audio: Audio) -> float:
    """How far a sound lies above the keys, −0.5 to 0.5 semitones; 0 where nothing has a pitch."""
    magnitudes = _magnitudes(audio)
    _, notes, weights = _peaks(magnitudes)
    return _tuning(notes, weights)


def estimated_key(audio: Audio) -> Key | None:
    """The key of some music; None where it has none (drums, noise, silence)."""
    return key_of(chroma(audio))


def key_of(classes: F64) -> Key | None:
    """The key of a chroma; None where no profile is like it.

    Args:
        classes: float64 (12,) from C on.
    """
    if classes.std() <= 1e-9:
        return None
    profiles = [np.roll(profile, root) for profile in (_MAJOR, _MINOR) for root in range(12)]
    alike = np.array([np.corrcoef(classes, profile)[0, 1] for profile in profiles])
    best = int(np.argmax(alike))
    if alike[best] < LEAST_LIKE:
        return None
    root, is_minor = best % 12, best >= 12
    other = (root + 3) % 12 if is_minor else (root - 3) % 12
    return Key(_named(root, is_minor), float(alike[best]), _named(other, not is_minor))


def _named(root: int, is_minor: bool) -> str:
    return f"{NOTES[root]} {'minor' if is_minor else 'major'}"


def _magnitudes(audio: Audio) -> F64:
    """Of a spectrogram, float64 (frames, bins), the loudest bin being 1; all 0 for silence."""
    heard = resample(audio, _SAMPLE_RATE).mono()
    magnitudes = stft_magnitude(heard, n_fft=_N_FFT, hop=_HOP).astype(np.float64)
    loudest = float(magnitudes.max(initial=0.0))
    return magnitudes / loudest if loudest > 1e-6 else np.zeros_like(magnitudes)


def _peaks(magnitudes: F64) -> tuple[np.ndarray, F64, F64]:
    """Frame, note (MIDI, between keys) and weight of every peak; parabolas through three bins say where it lies."""
    before, here, after = magnitudes[:, :-2], magnitudes[:, 1:-1], magnitudes[:, 2:]
    bins_hz = np.arange(1, magnitudes.shape[1] - 1) * _SAMPLE_RATE / _N_FFT
    inside = (bins_hz >= _LOWEST_HZ) & (bins_hz <= _HIGHEST_HZ)
    is_peak = (here > before) & (here >= after) & (here > 10.0 ** (_PEAK_DB / 20.0)) & inside
    frames, bins = np.nonzero(is_peak)
    a, b, c = (np.log(np.maximum(part[frames, bins], 1e-12)) for part in (before, here, after))
    shift = np.clip(0.5 * (a - c) / np.minimum(a - 2.0 * b + c, -1e-9), -0.5, 0.5)
    hz = (bins + 1 + shift) * _SAMPLE_RATE / _N_FFT
    return frames, 69.0 + 12.0 * np.log2(hz / 440.0), here[frames, bins]


def _tuning(notes: F64, weights: F64) -> float:
    """How far the peaks lie above the keys, −0.5 to 0.5: the angle of their mean on the circle of a semitone."""
    mean = np.sum(weights * np.exp(2j * np.pi * notes))
    return float(np.angle(mean) / (2.0 * np.pi))
