"""What is said of a loop beside its sound: in a sidecar file, or in its own name.

break.wav                  the sound
break.json, break.wav.json {"tempo_bpm": 120, "key": "Am", "first_beat_s": 0.0}, all of them optional
break.toml, break.wav.toml the same as TOML
break_120bpm_Am.wav        or so
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from patchpilot.errors import AudioError
from patchpilot.instruments.rack.material.key import parsed

LOWEST_BPM, HIGHEST_BPM = 20.0, 300.0
"""As of a performance."""
_TEMPO_NAMES = ("tempo_bpm", "bpm", "tempo")
_BPM = re.compile(
    r"(?<![\d.])(\d{2,3}(?:\.\d+)?)[ _-]?bpm(?![a-z])|(?<![a-z])bpm[ _-]?(\d{2,3}(?:\.\d+)?)(?!\d)", re.I
)
_PART = re.compile(r"[\s_\-.()\[\],]+")


@dataclass(frozen=True)
class Said:
    """What a file or a name says.

    Attributes:
        tempo_bpm: or None.
        key: as of `key.parsed`, or "".
        first_beat_s: seconds, or None.
    """

    tempo_bpm: float | None = None
    key: str = ""
    first_beat_s: float | None = None


def in_sidecar(path: Path) -> Said:
    """What the sidecar of a sound says; nothing where there is none.

    Raises:
        AudioError: there is one, but it is damaged, or a value is out of its range.
    """
    for suffix in (".json", ".toml"):
        for sidecar in (path.with_name(path.name + suffix), path.with_suffix(suffix)):
            if sidecar.is_file():
                return _of(sidecar, _read(sidecar))
    return Said()


def in_name(path: Path) -> Said:
    """What the name of a sound says; nothing where it says nothing.

    A tempo has "bpm" beside it. A key has its mode or its sign ("Am", "F#", "Bb_minor"); a letter alone counts where
    there is a tempo too, since it may be a number of a series otherwise.
    """
    found = _BPM.search(path.stem)
    tempo = float(found[1] or found[2]) if found else None
    if tempo is not None and not LOWEST_BPM <= tempo <= HIGHEST_BPM:
        tempo = None
    rest = _BPM.sub(" ", path.stem)
    parts = [part for part in _PART.split(rest) if part]
    pairs = [f"{a} {b}" for a, b in pairwise(parts) if len(b) > 1]
    for text in (*pairs, *reversed(parts)):
        key = parsed(text) if text[0].isupper() or len(text) > 1 else ""
        if key and (len(text) > 1 or tempo is not None):
            return Said(tempo, key)
    return Said(tempo)


def _read(sidecar: Path) -> Any:
    try:
        text = sidecar.read_text("utf-8")
        return tomllib.loads(text) if sidecar.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise AudioError(f"{sidecar}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, ValueError) as error:
        kind = sidecar.suffix[1:].upper()
        raise AudioError(
            f"{sidecar}: expected {kind} with tempo_bpm and key of the sound beside it: {error}; mend or remove it"
        ) from None


def _of(sidecar: Path, data: Any) -> Said:
    if not isinstance(data, Mapping):
        raise AudioError(f"{sidecar}: expected names with values (tempo_bpm, key), got {type(data).__name__}")
    tempo = next((data[name] for name in _TEMPO_NAMES if data.get(name) is not None), None)
    if tempo is not None and not (_is_number(tempo) and LOWEST_BPM <= tempo <= HIGHEST_BPM):
        raise AudioError(
            f"{sidecar}: expected a tempo from {LOWEST_BPM:g} to {HIGHEST_BPM:g} beats a minute, got {tempo!r}"
        )
    key = data.get("key") or ""
    if key and not (isinstance(key, str) and parsed(key)):
        raise AudioError(f'{sidecar}: expected a key such as "Am" or "F# major", got {key!r}')
    first = data.get("first_beat_s")
    if first is not None and not (_is_number(first) and 0.0 <= first < float("inf")):
        raise AudioError(f"{sidecar}: expected first_beat_s from 0 seconds on, got {first!r}")
    return Said(
        None if tempo is None else float(tempo),
        parsed(key) if key else "",
        None if first is None else float(first),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
