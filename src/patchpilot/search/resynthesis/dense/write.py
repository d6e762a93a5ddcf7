"""Oscillators in Vital's terms: tables, tunings, the LFO through the frames, the LFO that bends the pitch."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F64, hz_to_note, note_to_hz
from patchpilot.instruments.vital.assets import MAX_FRAME
from patchpilot.search.resynthesis.dense.loop import Goal, mix
from patchpilot.search.resynthesis.dense.oscillator import FADE_S, UNISON_VOICES, Layer, waves
from patchpilot.search.resynthesis.envelope import Adsr
from patchpilot.search.resynthesis.sketch import Shape, Sketch, Table, drawing
from patchpilot.space import Routing

EARLY_S = 0.0005
"""The frame LFO runs this much ahead: the oscillator looks at it at the start of a block."""
LOUDEST = 1.8
"""Peak of a patch; the engine limits at 2.1."""
REACH = 48
"""Semitones that one transposition goes down; the oscillator's and the voice's add up."""
SWEEP_POINTS = 80
SWEEP_RANGE = 96.0
"""Semitones of a full modulation of `osc_N_transpose`."""


def lowest_hz(note: int) -> float:
    """Lowest fundamental that an oscillator reaches when `note` is played."""
    return note_to_hz(note - 2 * REACH)


def write(layers: list[Layer], adsr: Adsr, goal: Goal, note: int) -> Sketch:
    """The sketch of `layers` (at most three) under `adsr`, sounding the target at `note`."""
    times_s = np.maximum(goal.times_s - FADE_S - EARLY_S, 0.0)
    positions = np.round(np.linspace(0, MAX_FRAME, len(times_s))).astype(int)
    voice = _voice_transpose(layers, note)
    level = np.float32(_level(layers, goal))
    controls = {"osc_1_on": 0.0, "voice_transpose": float(voice)} | adsr.controls()
    lfos = {1: drawing(times_s, positions / MAX_FRAME, float(times_s[-1]))}
    tables: dict[int, Table] = {}
    routings: list[Routing] = []
    for number, layer in enumerate(layers, start=1):
        controls |= _oscillator(number, layer, note + voice)
        tables[number] = Table(tuple(positions.tolist()), waves(layer) * level)
        routings.append(Routing("lfo_1", f"osc_{number}_wave_frame", 1.0))
        if layer.sweep is not None and layer.sweep_s is not None:
            lfos[2], depth = _bend(layer.sweep_s, layer.sweep)
            routings.append(Routing("lfo_2", f"osc_{number}_transpose", depth / SWEEP_RANGE))
    return Sketch(controls, tables, lfos, tuple(routings))


def _bend(times_s: F64, semitones: F64) -> tuple[Shape, float]:
    """The drawing of a pitch sweep, and its depth in semitones."""
    at_s = float(times_s[-1]) * np.linspace(0.0, 1.0, SWEEP_POINTS) ** 1.8
    depth = max(float(semitones.max()), 1e-3)
    return drawing(at_s, np.interp(at_s, times_s, semitones) / depth, float(at_s[-1])), depth


def _oscillator(number: int, layer: Layer, note: int) -> dict[str, float]:
    """Controls that put harmonic 1 of oscillator `number` at its frequency when `note` sounds."""
    exact = hz_to_note(layer.f0_hz) - note
    whole = int(np.clip(round(exact), -REACH, REACH))
    controls = {
        f"osc_{number}_on": 1.0,
        f"osc_{number}_random_phase": 0.0,
        f"osc_{number}_transpose": float(whole),
        f"osc_{number}_tune": float(np.clip(exact - whole, -1.0, 1.0)),
    }
    if len(layer.voices) > 1:
        controls |= {f"osc_{number}_unison_voices": float(UNISON_VOICES), f"osc_{number}_stereo_spread": 0.0}
    return controls


def _voice_transpose(layers: list[Layer], note: int) -> int:
    """Semitones that the whole voice goes down, in octaves, so that all oscillators reach their fundamentals."""
    missing = note - REACH - min(hz_to_note(layer.f0_hz) for layer in layers)
    return -12 * int(np.clip(np.ceil(missing / 12.0), 0, REACH // 12))


def _level(layers: list[Layer], goal: Goal) -> float:
    """Factor for the tables that makes the sketch as loud as the target, short of the engine's limit."""
    sound = mix(layers, goal).astype(np.float64)
    rms, peak = float(np.sqrt(np.mean(sound**2))), float(np.abs(sound).max())
    return min(goal.rms / max(rms, 1e-9), LOUDEST / max(peak, 1e-9))
