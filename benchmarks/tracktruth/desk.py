"""The project's modules played one by one, in this process: what sounds of known truth are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.modules.base import Context, Signal, stored
from patchpilot.modules.base import spoken as spoken_value
from patchpilot.modules.notes import CONTROLS
from patchpilot.space import Note

RATE = 44_100


def context_of(notes: Sequence[Note], length_s: float, bpm: float, seed: int = 0) -> Context:
    """What modules know: notes that begin within the length, in order."""
    kept = sorted((n for n in notes if n.start_s < length_s), key=lambda n: n.start_s)
    return Context(RATE, round(length_s * RATE), bpm, tuple(kept), seed)


def played(
    module: Any,
    context: Context,
    *audio: Signal | F64,
    controls: Any = None,
    **values: Any,
) -> F64:
    """What a module gives, float64 (2, n) or (1, n) of control.

    Args:
        module: of `patchpilot.modules`.
        context: its notes make "pitch", "gate" and "velocity" where `controls` has none.
        audio: into its audio inputs, in their order.
        controls: signals into other inputs, by their names.
        values: of its parameters in their units; an array moves one. The others have their defaults.
    """
    moving = frozenset(name for name, value in values.items() if isinstance(value, np.ndarray))
    said = {p.name: spoken_value(p, p.default) for p in module.parameters}
    for parameter in module.parameters:
        if isinstance(value := values.get(parameter.name), float | int):
            values[parameter.name] = spoken_value(parameter, float(stored(parameter, float(value))))
    given: dict[str, Any] = {}
    waiting = list(audio)
    for port in module.inputs:
        if port.name in (controls or {}):
            given[port.name] = np.asarray(controls[port.name], np.float32)
        elif port.name in CONTROLS and port.channels == 1:
            given[port.name] = CONTROLS[port.name](context)
        else:
            given[port.name] = np.asarray(waiting.pop(0), np.float32) if waiting else None
    made = module.prepare(RATE, moving)(given, {**said, **values}, context)
    return np.asarray(made[0], np.float64)


def chords(module: Any, notes: Sequence[Note], length_s: float, bpm: float, seed: int, **values: Any) -> F64:
    """Notes that sound together, each through a voice of its own, float64 (2, n)."""
    voices: list[list[Note]] = []
    for note in sorted(notes, key=lambda n: (n.start_s, n.pitch)):
        for voice in voices:
            if voice[-1].start_s + voice[-1].hold_s <= note.start_s + 1e-6:
                voice.append(note)
                break
        else:
            voices.append([note])
    out = np.zeros((2, round(length_s * RATE)))
    for number, voice in enumerate(voices):
        out += played(module, context_of(voice, length_s, bpm, seed * 64 + number), **values)
    return out


def levelled(sound: F64, level_db: float) -> F64:
    """At an RMS in dB below full scale; silence as it is."""
    rms = float(np.sqrt(np.mean(sound**2)))
    return sound * (10.0 ** (level_db / 20.0) / rms) if rms > 0.0 else sound


def audio_of(*sounds: F64, peak: float = 0.9) -> Audio:
    """Their mix; turned down where it would exceed the peak."""
    whole = np.sum(sounds, axis=0)
    top = float(np.abs(whole).max(initial=0.0))
    return Audio(whole * (peak / top if top > peak else 1.0), RATE)
