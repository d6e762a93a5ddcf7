"""What is measured on a target before anything is built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from patchpilot.audio import F32, F64, Target, without_cancelling
from patchpilot.distance.bands import PAD_S, SAMPLE_RATE, at_common_level, mel_bands
from patchpilot.errors import AudioError
from patchpilot.search.resynthesis.envelope import Adsr, fit, sustains
from patchpilot.search.resynthesis.harmonic.fundamental import Peaks
from patchpilot.search.resynthesis.harmonic.motion import STILL, Motion, motion_of, straightened
from patchpilot.search.resynthesis.harmonic.partials import Partials, measure
from patchpilot.search.resynthesis.harmonic.track import Track, follow

_UNPITCHED_HZ = 65.40639
"""C2: over its harmonics a sound without a clear fundamental is spread."""
_MIN_SCORE = 0.03
"""A fundamental that speaks for less of the peaks is none."""
_MAX_VIEWS = 3
_MAX_INSTANTS = 400
_MIN_HOP_S = 0.00235
"""A third of the least distance between keyframes."""
_SMOOTH_S = 0.012
_ENVELOPE_HOP_S = 0.002
_SILENT = 1e-6
_SURE = 0.85
"""Confidence from which the pitch that was listened to is a fundamental to try: its overtones are then not."""


@dataclass(frozen=True, eq=False)
class Heard:
    """A target's measures, whatever its fundamental.

    Attributes:
        y: (n,) mono at 44.1 kHz.
        note: the MIDI note that plays it.
        f0_hz: the pitch that was listened to, where that is sure; None elsewhere.
        hold_s: how long the key is down, at most `duration_s`.
        holds: whether the sound goes on for as long as the key is down.
        adsr: ``env_1``, fitted to the sound's amplitude.
        mel: (frames, 96) what the metric sees of it, 0.2 s of silence appended.
    """

    y: F32
    note: int
    f0_hz: float | None
    hold_s: float
    holds: bool
    adsr: Adsr
    mel: F32

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.y) / SAMPLE_RATE


@dataclass(frozen=True, eq=False)
class View:
    """A sound seen as harmonics of one fundamental that may move."""

    motion: Motion
    partials: Partials


def hear(target: Target) -> Heard:
    """Measure what does not depend on a fundamental.

    Raises:
        AudioError: the target is empty, silent or not finite.
    """
    y = without_cancelling(target.audio).mono()
    if y.size == 0 or not np.isfinite(y).all() or float(np.abs(y).max()) < _SILENT:
        raise AudioError("expected a sound to resynthesise, got one that is empty, silent or not finite")
    duration_s = len(y) / SAMPLE_RATE
    hold_s = min(target.hold_s, duration_s)
    envelope = _amplitude(y)
    return Heard(
        y=y,
        note=target.note,
        f0_hz=target.f0_hz if target.confidence >= _SURE else None,
        hold_s=hold_s,
        holds=sustains(envelope, _ENVELOPE_HOP_S, hold_s),
        adsr=fit(envelope, _ENVELOPE_HOP_S, hold_s, smooth_s=_SMOOTH_S),
        mel=mel_bands(at_common_level(np.pad(y, (0, round(PAD_S * SAMPLE_RATE))))),
    )


def _amplitude(y: F32) -> F64:
    """Running RMS of 12 ms, every 2 ms: (m,)."""
    power = uniform_filter1d(y.astype(np.float64) ** 2, round(_SMOOTH_S * SAMPLE_RATE), mode="constant")
    at = np.round(np.arange(0.0, len(y), _ENVELOPE_HOP_S * SAMPLE_RATE)).astype(int)
    return np.asarray(np.sqrt(np.maximum(power[at[at < len(y)]], 0.0)))


def views(heard: Heard) -> list[View]:
    """The sound by every fundamental that is worth it, best guess first, 1 to 3."""
    peaks = Peaks(heard.y, SAMPLE_RATE)
    sure = [] if heard.f0_hz is None else [heard.f0_hz]
    found = _without_overtones([*sure, *peaks.fundamentals(count=_MAX_VIEWS)])[:_MAX_VIEWS]
    pitched = bool(found) and float(peaks.score(np.array(found[:1]))[0]) >= _MIN_SCORE
    if not pitched:
        found = [*found[:1], _UNPITCHED_HZ, *found[1 : _MAX_VIEWS - 1]]
    return [_view(heard, hz, moves=pitched) for hz in found]


def _without_overtones(found: list[float]) -> list[float]:
    """Fundamentals less those that are overtones of a better one: what lies below them would be out of tune."""
    kept: list[float] = []
    for hz in found:
        ratios = [hz / better for better in kept]
        if not any(ratio > 0.97 and abs(ratio - round(ratio)) < 0.02 * ratio for ratio in ratios):
            kept.append(hz)
    return kept


def _view(heard: Heard, centre_hz: float, *, moves: bool) -> View:
    """The sound as harmonics of a fundamental near `centre_hz` that may move or not."""
    track = follow(heard.y, SAMPLE_RATE, centre_hz)
    motion = motion_of(track) if moves else STILL
    times_s = np.arange(0.0, heard.duration_s, max(_MIN_HOP_S, heard.duration_s / _MAX_INSTANTS))
    straight, inside_s = straightened(heard.y, SAMPLE_RATE, motion, times_s)
    f0_hz = track.centre_hz if motion.moves else _steady(track, centre_hz)
    return View(motion, measure(straight, SAMPLE_RATE, f0_hz, times_s, inside_s))


def _steady(track: Track, centre_hz: float) -> float:
    """The median of the track where loud, if it stays near the centre; else the centre itself."""
    loud = track.weights > 0.2
    median = float(np.median(track.f0_hz[loud])) if loud.any() else centre_hz
    return median if abs(np.log2(median / centre_hz)) < 0.4 / 12 else centre_hz
