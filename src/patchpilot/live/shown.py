"""What Live's display says, as numbers: "2.50 kHz" is 2500 Hz, "-inf dB" is silence, "30L" is 30 to the left."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_UNITS: dict[str, tuple[str, float]] = {
    "khz": ("Hz", 1000.0),
    "hz": ("Hz", 1.0),
    "s": ("ms", 1000.0),
    "sec": ("ms", 1000.0),
    "ms": ("ms", 1.0),
    "µs": ("ms", 0.001),
    "us": ("ms", 0.001),
    "db": ("dB", 1.0),
    "%": ("%", 1.0),
    "st": ("st", 1.0),
    "semitones": ("st", 1.0),
    "ct": ("ct", 1.0),
    "cents": ("ct", 1.0),
    "°": ("°", 1.0),
    "deg": ("°", 1.0),
    "degrees": ("°", 1.0),
    "bpm": ("BPM", 1.0),
    "beats": ("beats", 1.0),
    "x": ("", 1.0),
    "": ("", 1.0),
}
"""Units as Live writes them: the one that they are told in, and its factor."""
_NUMBER = re.compile(r"([+−-]?)\s*(\d+(?:[.,]\d+)?|\.\d+|inf|∞)\s*(\D*)", re.IGNORECASE)
_RATIO = re.compile(r"\s*:\s*1$")
_SIDE = re.compile(r"(\d+(?:\.\d+)?)\s*([LR])")


@dataclass(frozen=True)
class Shown:
    """A display.

    Attributes:
        text: as it is.
        number: in `unit`; None where it is a word.
        unit: "Hz", "ms", "dB", …; "" for a plain number, "L/R" for a side (-50 is left).
        step: what the last digit is worth, in `unit`.
    """

    text: str
    number: float | None = None
    unit: str = ""
    step: float = 0.0


def read(text: str) -> Shown:
    """A display's text as a number, if it is one."""
    said = text.strip()
    if said == "C":
        return Shown(text, 0.0, "L/R", 1.0)
    if side := _SIDE.fullmatch(said):
        return Shown(text, float(side[1]) * (-1.0 if side[2] == "L" else 1.0), "L/R", 1.0)
    match = _NUMBER.fullmatch(_RATIO.sub("", said))
    unit = _UNITS.get(match[3].strip().lower()) if match else None
    if match is None or unit is None:
        return Shown(text)
    digits = match[2].replace(",", ".")
    sign = -1.0 if match[1] in ("-", "−") else 1.0
    if digits.lower() in ("inf", "∞"):
        return Shown(text, sign * math.inf, unit[0], 0.0)
    _, _, after = digits.partition(".")
    return Shown(text, sign * float(digits) * unit[1], unit[0], 10.0 ** -len(after) * unit[1])


def told(number: float, unit: str) -> tuple[float, str]:
    """A number in the unit that `Shown` has: 0.25 s is 250 ms."""
    base, factor = _UNITS.get(unit.lower(), (unit, 1.0))
    return number * factor, base


def is_option(text: str, wanted: str) -> bool:
    """Whether a display shows an option, whatever the case and the spaces."""
    return re.sub(r"\W+", "", text).casefold() == re.sub(r"\W+", "", wanted).casefold()
