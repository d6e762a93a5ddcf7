"""A score and the presets that play it, as text that a person edits: the template of a level.

tempo = 120.0
bars = 2
key = "A minor"
instrument = "vital"

[[part]]
name = "kick"
preset = "kick.vital"
note = 36
hold_s = 0.4
gain_db = -12.0
strikes = [            # beat, beats, dB, semitones
  [0.0, 1.0, 0.0, 0],
]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot.errors import ParameterError
from patchpilot.files import write_text
from patchpilot.selfplay.levels.pattern import Part, Score, Strike
from patchpilot.selfplay.toml_text import FORMAT, check_keys, number, parsed, read_text, string

_TOP = ("format", "tempo", "bars", "key", "instrument", "first_beat_s", "length_s", "part")
_PART = ("name", "preset", "note", "hold_s", "gain_db", "velocity", "strikes")


@dataclass(frozen=True)
class Template:
    """From which endless material of one style is made.

    Attributes:
        score: the pattern.
        instrument: name of what plays it.
        presets: of the parts, by name: files beside the text.
        velocities: of the parts, by name, 0..1.
    """

    score: Score
    instrument: str
    presets: Mapping[str, str]
    velocities: Mapping[str, float]


def to_text(template: Template) -> str:
    """TOML; `from_text` reads it."""
    score = template.score
    lines = [
        "# A level's template. Change what you like; `patchpilot level generate` makes new bars of it.",
        f"format = {FORMAT}",
        f"tempo = {float(score.tempo_bpm)!r}",
        f"bars = {score.bars}",
        f"key = {string(score.key)}",
        f"instrument = {string(template.instrument)}",
        f"first_beat_s = {float(score.first_beat_s)!r}",
        f"length_s = {float(score.length_s)!r}",
    ]
    for part in score.parts:
        lines += [
            "",
            "[[part]]",
            f"name = {string(part.name)}",
            f"preset = {string(template.presets[part.name])}",
            f"note = {part.note}",
            f"hold_s = {float(part.hold_s)!r}",
            f"gain_db = {number(part.gain_db)}",
            f"velocity = {float(template.velocities[part.name])!r}",
            "strikes = [  # beat, beats, dB, semitones",
            *(
                f"  [{number(s.beat)}, {number(s.beats)}, {number(s.level_db)}, {int(s.semitones)}],"
                for s in part.strikes
            ),
            "]",
        ]
    return "\n".join(lines) + "\n"


def from_text(text: str) -> Template:
    """The inverse of `to_text`.

    Raises:
        ParameterError: it is no TOML, a key is unknown or missing, or a value is not what was expected.
    """
    said = parsed(text, _TOP, "the template")
    parts: list[Part] = []
    presets: dict[str, str] = {}
    velocities: dict[str, float] = {}
    for place, some in enumerate(said.get("part", []), start=1):
        where = f"part {place}"
        check_keys(some, _PART, where)
        try:
            part = Part(
                str(some["name"]),
                int(some["note"]),
                float(some["hold_s"]),
                float(some.get("gain_db", -12.0)),
                tuple(_strike(row, where) for row in some["strikes"]),
            )
            presets[part.name], velocities[part.name] = str(some["preset"]), float(some.get("velocity", 0.8))
        except KeyError as error:
            raise ParameterError(f"{where}: expected {error.args[0]!r}") from None
        except (TypeError, ValueError) as error:
            raise ParameterError(f"{where}: expected numbers: {error}") from None
        parts.append(part)
    try:
        score = Score(
            float(said["tempo"]),
            int(said["bars"]),
            str(said.get("key", "")),
            tuple(parts),
            float(said.get("first_beat_s", 0.0)),
            float(said.get("length_s", 0.0)),
        )
    except KeyError as error:
        raise ParameterError(f"the template: expected {error.args[0]!r}") from None
    return Template(score, str(said.get("instrument", "vital")), presets, velocities)


def read(path: Path) -> Template:
    """Read a file; raises `ParameterError`, which names it."""
    return read_text(path, from_text)


def write(template: Template, path: Path) -> None:
    """Write a file; raises `OutputError`."""
    write_text(path, to_text(template))


def _strike(row: Any, where: str) -> Strike:
    if not isinstance(row, list) or not 2 <= len(row) <= 4:
        raise ParameterError(f"{where}: expected strikes as [beat, beats, dB, semitones], got {row!r}")
    padded = [*row, *(0.0, 0)[len(row) - 2 :]]
    return Strike(float(padded[0]), float(padded[1]), float(padded[2]), int(padded[3]))
