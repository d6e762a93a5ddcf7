"""The `Move` noun: what a fix asks of a DAW, in the DAW's own words. Files of them are plain JSON.

Move("Lead", "EQ Eight", "3 Gain A", -2.5, "dB", reason="your drops have +3.1 dB at 320 Hz")
Move("Lead", MIXER, "volume", 0.7, "raw")
Move("", SONG, "tempo", 138.0, "BPM")
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from patchpilot.errors import ParameterError
from patchpilot.files import write_text
from patchpilot.space.canonical import Json

FORMAT = "patchpilot-moves-1"
MIXER = "mixer"
"""As a device: a track's own volume, pan, mute, solo, arm and sends ("send A")."""
SONG = "song"
"""As a device of the track "": tempo, metronome, loop, playing, …"""
RAW = "raw"
"""As a unit: the number that the DAW stores."""
UNITS = ("", RAW, "dB", "Hz", "kHz", "ms", "s", "%", "st", "ct", "°", "BPM", "beats", "L/R")
"""Of what the DAW shows; "" for a plain number, or an option."""
_MAX_BYTES = 8 * 2**20


@dataclass(frozen=True)
class Move:
    """One knob to one value.

    Attributes:
        track: name of the track; "#3" is the third; "" for the song.
        device: as the browser calls it ("EQ Eight"), as the user named it, or its class ("Eq8"); "EQ Eight #2" is the
            second of that kind; `MIXER` and `SONG` are no devices.
        parameter: the DAW's name of it.
        value: in `unit`; of a switch 0 or 1.
        unit: one of `UNITS`.
        was: what the maker of the move believes it to be at now, in `unit`; None where it does not know.
        reason: a sentence for the user.
        confidence: 0..1.
        option: name of an option ("High Shelf") in place of the value.

    Raises:
        ParameterError: a number is not finite, the confidence is not from 0 to 1, or the unit is unknown.
    """

    track: str
    device: str
    parameter: str
    value: float = 0.0
    unit: str = ""
    was: float | None = None
    reason: str = ""
    confidence: float = 1.0
    option: str = ""

    def __post_init__(self) -> None:
        for name in ("value", "was"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise ParameterError(f"{self.title}: expected a finite number for {name}, got {number}")
        if not 0.0 <= self.confidence <= 1.0:
            raise ParameterError(f"{self.title}: expected a confidence from 0 to 1, got {self.confidence:g}")
        if self.unit not in UNITS:
            known = ", ".join(unit or '""' for unit in UNITS)
            raise ParameterError(f"{self.title}: expected one of the units {known}, got {self.unit!r}")
        if not self.device or not self.parameter:
            raise ParameterError(f"{self.title}: expected a device and a parameter")

    @property
    def title(self) -> str:
        """Where it is: "Lead, EQ Eight, 3 Gain A"."""
        return ", ".join(part for part in (self.track, self.device, self.parameter) if part)

    @property
    def target(self) -> str:
        """To what: "-2.5 dB", or the option."""
        return self.option or f"{self.value:g} {self.unit}".rstrip()

    def to_json(self) -> Json:
        """Plain JSON; what is usual is left out."""
        usual = {field.name: field.default for field in dataclasses.fields(self)}
        kept = () if self.option else ("value",)
        return {k: v for k, v in dataclasses.asdict(self).items() if usual[k] != v or k in kept}


def move_of(data: Json) -> Move:
    """The inverse of `Move.to_json`.

    Raises:
        ParameterError: it is no object, or a part is missing, unknown or of another kind.
    """
    if not isinstance(data, dict):
        raise ParameterError(f"expected a move as an object, got {type(data).__name__}")
    fields = {field.name: field for field in dataclasses.fields(Move)}
    if unknown := sorted(set(data) - set(fields)):
        raise ParameterError(f"a move has no {', '.join(unknown)}, only {', '.join(fields)}")
    if missing := [name for name in ("track", "device", "parameter") if name not in data]:
        raise ParameterError(f"a move lacks {', '.join(missing)}")
    for name, value in data.items():
        is_number = name in ("value", "was", "confidence")
        fits = isinstance(value, int | float if is_number else str) and not isinstance(value, bool)
        if not fits and not (name == "was" and value is None):
            raise ParameterError(f"expected {'a number' if is_number else 'text'} for {name}, got {value!r}")
    if "value" not in data and not data.get("option"):
        raise ParameterError("a move needs a value or an option")
    return Move(**data)


def read_moves(path: Path | str) -> list[Move]:
    """The moves of a file: an object with "moves", or the list alone.

    Raises:
        ParameterError: it cannot be read, or a move of it is none; the message says which.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ParameterError(f"{path}: expected a file of moves, got one of more than 8 MiB")
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ParameterError(f"cannot read {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise ParameterError(f"{path}: expected moves as JSON: {error}") from None
    listed = data.get("moves") if isinstance(data, dict) else data
    if not isinstance(listed, list):
        raise ParameterError(f'{path}: expected {{"moves": […]}} or a list of moves')
    moves = []
    for number, said in enumerate(listed, 1):
        try:
            moves.append(move_of(said))
        except ParameterError as error:
            raise ParameterError(f"{path}, move {number}: {error}") from None
    return moves


def write_moves(moves: Iterable[Move], path: Path | str) -> None:
    """Write a file of moves; raises `OutputError`."""
    said = {"format": FORMAT, "moves": [move.to_json() for move in moves]}
    write_text(Path(path), json.dumps(said, indent=1, ensure_ascii=False) + "\n")
