"""Small beats of known time: kicks, hats, claps and basses of a few lines, seconds of sound in milliseconds."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F64, Audio

RATE = 44100


def beat(
    bpm: float, bars: int, *, first_s: float = 0.0, beats: int = 4, bass: float = 0.0, kick: float = 0.6
) -> Audio:
    """A kick on each beat, claps on the second and fourth (the others of three), hats and a bass between the beats.

    Args:
        bpm: beats a minute.
        bars: how many.
        first_s: silence before the first.
        beats: in a bar.
        bass: level of a bass on the off-beats.
        kick: level of the kicks; in waltz time there is one a bar.
    """
    beat_s = 60.0 / bpm
    rng = np.random.default_rng(1)
    sound = np.zeros(round((first_s + bars * beats * beat_s + 0.5) * RATE))
    for number in range(bars * beats):
        at_s = first_s + number * beat_s
        place = number % beats
        if beats == 4 or place == 0:
            _put(sound, at_s, kick * _kick())
        if place in ((1, 3) if beats == 4 else (1, 2)):
            _put(sound, at_s, 0.25 * _noise(rng, 0.12))
        _put(sound, at_s + beat_s / 2, 0.15 * _noise(rng, 0.05))
        _put(sound, at_s + beat_s / 2, bass * _tone(55.0 * (1 + number // beats % 2 / 4), 0.45 * beat_s))
    return Audio(sound, RATE)


def pad(seconds: float) -> Audio:
    """A held chord that swells slowly, without any beat."""
    t = np.arange(round(seconds * RATE)) / RATE
    swell = 1.0 + 0.3 * np.sin(2 * np.pi * 0.05 * t)
    return Audio(0.1 * swell * sum(np.sin(2 * np.pi * hz * t) for hz in (220.0, 261.63, 329.63)), RATE)


def _put(sound: F64, at_s: float, what: F64) -> None:
    start = round(at_s * RATE)
    sound[start : start + len(what)] += what[: max(0, len(sound) - start)]


def _kick() -> F64:
    t = np.arange(round(0.25 * RATE)) / RATE
    return np.asarray(np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.08))


def _noise(rng: np.random.Generator, seconds: float) -> F64:
    n = round(seconds * RATE)
    return np.asarray(rng.standard_normal(n) * np.exp(-np.arange(n) / (0.25 * n)))


def _tone(hz: float, seconds: float) -> F64:
    t = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(np.sin(2 * np.pi * hz * t) * np.minimum(1.0, np.minimum(t / 0.01, (t[-1] - t) / 0.01)))
