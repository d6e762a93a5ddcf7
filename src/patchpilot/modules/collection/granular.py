"""The granulator: a sound as a cloud of short grains."""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._reading import kernel, read, sides, speeds
from patchpilot.modules.collection._signals import Floats, curve, doubles
from patchpilot.modules.collection._sources import LEVEL, RELEASE_MS, SEMITONES, loudness, starts
from patchpilot.modules.collection._usual_sound import usual_sound
from patchpilot.modules.collection.sampler import ROOT
from patchpilot.modules.function import module

CROSSINGS = 12
DICE = 4
"""Numbers that are drawn for each grain: when, where, which pitch, which side."""


@module(
    assets={"sample": usual_sound()},
    random=True,
    varying=("position", "semitones", "level"),
    position=knob(0.25, 0.0, 1.0),
    spray=knob(0.1, 0.0, 1.0),
    size_ms=knob(80.0, 5.0, 500.0, "ms", octaves=True),
    density_hz=knob(25.0, 1.0, 200.0, "Hz", octaves=True),
    jitter=knob(0.5, 0.0, 1.0),
    root=ROOT,
    follow=choice("pitch", "nothing"),
    semitones=SEMITONES,
    detune_cents=knob(10.0, 0.0, 1200.0, "cents"),
    spread=knob(0.5, 0.0, 1.0),
    release_ms=RELEASE_MS,
    level=LEVEL,
)
def granulator(
    pitch: Signal,
    gate: Signal,
    *,
    position: Any,
    spray: float,
    size_ms: float,
    density_hz: float,
    jitter: float,
    root: float,
    follow: str,
    semitones: Any,
    detune_cents: float,
    spread: float,
    release_ms: float,
    level: Any,
    context: Context,
) -> Floats:
    """Plays short grains of the sound in its slot "sample", each under a window of Hann.

    `density_hz` grains begin each second from a note's start, up to `jitter` of the time to the next one late; they are
    read around `position` in the sound, up to half of `spray` of it before or after, off the note by up to
    `detune_cents`, and `spread` to the sides. Where more grains overlap they are softer, so that it is as loud.
    """
    audio = context.sound("sample")
    sound = sides(audio)
    heard = pitch if follow == "pitch" else np.full_like(pitch, 440.0 * 2.0 ** ((root - 69.0) / 12.0))
    steps = speeds(heard, root, semitones, 0.0, audio, context)
    places = curve(position, context.n_samples)
    n = max(2, round(size_ms * context.sample_rate / 1000.0))
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * (np.arange(n) + 0.5) / n)
    window /= np.sqrt(max(1.0, density_hz * size_ms / 1000.0))
    out = np.zeros((2, context.n_samples + n))
    for start, (_, where, off, side) in _grains(gate, density_hz, jitter, context):
        step = float(steps[start]) * 2.0 ** (detune_cents * (2.0 * off - 1.0) / 1200.0)
        room = max(0.0, sound.shape[1] - 1 - n * step)
        at = min(max((places[start] + spray * (where - 0.5)) * sound.shape[1], 0.0), room)
        angle = np.pi / 4.0 * (1.0 + spread * (2.0 * side - 1.0))
        gains = np.sqrt(2.0) * np.stack([np.cos(angle) * window, np.sin(angle) * window])
        grain = np.zeros((2, n))
        read(
            sound,
            at + step * np.arange(n),
            np.full(n, step),
            doubles(gains),
            kernel(CROSSINGS),
            0,
            0,
            0,
            grain,
        )
        out[:, start : start + n] += grain
    return out[:, : context.n_samples] * loudness(level, gate, release_ms, context)


def _grains(gate: Signal, density_hz: float, jitter: float, context: Context) -> list[tuple[int, Floats]]:
    """Starts of all grains, each with its own numbers from 0 to 1; a longer performance has the same beginning."""
    rng = context.rng()
    begun = starts(gate)
    apart = context.sample_rate / density_hz
    found = []
    for first, following in zip(begun, [*begun[1:], context.n_samples], strict=True):
        for k in range(int(np.ceil((following - first) / apart))):
            dice = rng.random(DICE)
            start = first + round(apart * (k + (jitter * float(dice[0]) if k else 0.0)))
            if start < following:
                found.append((start, dice))
    return found
