"""The sample player: a user's own sound as a source."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._reading import FADE_MS, kernel, read, sides, speeds
from patchpilot.modules.collection._signals import Floats, curve, doubles
from patchpilot.modules.collection._sources import CENTS, LEVEL, RELEASE_MS, SEMITONES, fade, starts
from patchpilot.modules.collection._usual_sound import usual_sound
from patchpilot.modules.function import module

ROOT = knob(60.0, 0.0, 127.0, "MIDI note", whole=True)
CHOKE_MS = 3.0
"""In which a note fades out once another begins."""
LEAST_MS = 2.0
"""Of a part, and of a loop."""
CROSSINGS = 16


@module(
    assets={"sample": usual_sound()},
    varying=("semitones", "cents", "level"),
    root=ROOT,
    follow=choice("pitch", "nothing"),
    semitones=SEMITONES,
    cents=CENTS,
    start=knob(0.0, 0.0, 1.0),
    end=knob(1.0, 0.0, 1.0),
    reverse=choice("off", "on"),
    loop=choice("off", "forward", "there and back"),
    loop_start=knob(0.5, 0.0, 1.0),
    crossfade_ms=knob(10.0, 0.0, 500.0, "ms"),
    plays=choice("while held", "to its end"),
    release_ms=RELEASE_MS,
    level=LEVEL,
)
def player(
    pitch: Signal,
    gate: Signal,
    *,
    root: float,
    follow: str,
    semitones: Any,
    cents: Any,
    start: float,
    end: float,
    reverse: str,
    loop: str,
    loop_start: float,
    crossfade_ms: float,
    plays: str,
    release_ms: float,
    level: Any,
    context: Context,
) -> Floats:
    """Plays the sound in its slot "sample": as it was recorded at the note `root`, higher and lower at others.

    `start` and `end` are parts of the whole sound, of which the smaller is where it begins. A loop goes from the part
    `loop_start` of what is played to its end, and over the end fades in what lies before its beginning. A note that
    begins ends the one before.
    """
    audio = context.sound("sample")
    sound, is_cut = part(sides(audio), start, end, reverse == "on", audio.sample_rate)
    turns = ("off", "forward", "there and back").index(loop)
    loop_at = min(
        round(loop_start * sound.shape[1]), max(0, sound.shape[1] - _samples(LEAST_MS, audio.sample_rate))
    )
    if turns == 1:
        sound = crossfaded(sound, loop_at, _samples(crossfade_ms, audio.sample_rate))
    heard = pitch if follow == "pitch" else np.full_like(pitch, 440.0 * 2.0 ** ((root - 69.0) / 12.0))
    steps = speeds(heard, root, semitones, cents, audio, context)
    out = np.zeros((2, context.n_samples))
    for first, last, gain in _voices(gate, plays == "while held" or turns > 0, release_ms, context):
        places = np.concatenate([[0.0], np.cumsum(steps[first : last - 1])])
        if turns == 0:
            places = places[: int(np.searchsorted(places, sound.shape[1]))]
        gain = gain[: len(places)] * _edges(places, sound.shape[1], is_cut, turns, audio.sample_rate)
        span = slice(first, first + len(places))
        voice = np.zeros((2, len(places)))
        read(
            sound, places, steps[span].copy(), np.stack([gain, gain]), kernel(CROSSINGS), loop_at, sound.shape[1],
            turns, voice,
        )  # fmt: skip
        out[:, span] += voice
    return out * curve(level, context.n_samples)


def part(
    sound: Floats, start: float, end: float, is_reversed: bool, rate: int
) -> tuple[Floats, tuple[bool, bool]]:
    """What is played of a sound, (channels, m); and whether it begins, and ends, inside the sound."""
    n = sound.shape[1]
    low, high = sorted((round(start * n), round(end * n)))
    low = max(0, min(low, n - _samples(LEAST_MS, rate)))
    high = min(n, max(high, low + _samples(LEAST_MS, rate)))
    found = sound[:, low:high]
    inside = (low > 0, high < n)
    return (doubles(found[:, ::-1]), inside[::-1]) if is_reversed else (doubles(found), inside)


def crossfaded(sound: Floats, loop_at: int, n: int) -> Floats:
    """The same with its end fading to what lies before a loop's beginning, over at most `n` samples."""
    n = min(n, loop_at, sound.shape[1] - loop_at)
    if n == 0:
        return sound
    made = sound.copy()
    share = np.arange(1, n + 1) / n
    made[:, -n:] += share * (sound[:, loop_at - n : loop_at] - made[:, -n:])
    return made


def _voices(
    gate: Signal, is_held: bool, release_ms: float, context: Context
) -> Iterator[tuple[int, int, Floats]]:
    """First sample of each note, the first after it, and its gain between them."""
    begun = starts(gate)
    choke = _samples(CHOKE_MS, context.sample_rate)
    for first, following in pairwise([*begun, context.n_samples]):
        last = min(following + choke, context.n_samples)
        gain = np.ones(last - first)
        if following < context.n_samples:
            tail = gain[following - first :]
            tail *= 1.0 - np.arange(len(tail)) / choke
        shut = np.flatnonzero(gate[0, first:last] <= 0.5)
        if is_held and len(shut):
            gain[shut[0] :] *= fade(release_ms, context.sample_rate) ** np.arange(len(gain) - shut[0])
        yield first, last, gain


def _edges(places: Floats, n: int, is_cut: tuple[bool, bool], turns: int, rate: int) -> Floats:
    """The gain of a millisecond where a part begins or ends inside the sound."""
    short = _samples(FADE_MS, rate)
    gain = np.ones(len(places))
    if is_cut[0]:
        gain = np.minimum(gain, places / short)
    if is_cut[1] and turns == 0:
        gain = np.minimum(gain, (n - places) / short)
    return gain


def _samples(time_ms: float, rate: int) -> int:
    return round(time_ms * rate / 1000.0)
