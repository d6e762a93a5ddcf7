"""What a stretch of a track sounds like, in numbers: the project's own embedding, and what others give instead.

The numbers of `Bars` do not change with a stretch's level, hardly with its key, and with its tempo only where they say
it: time is counted in beats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from patchpilot.audio import F32, F64, Audio, cut, mel_filterbank, stft_magnitude
from patchpilot.retrieval.clap import Clap
from patchpilot.tracks.balance import balances
from patchpilot.tracks.features import BANDS_HZ, ONSET_HOP_S, SAMPLE_RATE, Listened
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.profile import Feature, measured
from patchpilot.tracks.section import LABELS, Section
from patchpilot.tracks.track import Track

_N_FFT, _N_MELS, _LOWEST_HZ = 2048, 48, 30.0
_FRAMES_A_BEAT, _STEP_FRAMES = 16, 4
_WITHOUT_BEAT_S = 0.4
_RANGE_DB = 60.0
"""Mel bands further below a stretch's mean power count as this."""
_PLACES, _LAGS = 8, 8
"""In a beat, and in sixteenths."""
_OF_TRACK = ("tempo", "pumping", "recovery", "detune", "hats", "offbeat", "floor", "acid", "psr", "range")
GROUPS: tuple[tuple[str, int], ...] = (
    ("colour", _N_MELS), ("movement", _N_MELS), ("rhythm of the bands", _N_MELS), ("beat", 4 * _PLACES),
    ("bar", 4 * _LAGS), ("width", len(BANDS_HZ)), ("harmony", 7), ("track", len(_OF_TRACK) + len(LABELS)),
)  # fmt: skip
"""What the numbers of `Bars` tell of, in order, and how many each are."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """Part of a track, or a changed copy of it.

    Attributes:
        listened: the sound that it lies in.
        start_s: s, in `listened`.
        end_s: s.
        grid: beats of `listened`; None without a beat.
        track: what was heard of the whole, which a copy leaves as it is.
        faster: by which factor a copy's tempo is another.
    """

    listened: Listened
    start_s: float
    end_s: float
    grid: Grid | None
    track: Track
    faster: float = 1.0


class Base(Protocol):
    """Turns a stretch into numbers.

    Attributes:
        name: of the kind.
        version: changes whenever the numbers do.
        groups: how many numbers tell of one thing, in order, with a name for each.
        follows_beat: whether time is counted in beats.
    """

    name: str
    version: str
    groups: tuple[tuple[str, int], ...]
    follows_beat: bool

    def __call__(self, stretch: Stretch) -> F32:
        """float32 (sum of the groups,); NaN of what the stretch does not have."""
        ...


class Bars:
    """Mel statistics in time with the beat, rhythm by places of beat and bar, width, harmony, and the detectors."""

    name = "bars"
    version = "1"
    groups: tuple[tuple[str, int], ...] = GROUPS
    follows_beat = True

    def __call__(self, stretch: Stretch) -> F32:
        """float32 (259,); NaN where there is no beat, or a detector found nothing."""
        audio = cut(Audio(stretch.listened.mono, SAMPLE_RATE), stretch.start_s, stretch.end_s)
        _, parts = balances(stretch.listened, [Section(LABELS[0], stretch.start_s, stretch.end_s)])
        return np.concatenate(
            [
                _mel(audio, stretch.grid),
                _rhythm(stretch),
                parts[0].width,
                _harmony(stretch),
                _of_track(stretch),
            ]
        ).astype(np.float32)


class Clapped:
    """What a CLAP network (`retrieval.clap`) hears in the middle 10 s of a stretch.

    Args:
        clap: the network.
    """

    name = "clap"
    follows_beat = False

    def __init__(self, clap: Clap) -> None:
        self._clap = clap
        self.version = clap.version
        self.groups: tuple[tuple[str, int], ...] = (("clap", clap.size),)

    def __call__(self, stretch: Stretch) -> F32:
        """float32 (clap.size,), of Euclidean length 1."""
        middle = (stretch.start_s + stretch.end_s) / 2.0
        half = min(5.0, (stretch.end_s - stretch.start_s) / 2.0)
        heard = cut(Audio(stretch.listened.mono, SAMPLE_RATE), middle - half, middle + half)
        return self._clap(heard, pitch=60.0, hold_s=2.0 * half)


def size_of(base: Base) -> int:
    """How many numbers it gives."""
    return sum(count for _, count in base.groups)


def _mel(audio: Audio, grid: Grid | None) -> F64:
    """Mean, spread and rhythmic movement of each mel band: (3 x 48,), in tens of dB."""
    beat_s = _WITHOUT_BEAT_S if grid is None else grid.beat_s
    hop = max(1, round(beat_s / _FRAMES_A_BEAT * SAMPLE_RATE))
    filters = mel_filterbank(SAMPLE_RATE, n_fft=_N_FFT, n_mels=_N_MELS, fmin_hz=_LOWEST_HZ, fmax_hz=16_000.0)
    power = np.square(stft_magnitude(audio.mono(), n_fft=_N_FFT, hop=hop)) @ filters
    mean = max(float(power.mean()), 1e-20)
    levels = np.log10(np.maximum(power / mean, 10.0 ** (-_RANGE_DB / 10.0))).astype(np.float64)
    moved = np.abs(levels[_STEP_FRAMES:] - levels[:-_STEP_FRAMES])
    rows = levels.mean(axis=0), levels.std(axis=0), moved.mean(axis=0) if len(moved) else np.zeros(_N_MELS)
    return np.concatenate(rows)


def _rhythm(stretch: Stretch) -> F64:
    """Where in a beat four bands rise (4 x 8,), and how alike sixteenths are that lie 1 to 8 apart (4 x 8,)."""
    grid = stretch.grid
    rises = stretch.listened.onset_bands
    frames = np.arange(
        max(0, round(stretch.start_s / ONSET_HOP_S)), min(len(rises), round(stretch.end_s / ONSET_HOP_S))
    )
    if grid is None or len(frames) == 0:
        return np.full(4 * (_PLACES + _LAGS), np.nan)
    beats = (frames * ONSET_HOP_S - grid.first_beat_s) / grid.beat_s
    place = np.floor((beats % 1.0) * _PLACES + 0.5).astype(int) % _PLACES
    step = np.floor(beats * 4.0 + 0.5).astype(int)
    step -= step.min()
    found = []
    for band in rises[frames].T.astype(np.float64):
        counts = np.maximum(np.bincount(place, minlength=_PLACES), 1)
        profile = np.bincount(place, band, _PLACES) / counts
        found.append(profile / max(float(profile.sum()), 1e-9))
    for band in rises[frames].T.astype(np.float64):
        steps = np.bincount(step, band) / np.maximum(np.bincount(step), 1)
        found.append(_alike(steps - steps.mean()))
    return np.concatenate(found)


def _alike(values: F64) -> F64:
    """Correlation of values with those 1 to 8 later, (8,)."""
    power = max(float(values @ values), 1e-12)
    return np.array(
        [
            float(values[lag:] @ values[:-lag]) / power if lag < len(values) else 0.0
            for lag in range(1, _LAGS + 1)
        ]
    )


def _harmony(stretch: Stretch) -> F64:
    """How the pitch classes lie to one another, in any key: likeness at 1 to 6 semitones, and how even they are."""
    chroma = stretch.listened.chromagram
    hop_s = stretch.listened.duration_s / max(len(chroma), 1)
    first = min(int(stretch.start_s / hop_s), max(len(chroma) - 1, 0))
    inside = chroma[first : max(first + 1, int(stretch.end_s / hop_s))].mean(axis=0)
    share = inside / max(float(inside.sum()), 1e-12)
    centred = share - share.mean()
    power = max(float(centred @ centred), 1e-12)
    lags = [float(centred @ np.roll(centred, lag)) / power for lag in range(1, 7)]
    return np.array([*lags, float(-(share * np.log(np.maximum(share, 1e-9))).sum() / np.log(12.0))])


def _of_track(stretch: Stretch) -> F64:
    """What the analysis says of the whole track: detectors, tempo, dynamics, and how long its parts are."""
    values = measured(stretch.track).values
    whole = [values.get(Feature(name), np.nan) for name in _OF_TRACK]
    whole[0] *= stretch.faster
    return np.array([*whole, *(values.get(Feature("share", label), 0.0) for label in LABELS)])
