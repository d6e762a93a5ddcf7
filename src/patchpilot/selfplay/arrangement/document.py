"""An arrangement as text that a person edits, and back.

tempo = 128.0
seed = 1

[[section]]
name = "intro"
bars = 16
energy = [0.1, 0.35]
key = "A minor"

[[clip]]
moment = "take 12"
beat = 0.0
beats = 4.0
track = "lead"
framed = true
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from patchpilot.errors import ParameterError
from patchpilot.files import write_text
from patchpilot.selfplay.arrangement.arrangement import Arrangement, Clip
from patchpilot.selfplay.arrangement.form import Section
from patchpilot.selfplay.toml_text import FORMAT, check_keys, number, parsed, read_text, string
from patchpilot.space.key import Key

_TOP = ("format", "tempo", "seed", "section", "clip")
_SECTION = ("name", "bars", "energy", "key")
_CLIP = ("moment", "beat", "beats", "track", "semitones", "gain_db", "framed")


def to_text(arrangement: Arrangement) -> str:
    """TOML; `from_text` reads it. Equal arrangements have equal texts."""
    lines = [
        "# A song of Patch Pilot. Move, add and remove what you like; `patchpilot play arrange FILE` plays it again.",
        f"format = {FORMAT}",
        f"tempo = {number(arrangement.tempo_bpm)}",
        f"seed = {arrangement.seed}",
    ]
    for section in arrangement.sections:
        energy = ", ".join(number(value) for value in section.energy)
        lines += [
            "",
            "[[section]]",
            f"name = {string(section.name)}",
            f"bars = {section.bars}",
            f"energy = [{energy}]",
            f"key = {string(str(section.key))}",
        ]
    for clip in arrangement.clips:
        lines += [
            "",
            "[[clip]]",
            f"moment = {string(clip.moment)}",
            f"beat = {number(clip.beat)}",
            f"beats = {number(clip.beats)}",
            f"track = {string(clip.role)}",
        ]
        lines += [f"semitones = {clip.semitones}"] if clip.semitones else []
        lines += [f"gain_db = {number(clip.gain_db)}"] if clip.gain_db else []
        lines += ["framed = true"] if clip.is_framed else []
    return "\n".join(lines) + "\n"


def from_text(text: str) -> Arrangement:
    """The inverse of `to_text`.

    Raises:
        ParameterError: it is no TOML, a key is unknown or missing, or a value is not what was expected.
    """
    said = parsed(text, _TOP, "the arrangement")
    sections = [_section(some, k + 1) for k, some in enumerate(_tables(said, "section"))]
    clips = [_clip(some, k + 1) for k, some in enumerate(_tables(said, "clip"))]
    clips.sort(key=lambda clip: (clip.beat, clip.role, clip.moment))
    try:
        return Arrangement(
            float(said.get("tempo", 120.0)), tuple(sections), tuple(clips), int(said.get("seed", 0))
        )
    except ParameterError:
        raise
    except (TypeError, ValueError):
        raise ParameterError("expected numbers for tempo and seed") from None


def read(path: Path) -> Arrangement:
    """Read a file; raises `ParameterError`, which names it."""
    return read_text(path, from_text)


def write(arrangement: Arrangement, path: Path) -> None:
    """Write a file; raises `OutputError`."""
    write_text(path, to_text(arrangement))


def _section(said: Mapping[str, Any], number: int) -> Section:
    where = f"section {number}"
    check_keys(said, _SECTION, where)
    try:
        low, high = (float(value) for value in said["energy"])
        return Section(str(said["name"]), _whole(said["bars"]), (low, high), Key.parse(str(said["key"])))
    except KeyError as error:
        raise ParameterError(f"{where}: expected {error.args[0]!r}") from None
    except ParameterError as error:
        raise ParameterError(f"{where}: {error}") from None
    except (TypeError, ValueError):
        raise ParameterError(f"{where}: expected bars = 8, energy = [0.2, 0.5], got {dict(said)}") from None


def _clip(said: Mapping[str, Any], number: int) -> Clip:
    where = f"clip {number}"
    check_keys(said, _CLIP, where)
    try:
        return Clip(
            str(said["moment"]),
            float(said["beat"]),
            float(said["beats"]),
            str(said["track"]),
            _whole(said.get("semitones", 0)),
            float(said.get("gain_db", 0.0)),
            said.get("framed", False) is True,
        )
    except KeyError as error:
        raise ParameterError(f"{where}: expected {error.args[0]!r}") from None
    except ParameterError as error:
        raise ParameterError(f"{where}: {error}") from None
    except (TypeError, ValueError):
        raise ParameterError(f"{where}: expected numbers for beat, beats, semitones and gain_db") from None


def _tables(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = said.get(name, [])
    if not isinstance(found, list) or not all(isinstance(some, dict) for some in found):
        raise ParameterError(f"expected [[{name}]] tables")
    return found


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value
