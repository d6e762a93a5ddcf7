"""A stand-in for Surge's Python module: a small synthesizer with the same names and the same pitfalls.

What is as in Surge: control groups whose names are not unique, parameters by number, types that are carried out only at
the next block and reset what depends on them, values that are clamped (but not NaN), presets that are FXP files of XML
in which effects that are off are left out, macros that are no parameters, dice of the C library, notes on borders of
blocks, lines on stdout. What is not: the sound.
"""

# ruff: noqa: N802, N803, ARG002, T201 (the names are Surge's)

from __future__ import annotations

import ctypes
import math
import struct
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

BLOCK = 32
_HEADER = struct.Struct(">4sI4sI4sII28sI")
_CHUNK = struct.Struct("<4s7I")
_NONE = (-(2.0**31), 2.0**31 - 1)
constants = SimpleNamespace(
    cg_GLOBAL=0, cg_OSC=2, cg_MIX=3, cg_FILTER=4, cg_ENV=5, cg_LFO=6, cg_FX=7,
    ms_velocity=1, ms_keytrack=2, ms_ctrl1=7, ms_filtereg=16, ms_lfo1=17, ms_slfo1=23,
)  # fmt: skip
_SOURCES = {v: k for k, v in vars(constants).items() if k.startswith("ms_")}

OSC_TYPES: dict[int, list[tuple[str, str, float, float, float]]] = {
    0: [("Shape", "float", -1, 1, 0), ("Width", "float", 0, 1, 0.5), ("Unison Voices", "int", 1, 16, 1)],
    1: [("Behaviour", "int", 0, 2, 0), ("Feedback", "float", -1, 1, 0), ("-", "", 0, 0, 0)],
    2: [("Morph", "float", 0, 1, 0), ("Skew", "float", -1, 1, 0), ("-", "", 0, 0, 0)],
    3: [("Gain", "float", -48, 48, 0), ("-", "", 0, 0, 0), ("-", "", 0, 0, 0)],
}
FX_TYPES: dict[int, list[tuple[str, str, float, float, float]]] = {
    0: [("-", "", 0, 0, 0)] * 2,
    1: [("Time", "float", -8, 1, -2), ("Mix", "float", 0, 1, 0.3)],
    2: [("Kind", "int", 0, 1, 0), ("Amount", "float", 0, 1, 0.5)],
}
KINDS = {0: (0.0, 1.0), 1: (-12.0, 12.0)}
"""Range of the second parameter of effect 2, by the first."""
_NAMES = {
    "type": ["Classic", "Sine", "Wavetable", "Audio In"],
    "fx": ["Off", "Delay", "Airwindows"],
    "filter": ["Off", "LP 12 dB", "HP 12 dB"],
    "config": ["Serial", "Wide"],
    "shape": ["Sine", "Triangle", "Square", "Sawtooth", "Noise"],
}


class _Id:
    def __init__(self, number: int) -> None:
        self._number = number

    def getSynthSideId(self) -> int:
        return self._number


class _Named:
    def __init__(self, name: str, number: int) -> None:
        self._name, self._id = name, _Id(number)

    def getName(self) -> str:
        return self._name

    def getId(self) -> _Id:
        return self._id


class _Source:
    def __init__(self, number: int) -> None:
        self.number = number


class _Parameter:
    def __init__(self, name: str, label: str, group: tuple[int, int, int], kind: str, span: Any) -> None:
        self.name, self.label, self.group, self.kind = name, label, group, kind
        self.low, self.high, self.default = (float(end) for end in span)
        self.value = self.default
        self.routings: list[dict[str, str]] = []
        self.attributes: dict[str, str] = {}


def _layout() -> list[_Parameter]:
    c, found = constants, []

    def add(name: str, label: str, cg: int, entry: int, scene: int, kind: str, *span: float) -> None:
        found.append(_Parameter(name, label, (cg, entry, scene), kind, span))

    add("volume", "Global Volume", c.cg_GLOBAL, 0, 0, "float", -48, 6, -2.03)
    add("scene_active", "Active Scene", c.cg_GLOBAL, 0, 0, "int", 0, 1, 0)
    add("scenemode", "Scene Mode", c.cg_GLOBAL, 0, 0, "int", 0, 3, 0)
    add("fx_bypass", "FX Chain Bypass", c.cg_GLOBAL, 0, 0, "int", 0, 3, 0)
    for fx in (1, 2):
        add(f"fx{fx}_type", "FX Type", c.cg_FX, fx, 0, "int", 0, 2, 0)
        for n in range(2):
            add(f"fx{fx}_p{n}", "-", c.cg_FX, fx, 0, "int", *_NONE, 0)
    for scene, letter in ((1, "a"), (2, "b")):
        for o in (1, 2, 3):
            add(f"{letter}_osc{o}_type", f"Osc {o} Type", c.cg_OSC, o, scene, "int", 0, 3, 0)
            add(f"{letter}_osc{o}_octave", f"Osc {o} Octave", c.cg_OSC, o, scene, "int", -3, 3, 0)
            add(f"{letter}_osc{o}_pitch", f"Osc {o} Pitch", c.cg_OSC, o, scene, "float", -7, 7, 0)
            for n, (label, kind, *span) in enumerate(OSC_TYPES[0]):
                add(f"{letter}_osc{o}_param{n}", label, c.cg_OSC, o, scene, kind, *span)
            add(f"{letter}_osc{o}_retrigger", f"Osc {o} Retrigger", c.cg_OSC, o, scene, "bool", 0, 1, 0)
        add(f"{letter}_drift", "Drift", c.cg_OSC, 9, scene, "float", 0, 1, 0)
        for part in ("o1", "o2", "o3", "ring12", "ring23", "noise"):
            add(f"{letter}_level_{part}", "Level", c.cg_MIX, 0, scene, "float", 0, 1, 1)
            add(f"{letter}_mute_{part}", "Mute", c.cg_MIX, 0, scene, "bool", 0, 1, float(part != "o1"))
        add(f"{letter}_fb_config", "Filter Configuration", c.cg_FILTER, 0, scene, "int", 0, 1, 0)
        add(f"{letter}_filter2_type", "Filter 2 Type", c.cg_FILTER, 0, scene, "int", 0, 2, 0)
        add(f"{letter}_filter1_type", "Filter 1 Type", c.cg_FILTER, 0, scene, "int", 0, 2, 0)
        add(f"{letter}_filter1_subtype", "Subtype", c.cg_FILTER, 0, scene, "int", 0, 3, 0)
        add(f"{letter}_filter1_cutoff", "Cutoff", c.cg_FILTER, 0, scene, "float", -60, 70, 70)
        for e in (1, 2):
            for part, three in {"attack": (-8, 5, -8), "decay": (-8, 5, 0), "sustain": (0, 1, 1)}.items():
                add(f"{letter}_env{e}_{part}", part.title(), c.cg_ENV, e, scene, "float", *three)
            add(f"{letter}_env{e}_release", "Release", c.cg_ENV, e, scene, "float", -8, 5, -5)
        add(f"{letter}_lfo0_shape", "Shape", c.cg_LFO, 0, scene, "int", 0, 4, 0)
        add(f"{letter}_lfo0_rate", "Rate", c.cg_LFO, 0, scene, "float", -7, 9, 0)
    return found


class _Synth:
    def __init__(self, rate: float) -> None:
        print("an engine was made")  # the real one prints, too
        self.rate, self.clock = rate, 0
        self.parameters = _layout()
        self.by_name = {p.name: p for p in self.parameters}
        self.queued: dict[str, float] = {}
        self.heard = np.zeros((2, 4), np.float32)
        self.macros, self.labels = [0.0] * 8, ["-"] * 8
        self.sections: list[ET.Element] = []
        self.tables: dict[int, bytes] = {}
        self.meta = {"name": "Init Saw", "category": "Templates"}
        self.notes: list[dict[str, float]] = []
        for p in self.parameters:
            p.attributes = {"deactivated": "0"} if p.name == "a_lfo0_rate" else {}

    # parameters

    def getBlockSize(self) -> int:
        return BLOCK

    def getControlGroup(self, cg: int) -> Any:
        keys = sorted({p.group for p in self.parameters if p.group[0] == cg})
        entries = [
            SimpleNamespace(
                getScene=lambda key=key: key[2],
                getEntry=lambda key=key: key[1],
                getParams=lambda key=key: [
                    _Named(p.label, n) for n, p in enumerate(self.parameters) if p.group == key
                ],
            )
            for key in keys
        ]
        return SimpleNamespace(getEntries=lambda: entries)

    def _p(self, named: _Named) -> _Parameter:
        return self.parameters[named.getId().getSynthSideId()]

    def getParameterName(self, number: _Id) -> str:
        return self.parameters[number.getSynthSideId()].label

    def getParamMin(self, named: _Named) -> float:
        return float(self._p(named).low)

    def getParamMax(self, named: _Named) -> float:
        return float(self._p(named).high)

    def getParamVal(self, named: _Named) -> float:
        return float(np.float32(self._p(named).value))

    def getParamValType(self, named: _Named) -> str:
        return self._p(named).kind

    def getParamDisplay(self, named: _Named) -> str:
        p = self._p(named)
        for ending, key in (
            ("_filter1_type", "filter"),
            ("_filter2_type", "filter"),
            ("_lfo0_shape", "shape"),
            ("_fb_config", "config"),
        ):
            if p.name.endswith(ending):
                return _NAMES[key][round(p.value)]
        if p.name.endswith("_type"):
            return _NAMES["fx" if p.name.startswith("fx") else "type"][round(p.value)]
        if p.name.endswith(("_attack", "_decay", "_release")):
            seconds: float = 2.0**p.value
            return f"{seconds:.3f} s"
        return f"{p.value:.2f}"

    def setParamVal(self, named: _Named, value: float) -> None:
        p = self._p(named)
        value = value if math.isnan(value) else min(max(value, p.low), p.high)
        value = value if p.kind == "float" else float(round(value))
        if p.name.endswith("_filter1_subtype"):
            value = min(value, self.by_name[p.name.replace("subtype", "type")].value)
        if p.name.endswith("_type") and "filter" not in p.name:
            self.queued[p.name] = value
            return
        p.value = value
        if p.name.endswith("_filter1_type"):
            self.by_name[p.name.replace("type", "subtype")].value = min(
                1.0, value
            )  # it remembers another one
        self._kinds(p)

    def _kinds(self, p: _Parameter) -> None:
        if p.name.startswith("fx") and p.name.endswith("_p0") and p.kind == "int" and p.low > -1e9:
            other = self.by_name[p.name[:-1] + "1"]
            other.low, other.high = KINDS[round(p.value)]

    def _switch(self, name: str, value: float, *, reset: bool = True) -> None:
        self.by_name[name].value = value
        owner = name.removesuffix("_type")
        members = FX_TYPES if name.startswith("fx") else OSC_TYPES
        for n, (label, kind, low, high, default) in enumerate(members[round(value)]):
            p = self.by_name[f"{owner}_{'p' if name.startswith('fx') else 'param'}{n}"]
            p.label, p.kind = label, kind or "int"
            p.low, p.high = (low, high) if kind else _NONE
            p.default = default
            p.attributes = {"extend_range": "0"} if kind == "float" else {}
            if reset:
                p.value = default

    # modulation

    def getModSource(self, number: int) -> _Source:
        return _Source(number)

    def isValidModulation(self, named: _Named, source: _Source) -> bool:
        p = self._p(named)
        is_voice = _SOURCES[source.number] in ("ms_velocity", "ms_keytrack", "ms_filtereg", "ms_lfo1")
        return p.kind == "float" and p.low > -1e9 and (p.group[2] > 0 or not is_voice)

    # files

    def savePatch(self, path: str) -> None:
        root = ET.Element("patch", revision="16")
        ET.SubElement(root, "meta", self.meta)
        parameters = ET.SubElement(root, "parameters")
        for p in self.parameters:
            fx = p.name.partition("_")[0]
            if p.name == "fx_bypass" or (fx in ("fx1", "fx2") and not self.by_name[f"{fx}_type"].value):
                continue
            text = f"{p.value:.6f}" if p.kind == "float" else str(round(p.value))
            said = {"type": "2" if p.kind == "float" else "0", "value": text, **p.attributes}
            element = ET.SubElement(parameters, p.name, said)
            for routing in p.routings:
                ET.SubElement(element, "modrouting", routing)
        macros = ET.SubElement(root, "customcontroller")
        for n, value in enumerate(self.macros):
            ET.SubElement(
                macros, "entry", {"i": str(n), "bipolar": "0", "v": f"{value:.6f}", "label": self.labels[n]}
            )
        root.extend(self.sections)
        xml = ET.tostring(root)
        tables = [self.tables.get(n, b"") for n in range(6)]
        chunk = _CHUNK.pack(b"sub3", len(xml), *map(len, tables)) + xml + b"".join(tables)
        head = _HEADER.pack(b"CcnK", 0, b"FPCh", 1, b"cjs3", 1, 1, b"", len(chunk))
        Path(path).write_bytes(head + chunk)

    def loadPatch(self, path: str) -> bool:
        data = Path(path).read_bytes()
        if data[:4] != b"CcnK":
            return False
        _, size, *sizes = _CHUNK.unpack_from(data, _HEADER.size)
        at = _HEADER.size + _CHUNK.size
        root = ET.fromstring(data[at : at + size])
        at += size
        self.tables = {}
        for n, length in enumerate(sizes):
            if length:
                self.tables[n] = data[at : at + length]
            at += length
        self.meta = {**root.find("meta").attrib, "name": Path(path).name}  # type: ignore[union-attr]
        elements = {e.tag: e for e in root.find("parameters") or ()}
        for name in ("fx1_type", "fx2_type"):
            self._switch(name, 0.0)
        for name, e in elements.items():
            if name.endswith("_type") and "filter" not in name:
                self._switch(name, float(e.get("value", "0")), reset=False)
        for name, e in elements.items():
            p = self.by_name.get(name)
            if p is None:
                continue
            p.value = float(e.get("value", "0"))
            p.routings = [
                {k: m.get(k, "0") for k in ("source", "depth", "source_index") if k in m.attrib}
                for m in e.findall("modrouting")
            ]
            p.attributes = {k: v for k, v in e.attrib.items() if k not in ("type", "value")}
            self._kinds(p)
        for e in root.findall("customcontroller/entry"):
            self.macros[int(e.get("i", "0"))] = float(e.get("v", "0"))
            self.labels[int(e.get("i", "0"))] = e.get("label", "")
        known = ("meta", "parameters", "customcontroller", "patchpilot")
        self.sections = [e for e in root if e.tag not in known]
        return True

    # sound

    def createMultiBlock(self, n: int) -> Any:
        return np.zeros((2, BLOCK * n), np.float32)

    def playNote(self, channel: int, pitch: int, velocity: int, detune: int = 0) -> None:
        def phase(n: int) -> float:
            if self.by_name[f"a_osc{n}_retrigger"].value:
                return 0.0
            return float(ctypes.CDLL(None).rand() % 65536) / 65536

        phases = {n: phase(n) for n in (1, 2, 3)}
        self.notes.append(
            {
                "pitch": pitch,
                "velocity": velocity / 127,
                "t": self.clock,
                "off": math.inf,
                **{f"p{n}": v for n, v in phases.items()},
            }
        )

    def releaseNote(self, channel: int, pitch: int, velocity: int = 0) -> None:
        for note in self.notes:
            if note["pitch"] == pitch and note["off"] == math.inf:
                note["off"] = self.clock
                break

    def processMultiBlock(self, out: Any, start: int = 0, n: int = -1) -> None:
        assert out.dtype == np.float32
        assert out.flags.c_contiguous
        for name, value in self.queued.items():
            self._switch(name, value)
        self.queued.clear()
        count = (out.shape[1] // BLOCK - start if n < 0 else n) * BLOCK
        at = slice(start * BLOCK, start * BLOCK + count)
        mono = sum((self._note(note, count) for note in self.notes), np.zeros(count))
        out[:, at] = 10.0 ** (self.by_name["volume"].value / 20.0) * mono
        self.clock += count

    def processMultiBlockWithInput(self, heard: Any, out: Any, start: int = 0, n: int = -1) -> None:
        """What it hears passes half as loud, and four samples late, while a key is held."""
        self.processMultiBlock(out, start, n)
        count = (out.shape[1] // BLOCK - start if n < 0 else n) * BLOCK
        first = start * BLOCK
        self.heard = np.concatenate([self.heard[:, -4:], heard[:, first : first + count]], axis=1)
        if self.by_name["a_osc1_type"].value == 3 and self.notes:
            quiet = 1.0 - (self.by_name["fx1_p1"].value if self.by_name["fx1_type"].value == 1 else 0.0)
            out[:, first : first + count] = 0.5 * quiet * self.heard[:, :count]

    def _note(self, note: dict[str, float], count: int) -> Any:
        v = {name: p.value for name, p in self.by_name.items()}
        t = (self.clock + np.arange(count) - note["t"]) / self.rate
        attack, release = 2.0 ** v["a_env1_attack"], 2.0 ** v["a_env1_release"]
        decay = v["a_env1_sustain"] + (1 - v["a_env1_sustain"]) * np.exp(-t / 2.0 ** v["a_env1_decay"])
        level = np.minimum(t / attack, 1.0) * decay
        off = (note["off"] - note["t"]) / self.rate
        level = level * np.exp(-np.maximum(t - off, 0.0) / release * 5.0)
        sound = np.zeros(count)
        routed = sum(
            float(r["depth"]) * self.macros[0]
            for r in self.by_name["a_osc1_pitch"].routings
            if r["source"] == "7"
        )
        for o in (1, 2, 3):
            if v[f"a_mute_o{o}"] or v[f"a_osc{o}_type"] == 3:
                continue
            pitch = (
                note["pitch"]
                + 12 * v[f"a_osc{o}_octave"]
                + v[f"a_osc{o}_pitch"]
                + (routed if o == 1 else 0.0)
            )
            x = 440.0 * 2 ** ((pitch - 69) / 12) * t + note[f"p{o}"]
            if v[f"a_osc{o}_type"] == 0:
                shape = v[f"a_osc{o}_param0"]
                wave = (1 - abs(shape)) * np.tanh(8 * np.sin(2 * np.pi * x)) + shape * (2 * (x % 1.0) - 1)
            else:
                wave = np.sin(2 * np.pi * x + v[f"a_osc{o}_param1"] * np.sin(2 * np.pi * x))
            sound += v[f"a_level_o{o}"] * wave
        return note["velocity"] * level * sound * 0.3


def createSurge(sampleRate: float) -> _Synth:
    return _Synth(sampleRate)


def getVersion() -> str:
    return "1.3.standin"
