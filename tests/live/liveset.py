"""A set as Live's API shows it: tracks, devices with stored values and displays, clips. For the stand-in server."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from patchpilot.modules.collection.live_devices import DEVICES
from patchpilot.modules.collection.live_names import LiveDevice, LiveParameter
from patchpilot.modules.collection.live_wavetable import WAVETABLE

Show = Callable[[float], str]


def float32(value: float) -> float:
    found: float = struct.unpack("f", struct.pack("f", value))[0]
    return found


def number(value: float, unit: str) -> str:
    """As Live writes numbers."""
    if value == -math.inf:
        return f"-inf {unit}"
    if unit == "Hz" and abs(value) >= 1000.0:
        return f"{value / 1000.0:.2f} kHz" if abs(value) < 10_000.0 else f"{value / 1000.0:.1f} kHz"
    if unit == "ms" and abs(value) >= 1000.0:
        return f"{value / 1000.0:.2f} s"
    if unit == "L/R":
        return "C" if round(value) == 0 else f"{abs(value):.0f}{'L' if value < 0.0 else 'R'}"
    if unit == "%":
        return f"{value:.0f} %" if abs(value) >= 10.0 else f"{value:.1f} %"
    digits = 0 if abs(value) >= 100.0 else 1 if abs(value) >= 10.0 else 2
    return f"{value:.{digits}f} {unit}".rstrip()


class Parameter:
    """A parameter of a device: what it stores, and what it shows."""

    def __init__(
        self, name: str, low: float, high: float, value: float, show: Show, *, quantized: bool = False
    ) -> None:
        self.name, self.min, self.max, self.is_quantized = name, float32(low), float32(high), quantized
        self.str_for_value = show
        self._value = float32(value)
        self.on_set: Callable[[], None] = lambda: None

    @property
    def value(self) -> float:
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        if not isinstance(value, int | float):
            raise TypeError("Python argument types in DeviceParameter.value did not match C++ signature")
        if not self.min <= value <= self.max:
            raise RuntimeError("Invalid value. Check the parameters range with min/max")
        self._value = float(round(value)) if self.is_quantized else float32(value)
        self.on_set()


def switch(name: str, value: float = 1.0) -> Parameter:
    return options(name, ("Off", "On"), value)


def options(name: str, texts: Sequence[str], value: float = 0.0) -> Parameter:
    return Parameter(name, 0.0, len(texts) - 1.0, value, lambda v: texts[round(v)], quantized=True)


def curve(name: str, low: float, high: float, unit: str, scale: str, at: float = 0.5) -> Parameter:
    """A knob; "stored" shows what it stores, the others store 0..1."""
    if scale == "stored":
        middle = min(max(0.0, low), high)
        return Parameter(name, low, high, middle, lambda v: number(v, unit))
    if scale == "log":
        return Parameter(name, 0.0, 1.0, at, lambda v: number(low * (high / low) ** v, unit))
    if scale == "power":  # bent as some of Live's are, and silent at its lowest
        return Parameter(
            name, 0.0, 1.0, at, lambda v: number(-math.inf if v <= 0.0 else high + 40.0 * math.log10(v), unit)
        )
    return Parameter(name, 0.0, 1.0, at, lambda v: number(low + (high - low) * v, unit))


@dataclass
class Device:
    """A device on a track."""

    name: str
    class_name: str
    type: int
    parameters: list[Parameter]
    can_have_chains: bool = False

    def __getitem__(self, name: str) -> Parameter:
        return next(p for p in self.parameters if p.name == name)


@dataclass
class Note:
    """A note of a clip."""

    pitch: int
    start_time: float
    duration: float
    velocity: float
    mute: bool


@dataclass
class Clip:
    """A MIDI clip."""

    length: float
    name: str = ""
    notes: list[Note] = field(default_factory=list)
    is_midi_clip: bool = True
    is_audio_clip: bool = False
    muted: bool = False
    looping: bool = True
    loop_start: float = 0.0
    color: int = 0


@dataclass
class ClipSlot:
    """A slot of a track."""

    clip: Clip | None = None
    is_playing: bool = False

    @property
    def has_clip(self) -> bool:
        return self.clip is not None

    def create_clip(self, length: float) -> None:
        if self.clip is not None:
            raise RuntimeError("This slot already has a clip")
        if length <= 0.0:
            raise RuntimeError("Invalid length")
        self.clip = Clip(float(length))

    def delete_clip(self) -> None:
        if self.clip is None:
            raise RuntimeError("No clip in slot")
        self.clip = None


class Track:
    """A track; its mixer is in it."""

    def __init__(
        self, name: str, devices: Sequence[Device] = (), *, midi: bool = True, scenes: int = 8
    ) -> None:
        self.name, self.devices = name, list(devices)
        self.volume = Parameter("Track Volume", 0.0, 1.0, 0.85, lambda v: f"{v:.2f}")
        self.panning = Parameter("Track Panning", -1.0, 1.0, 0.0, lambda v: f"{v:.2f}")
        self.sends = [Parameter(f"{letter}-Send", 0.0, 1.0, 0.0, lambda v: f"{v:.2f}") for letter in "AB"]
        self.mute = self.solo = self.arm = False
        self.color = self.color_index = self.current_monitoring_state = 0
        self.has_midi_input, self.has_audio_input, self.has_audio_output = midi, not midi, True
        self.has_midi_output = False
        self.can_be_armed, self.is_foldable, self.is_grouped, self.is_visible = True, False, False, True
        self.fired_slot_index = self.playing_slot_index = -1
        self.output_meter_level = self.output_meter_left = self.output_meter_right = 0.0
        self.clip_slots = [ClipSlot() for _ in range(scenes)]

    @property
    def fold_state(self) -> int:
        raise RuntimeError("Only available for group tracks")

    def device(self, name: str) -> Device:
        return next(d for d in self.devices if d.name == name)


class LiveSet:
    """A set."""

    def __init__(
        self, tracks: Sequence[Track], *, version: tuple[int, int] = (12, 4), tempo: float = 138.0
    ) -> None:
        self.tracks, self.version, self.scenes = list(tracks), version, 8
        self._tempo = float32(tempo)
        self.is_playing = self.metronome = self.loop = False
        self.current_song_time = self.loop_start = 0.0
        self.loop_length = 16.0
        self.signature_numerator = self.signature_denominator = 4
        self.song_length = 256.0

    @property
    def tempo(self) -> float:
        return self._tempo

    @tempo.setter
    def tempo(self, value: float) -> None:
        if not 20.0 <= value <= 999.0:
            raise RuntimeError("Tempo out of range")
        self._tempo = float32(value)

    def track(self, name: str) -> Track:
        return next(t for t in self.tracks if t.name == name)

    def state(self) -> list[object]:
        """Everything that a transaction may change, to compare."""
        song = [self.tempo, self.is_playing, self.metronome, self.loop, self.loop_start, self.loop_length]
        return [song, *([_track_state(track) for track in self.tracks])]


def _track_state(track: Track) -> list[object]:
    mixer = [track.name, track.volume.value, track.panning.value, track.mute, track.solo, track.arm]
    sends = [send.value for send in track.sends]
    values = [[p.value for p in device.parameters] for device in track.devices]
    clips = [
        slot.clip and (slot.clip.name, slot.clip.length, len(slot.clip.notes)) for slot in track.clip_slots
    ]
    return [mixer, sends, values, clips]


def effect(name: str, *, old: bool = False, called: str = "") -> Device:
    """One of the eight effects; `old` with the names of an older Live."""
    known = next(device for device in (*DEVICES, WAVETABLE) if device.name == name)
    parameters = {p.names[-1 if old else 0]: _parameter(known, p, old) for p in known.parameters}
    made = Device(
        called or name,
        known.class_name,
        1 if known in DEVICES else 2,
        [switch("Device On"), *parameters.values()],
    )
    if name == "Delay":
        _link(made)
    return made


def _parameter(device: LiveDevice, p: LiveParameter, old: bool) -> Parameter:
    name = p.names[-1 if old else 0]
    if p.options:
        return options(name, p.steps or tuple(dict.fromkeys(p.options.values())))
    scale = "power" if (device.name, p.ours) == ("Compressor", "threshold_db") else p.scale
    return curve(name, p.low, p.high, p.unit, scale, 0.25)


def _link(delay: Device) -> None:
    """Live's delay turns the right side with the left while they are linked."""
    delay.parameters.insert(1, switch("Link", 0.0))
    left, right = delay["L Time"], delay["R Time"]

    def follow() -> None:
        if delay["Link"].value:
            right._value = left._value

    left.on_set = follow


def wavetable(*, old: bool = False) -> Device:
    """Wavetable, with some of its parameters; an older Live has other names."""
    flt = "Filter" if old else "Flt"
    parameters = [
        switch("Device On"),
        switch("Osc 1 On"),
        Parameter("Osc 1 Transp", -24.0, 24.0, 0.0, lambda v: f"{v:+.0f} st", quantized=True),
        curve("Osc 1 Pos", 0.0, 100.0, "%", "linear"),
        curve("Osc 1 Gain", -36.0, 0.0, "dB", "power", 0.8),
        switch(f"{flt} 1 On"),
        options(f"{flt} 1 Type", ("Lowpass", "Highpass", "Bandpass", "Notch", "Morph")),
        curve(f"{flt} 1 Freq", 20.0, 20_000.0, "Hz", "log"),
        curve(f"{flt} 1 Res", 0.0, 125.0, "%", "linear", 0.0),
        curve("Amp Attack", 0.1, 20_000.0, "ms", "log", 0.1),
        curve("Volume", -36.0, 6.0, "dB", "power", 0.8),
    ]
    return Device("Wavetable", "InstrumentVector", 2, parameters)


def plugin(n: int = 605) -> Device:
    """A plug-in with more parameters than a reply holds."""
    parameters = [switch("Device On")]
    parameters += [curve(f"Macro parameter number {k:03d}", 0.0, 1.0, "", "stored") for k in range(1, n)]
    return Device("Big Synth", "PluginDevice", 2, parameters)


def prepared(name: str = "Match") -> Track:
    """A track as `live send` wants it: the whole of Wavetable, and the eight effects."""
    return Track(name, [effect(device.name) for device in (WAVETABLE, *DEVICES)])


def demo(*, old: bool = False, version: tuple[int, int] = (12, 4)) -> LiveSet:
    """A small set: lead, bass, drums, pad."""
    return LiveSet(
        [
            Track("Lead", [wavetable(old=old), effect("EQ Eight", old=old), effect("Reverb", old=old)]),
            Track("Bass", [effect("Saturator", old=old), effect("EQ Eight", old=old, called="Low cut")]),
            Track("Drums", [effect("Compressor", old=old), effect("Delay", old=old)], midi=False),
            Track("Pad", [effect("Auto Filter", old=old), effect("EQ Eight"), effect("EQ Eight")]),
        ],
        version=version,
    )
