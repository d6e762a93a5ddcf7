"""What Live calls things, in its versions: names of parameters are matched by their words, then by known renamings.

Versions up to 12.0 say "Filter 1 Freq" where 12.4 says "Flt 1 Freq"; some devices say "Dry Wet", others "Dry/Wet".
Numbers of parameters are never relied on: they differ between versions, too.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

_WORDS = {
    "filter": "flt",
    "frequency": "freq",
    "resonance": "res",
    "transpose": "transp",
    "position": "pos",
    "oscillator": "osc",
    "envelope": "env",
    "amount": "amt",
    "threshold": "thresh",
    "center": "centre",
    "level": "gain",
}
"""Words that mean the same."""
_RENAMED: tuple[tuple[str, ...], ...] = (
    *((f"{n} Q {curve}", f"{n} Resonance {curve}") for n in range(1, 9) for curve in "AB"),
    ("Output", "Output Gain", "Out Gain"),
    ("Filter Slope", "Slope"),
    ("Osc 1 Pos", "Osc 1 Wavetable Position", "Osc 1 WT Pos"),
    ("Osc 2 Pos", "Osc 2 Wavetable Position", "Osc 2 WT Pos"),
    ("Stereo Width", "Width"),
    ("Unison Amount", "Unison Amt"),
    ("Sub Gain", "Sub Osc Gain"),
)
"""What words do not tell."""
CLASSES: Mapping[str, str] = {
    "EQ Eight": "Eq8",
    "EQ Three": "FilterEQ3",
    "Compressor": "Compressor2",
    "Glue Compressor": "GlueCompressor",
    "Multiband Dynamics": "MultibandDynamics",
    "Limiter": "Limiter",
    "Utility": "StereoGain",
    "Auto Filter": "AutoFilter2",
    "Auto Pan": "AutoPan",
    "Saturator": "Saturator",
    "Chorus-Ensemble": "Chorus2",
    "Phaser-Flanger": "PhaserNew",
    "Echo": "Echo",
    "Delay": "Delay",
    "Reverb": "Reverb",
    "Wavetable": "InstrumentVector",
    "Operator": "Operator",
    "Analog": "UltraAnalog",
    "Simpler": "OriginalSimpler",
    "Drift": "Drift",
}
"""Devices as the browser calls them, and as Live's API does, whatever a user calls them."""


@cache
def words(name: str) -> tuple[str, ...]:
    """A name without what differs between versions."""
    found = re.findall(r"[a-z0-9]+", name.lower())
    return tuple(_WORDS.get(word, word) for word in found)


@cache
def _groups() -> Mapping[tuple[str, ...], frozenset[tuple[str, ...]]]:
    from patchpilot.modules.collection.live_devices import DEVICES

    known = [*_RENAMED, *(p.names for device in DEVICES for p in device.parameters)]
    found: dict[tuple[str, ...], frozenset[tuple[str, ...]]] = {}
    for names in known:
        alike = frozenset(map(words, names))
        for name in alike:
            found[name] = found.get(name, frozenset()) | alike
    return found


def matches(wanted: str, names: Sequence[str]) -> list[int]:
    """Which of the names are meant: exactly, else in any case, else by words, else by a known renaming."""
    for fits in (_same, _same_letters, _same_words, _renamed):
        if found := [k for k, name in enumerate(names) if fits(wanted, name)]:
            return found
    return []


def near(wanted: str, names: Iterable[str]) -> str:
    """ "; did you mean 'X'?", or a full stop."""
    by_low = {name.lower(): name for name in names}
    close = difflib.get_close_matches(wanted.lower(), by_low, n=2, cutoff=0.5)
    return f"; did you mean {' or '.join(repr(by_low[name]) for name in close)}?" if close else "."


def _same(a: str, b: str) -> bool:
    return a == b


def _same_letters(a: str, b: str) -> bool:
    return a.strip().casefold() == b.strip().casefold()


def _same_words(a: str, b: str) -> bool:
    return words(a) == words(b) and bool(words(a))


def _renamed(a: str, b: str) -> bool:
    return words(b) in _groups().get(words(a), frozenset())
