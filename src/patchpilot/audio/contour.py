"""The course of a note's level: how fast it comes, how hard it hits, how much of it stays, what rings on.

All are measured on one curve: the power of all channels every 2 ms, over 12 ms. What is softer than the loudest by
60 dB counts as silence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from patchpilot.audio._audio import F64, Audio

_STEP_S = 0.002
_SMOOTH = 6
_SILENCE_DB = -60.0
_OPENS_DB, _REACHED_DB = -20.0, -6.0
_HIT_S = 0.08
_BODY_S = (0.15, 0.4)
_LATE = 0.5
"""Of the held time: what comes later is what stays."""
_DAMPED_S = 0.03
"""After the key was let go, until which an instrument's own click may sound."""


@dataclass(frozen=True)
class Contour:
    """The course of a level.

    Attributes:
        attack_s: s, from 20 dB below the loudest to 6 dB below it: less would follow what beats and swells later.
        punch_db: the first 80 ms above the 150th to 400th ms after the beginning, dB.
        sustain_db: the second half of the held time, dB re the loudest; -60 to 0.
        tail_db: what sounds after the key was let go, dB re the loudest; -60 to 0.
    """

    attack_s: float
    punch_db: float
    sustain_db: float
    tail_db: float


def contour(audio: Audio, *, released_s: float) -> Contour:
    """How the level of a sound runs.

    Args:
        audio: from the moment at which the key was pressed.
        released_s: s > 0, when it was let go; what lies beyond the audio is not missed.
    """
    power = _power(audio)
    loudest = float(power.max(initial=0.0))
    if loudest <= 1e-12:
        return Contour(0.0, 0.0, _SILENCE_DB, _SILENCE_DB)
    power = power / loudest
    db = 10.0 * np.log10(np.maximum(power, 1e-9))
    opened, reached = _crossing(db, _OPENS_DB), _crossing(db, _REACHED_DB)
    first = int(opened)
    hit = _mean_db(power, first, first + round(_HIT_S / _STEP_S))
    body = _mean_db(power, *(first + round(at / _STEP_S) for at in _BODY_S))
    let_go = min(round(released_s / _STEP_S), len(power))
    return Contour(
        attack_s=max(reached - opened, 0.0) * _STEP_S,
        punch_db=float(np.clip(hit - body, -20.0, 20.0)),
        sustain_db=_mean_db(power, first + round(_LATE * (let_go - first)), let_go),
        tail_db=_mean_db(power, let_go + round(_DAMPED_S / _STEP_S), len(power)),
    )


def _power(audio: Audio) -> F64:
    """Mean power of every 2 ms, over 12 ms."""
    step = max(1, round(_STEP_S * audio.sample_rate))
    n = len(audio) // step
    if not n:
        return np.zeros(1)
    squared = np.square(audio.samples[:, : n * step].astype(np.float64)).mean(axis=0)
    steps = squared.reshape(n, step).mean(axis=1)
    window = np.hanning(_SMOOTH + 2)[1:-1]
    return np.asarray(np.convolve(steps, window / window.sum(), mode="same"))


def _crossing(db: F64, level: float) -> float:
    """Where a level is first reached, in steps, between two of them if need be."""
    at = int(np.argmax(db >= level))
    if at == 0:
        return 0.0
    before, after = float(db[at - 1]), float(db[at])
    return at - (after - level) / max(after - before, 1e-9)


def _mean_db(power: F64, low: int, high: int) -> float:
    part = power[low:high]
    mean = float(part.mean()) if len(part) else 0.0
    return max(10.0 * math.log10(max(mean, 1e-12)), _SILENCE_DB)
