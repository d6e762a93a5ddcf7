"""Reading a sound at any place and speed: sinc interpolation that lets no aliases through (after J. O. Smith, 1984)."""

from __future__ import annotations

from functools import cache

import numpy as np

from patchpilot.audio import Audio, fold_to_stereo
from patchpilot.modules.base import Context, Signal
from patchpilot.modules.collection._compiled import compiled
from patchpilot.modules.collection._signals import Floats, doubles

PER_CROSSING = 512
"""Places of the kernel's table between two of its zeros; it is linear between them."""
FASTEST = 32.0
"""Samples of a sound in one of the output: five octaves up."""
FADE_MS = 1.0
"""Where a part begins or ends inside a sound."""


@cache
def kernel(crossings: int) -> Floats:
    """Half of a sinc under Kaiser's window, float64 (crossings * PER_CROSSING + 2,).

    Args:
        crossings: zeros on its half; 16 keep 84 % of the band, 12 keep 79 %.
    """
    at = np.arange(crossings * PER_CROSSING + 2) / PER_CROSSING
    window = np.i0(8.0 * np.sqrt(np.maximum(1.0 - (at / crossings) ** 2, 0.0))) / np.i0(8.0)
    half = np.sinc(at) * window
    half[PER_CROSSING::PER_CROSSING] = 0.0  # a place that is a sample gives that sample
    half[-2:] = 0.0
    return doubles(half)


def sides(audio: Audio) -> Floats:
    """A sound as `read` takes it: float64 (1 or 2, n)."""
    return doubles(fold_to_stereo(audio).samples)


def speeds(
    pitch: Signal, root: float, semitones: object, cents: object, audio: Audio, context: Context
) -> Floats:
    """Samples of a sound in each of the output, float64 (n,).

    Args:
        pitch: Hz, float32 (1, n).
        root: the MIDI note at which the sound is as it was recorded.
        semitones: a number, or (n,).
        cents: likewise.
        audio: the sound.
        context: of the performance.
    """
    usual = float(np.float32(440.0 * 2.0 ** ((root - 69.0) / 12.0)))
    turn = np.exp2((np.asarray(semitones, np.float64) + np.asarray(cents, np.float64) / 100.0) / 12.0)
    found = doubles(pitch[0]) / usual * turn * (audio.sample_rate / context.sample_rate)
    return np.minimum(found, FASTEST)


@compiled("void(f8[:, ::1], f8[::1], f8[::1], f8[:, ::1], f8[::1], i8, i8, i8, f8[:, ::1])")
def read(
    sound: Floats,
    places: Floats,
    steps: Floats,
    gains: Floats,
    half: Floats,
    loop_start: int,
    loop_end: int,
    turns: int,
    out: Floats,
) -> None:
    """Add a sound, read at some places, to what is there; around it lies silence.

    Args:
        sound: (1 or 2, m).
        places: in samples of the sound, (n,); behind a loop's end they go on and on.
        steps: between the places, (n,): where they are wider than 1, what would alias is left out.
        gains: of both sides, (2, n).
        half: of the kernel.
        loop_start: first sample of the loop.
        loop_end: the first after it.
        turns: 0 without a loop, 1 forward, 2 there and back.
        out: (2, n).
    """
    m, right = sound.shape[1], sound.shape[0] - 1
    crossings = (len(half) - 2) // PER_CROSSING
    length = max(1, loop_end - loop_start)
    for i in range(len(places)):
        if gains[0, i] == 0.0 and gains[1, i] == 0.0:
            continue
        scale = 1.0 / max(1.0, steps[i])
        reach = crossings / scale
        a, b = 0.0, 0.0
        for j in range(int(np.ceil(places[i] - reach)), int(np.floor(places[i] + reach)) + 1):
            k = j
            if turns > 0 and j >= loop_end:
                k = loop_start + (j - loop_start) % (turns * length)
                if k >= loop_end:
                    k = 2 * loop_end - 1 - k
            if k < 0 or k >= m:
                continue
            at = abs(j - places[i]) * scale * PER_CROSSING
            q = int(at)
            weight = half[q] + (at - q) * (half[q + 1] - half[q])
            a += weight * sound[0, k]
            b += weight * sound[right, k]
        out[0, i] += gains[0, i] * scale * a
        out[1, i] += gains[1, i] * scale * b
