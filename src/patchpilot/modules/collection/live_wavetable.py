"""A voice that stands for Live's Wavetable, with what Live's API can turn, and the names and ranges that Live has.

What stands behind it is a *prepared* Wavetable: "Basic Shapes" in both oscillators, no oscillator effect, no unison,
the filters one after the other, an empty modulation matrix. None of that is a parameter in Live, so none of it can be
set from outside. Names are those of Live 12.4 as its API lists them, with older ones beside; ranges are those that
Live's manual and its displays show; where the knob's curve is not known, the usual one is assumed. **Not tried against
Live**: its filters, its drive and its envelopes' curves are not copied.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Port, Signal, choice, knob
from patchpilot.modules.collection import _tables
from patchpilot.modules.collection._signals import Floats, gain
from patchpilot.modules.collection._sources import RELEASE_MS, sounding, steps
from patchpilot.modules.collection.autofilter import auto_filter
from patchpilot.modules.collection.envelopes import shaped, touch
from patchpilot.modules.collection.live_names import LiveDevice, LiveParameter
from patchpilot.modules.function import FunctionModule
from patchpilot.space.parameter import Parameter

_OFF_ON = ("off", "on")
_SWITCH = {"off": "Off", "on": "On"}
_KINDS = ("low pass", "high pass", "band pass", "notch")
_SUB_OCTAVES = ("0", "-1", "-2")
_SILENT_DB = -36.0
"""Lowest of a gain: nothing."""
_SHAPES = 4
"""Frames of "Basic Shapes": sine, triangle, saw, square."""
_SENSITIVITY = 0.5


def _oscillator(n: int) -> dict[str, Parameter]:
    return {
        f"osc_{n}": choice(*_OFF_ON, default="on" if n == 1 else "off"),
        f"osc_{n}_semitones": knob(0.0, -24.0, 24.0, "semitones", whole=True),
        f"osc_{n}_cents": knob(0.0, -50.0, 50.0, "cents"),
        f"osc_{n}_position": knob(2.0 / 3.0, 0.0, 1.0),
        f"osc_{n}_pan": knob(0.0, -1.0, 1.0),
        f"osc_{n}_db": knob(-6.0, _SILENT_DB, 0.0, "dB"),
    }


def _filter(n: int) -> dict[str, Parameter]:
    return {
        f"filter_{n}": choice(*_OFF_ON),
        f"filter_{n}_kind": choice(*_KINDS),
        f"filter_{n}_slope": choice("12 dB", "24 dB", default="24 dB"),
        f"filter_{n}_hz": knob(2000.0, 20.0, 20_000.0, "Hz", octaves=True),
        f"filter_{n}_resonance": knob(0.1, 0.0, 0.98),
        f"filter_{n}_drive_db": knob(0.0, 0.0, 24.0, "dB"),
    }


_KNOBS: Mapping[str, Parameter] = {
    **_oscillator(1),
    **_oscillator(2),
    "sub": choice(*_OFF_ON),
    "sub_tone": knob(0.0, 0.0, 1.0),
    "sub_octave": choice(*_SUB_OCTAVES, default="-1"),
    "sub_db": knob(-6.0, _SILENT_DB, 0.0, "dB"),
    **_filter(1),
    **_filter(2),
    "attack_ms": knob(2.0, 0.1, 20_000.0, "ms", octaves=True),
    "decay_ms": knob(600.0, 1.0, 60_000.0, "ms", octaves=True),
    "sustain": knob(0.7, 0.0, 1.0),
    "release_ms": knob(100.0, 1.0, 60_000.0, "ms", octaves=True),
    "semitones": knob(0.0, -24.0, 24.0, "semitones", whole=True),
    "volume_db": knob(-9.0, _SILENT_DB, 6.0, "dB"),
}


def _voice(function: Callable[..., Any]) -> FunctionModule:
    """`module`, for more parameters than a function wants to name."""
    return FunctionModule(
        name=function.__name__,
        summary=str(inspect.getdoc(function)).splitlines()[0],
        inputs=tuple(Port(name, 1) for name in ("pitch", "gate", "velocity")),
        outputs=(Port("out"),),
        parameters=tuple(_named(name, parameter) for name, parameter in _KNOBS.items()),
        varying=frozenset(),
        function=function,
        wants_context=True,
    )


def _named(name: str, parameter: Parameter) -> Parameter:
    return replace(parameter, name=name, group="live_voice")


@_voice
def live_voice(pitch: Signal, gate: Signal, velocity: Signal, *, context: Context, **values: Any) -> Floats:
    """A voice as of Live's Wavetable: two oscillators of basic shapes, a sub, two filters, and an envelope."""
    sound = np.zeros((2, context.n_samples))
    for n in (1, 2):
        if values[f"osc_{n}"] == "on":
            sound += _placed(_shape(n, pitch, context, values), values[f"osc_{n}_pan"])
    if values["sub"] == "on":
        sound += _sub(pitch, context, values)
    sound *= sounding(gate, max(values["release_ms"], float(2.0**RELEASE_MS.minimum)), context)
    for n in (1, 2):
        if values[f"filter_{n}"] == "on":
            sound = _filtered(sound, n, context, values)
    times = values["attack_ms"], values["decay_ms"], values["sustain"], values["release_ms"]
    shape = shaped(gate, times, context) * touch(velocity, _SENSITIVITY)
    return np.asarray(sound * shape * _level(values["volume_db"]))


def _shape(n: int, pitch: Signal, context: Context, values: Mapping[str, Any]) -> Floats:
    """An oscillator between its shapes, float64 (n,)."""
    semitones = values["semitones"] + values[f"osc_{n}_semitones"]
    step = steps(pitch, semitones, values[f"osc_{n}_cents"], context)
    place = values[f"osc_{n}_position"] * (_SHAPES - 1)
    first = min(int(place), _SHAPES - 2)
    made = [_tables.tables(_series(k), float(step.max(initial=0.0))) for k in (first, first + 1)]
    out = np.empty(context.n_samples)
    waves = np.ascontiguousarray(np.stack([found for found, _ in made], axis=1))
    _tables.read_frames(step, np.full(context.n_samples, place - first), waves, made[0][1], out)
    return out * _level(values[f"osc_{n}_db"])


def _series(frame: int) -> _tables.Series:
    """Of sine, triangle, saw and square, each with a peak of about 1."""
    match frame:
        case 0:
            return lambda k: np.where(k == 1, -1.0j, 0.0)
        case 1:
            return _tables.triangle
        case 2:
            return _tables.saw
        case _:
            return lambda k: np.where(k % 2 == 1, -4.0j / (np.pi * k), 0.0)


def _sub(pitch: Signal, context: Context, values: Mapping[str, Any]) -> Floats:
    """A sine, and as much of a triangle as its tone says."""
    semitones = values["semitones"] + 12.0 * float(values["sub_octave"])
    phase = np.cumsum(steps(pitch, semitones, 0.0, context))
    phase -= phase[:1]
    sine, corner = np.sin(2.0 * np.pi * phase), 2.0 * np.abs(2.0 * ((phase + 0.25) % 1.0) - 1.0) - 1.0
    tone = values["sub_tone"]
    return np.asarray(((1.0 - tone) * sine - tone * corner) * _level(values["sub_db"]))


def _filtered(sound: Floats, n: int, context: Context, values: Mapping[str, Any]) -> Floats:
    made = auto_filter(
        sound.astype(np.float32),
        kind=values[f"filter_{n}_kind"],
        slope=values[f"filter_{n}_slope"],
        cutoff_hz=values[f"filter_{n}_hz"],
        resonance=values[f"filter_{n}_resonance"],
        drive_db=values[f"filter_{n}_drive_db"],
        lfo_octaves=0.0,
        lfo_hz=1.0,
        lfo_rhythm="free",
        lfo_shape="sine",
        lfo_degrees=0.0,
        envelope_octaves=0.0,
        attack_ms=5.0,
        release_ms=200.0,
        mix=1.0,
        context=context,
    )
    return np.asarray(made, np.float64)


def _placed(sound: Floats, pan: float) -> Floats:
    """Two sides at equal power, 0 dB in the middle."""
    angle = np.pi / 4.0 * (1.0 + pan)
    return np.stack([sound * np.sqrt(2.0) * np.cos(angle), sound * np.sqrt(2.0) * np.sin(angle)])


def _level(level_db: float) -> float:
    return 0.0 if level_db <= _SILENT_DB else float(gain(level_db))


def _live_oscillator(n: int) -> tuple[LiveParameter, ...]:
    ours, theirs = f"osc_{n}", f"Osc {n}"
    return (
        LiveParameter(ours, (f"{theirs} On",), options=_SWITCH, steps=("Off", "On")),
        LiveParameter(f"{ours}_semitones", (f"{theirs} Transp",), -24.0, 24.0, "st", "stored"),
        LiveParameter(f"{ours}_cents", (f"{theirs} Detune",), -50.0, 50.0, "ct"),
        LiveParameter(f"{ours}_position", (f"{theirs} Pos",), 0.0, 100.0, "%", factor=100.0),
        LiveParameter(f"{ours}_pan", (f"{theirs} Pan",), -50.0, 50.0, "L/R", factor=50.0),
        LiveParameter(f"{ours}_db", (f"{theirs} Gain",), _SILENT_DB, 0.0, "dB"),
    )


def _live_filter(n: int) -> tuple[LiveParameter, ...]:
    ours, theirs, older = f"filter_{n}", f"Flt {n}", f"Filter {n}"
    kinds = dict(zip(_KINDS, ("Lowpass", "Highpass", "Bandpass", "Notch"), strict=True))
    return (
        LiveParameter(ours, (f"{theirs} On", f"{older} On"), options=_SWITCH, steps=("Off", "On")),
        LiveParameter(
            f"{ours}_kind",
            (f"{theirs} Type", f"{older} Type"),
            options=kinds,
            steps=(*kinds.values(), "Morph"),
        ),
        LiveParameter(
            f"{ours}_slope",
            (f"{theirs} Slope", f"{older} Slope"),
            options={"12 dB": "12", "24 dB": "24"},
            steps=("12", "24"),
        ),
        LiveParameter(f"{ours}_hz", (f"{theirs} Freq", f"{older} Freq"), 20.0, 20_000.0, "Hz", "log"),
        LiveParameter(
            f"{ours}_resonance", (f"{theirs} Res", f"{older} Res"), 0.0, 125.0, "%", is_alike=False
        ),
        LiveParameter(f"{ours}_drive_db", (f"{theirs} Drive", f"{older} Drive"), 0.0, 24.0, "dB"),
    )


WAVETABLE = LiveDevice(
    "live_voice",
    "Wavetable",
    "InstrumentVector",
    (
        *_live_oscillator(1),
        *_live_oscillator(2),
        LiveParameter("sub", ("Sub On",), options=_SWITCH, steps=("Off", "On")),
        LiveParameter("sub_tone", ("Sub Tone",), 0.0, 100.0, "%", factor=100.0),
        LiveParameter("sub_octave", ("Sub Transpose",), options={k: k for k in _SUB_OCTAVES}),
        LiveParameter("sub_db", ("Sub Gain",), _SILENT_DB, 0.0, "dB"),
        *_live_filter(1),
        *_live_filter(2),
        LiveParameter("attack_ms", ("Amp Attack",), 0.1, 20_000.0, "ms", "log"),
        LiveParameter("decay_ms", ("Amp Decay",), 1.0, 60_000.0, "ms", "log"),
        LiveParameter("sustain", ("Amp Sustain",), 0.0, 100.0, "%", factor=100.0),
        LiveParameter("release_ms", ("Amp Release",), 1.0, 60_000.0, "ms", "log"),
        LiveParameter("semitones", ("Transpose",), -24.0, 24.0, "st", "stored"),
        LiveParameter("volume_db", ("Volume",), _SILENT_DB, 6.0, "dB"),
    ),
)
"""What of Live's Wavetable this voice has."""
UNREACHABLE = (
    "the wavetables (the stand-in means Basic Shapes in both oscillators)",
    "the oscillators' effect modes (the stand-in means none)",
    "unison mode and voices (the stand-in means none)",
    "the modulation matrix (the stand-in means an empty one, so Env 2, Env 3 and the LFOs move nothing)",
    "the filters' routing (the stand-in means one after the other)",
    "the order of the devices, and inserting them",
)
"""What AbletonOSC cannot set of a Wavetable and its effects: to be prepared by hand."""
