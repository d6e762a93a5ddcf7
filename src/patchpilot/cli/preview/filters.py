"""What is typed into the filter box: words to be found, and comparisons of numbers and options.

    glass pad                    rows whose name, source or note has both words
    note=60 velocity>0.8         the notes and velocities of the table; notes go by number or name (C4)
    source=preset                a part of the text, whatever its case
    osc_1_level>0.5              the stored value of a parameter, as in the labels
    env_1_attack<50ms            with a unit: the quantity that the instrument shows
    osc_1_destination="filter 2" an option by its name
    routings>=3                  how many modulation routings the patch has

Terms are separated by spaces; a row must suit all of them. `!` before a word leaves out what has it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.errors import ParameterError
from patchpilot.space import Parameter

Mask = npt.NDArray[np.bool_]
_COMPARISON = re.compile(r"^(\w+)(<=|>=|!=|=|<|>)(.*)$")
_NUMBER = re.compile(r"^([-+−]?\d*\.?\d+(?:e[-+]?\d+)?)\s*(\D*)$", re.IGNORECASE)
_NOTE = re.compile(r"^([a-g])([#♯b♭]?)(-?\d)$", re.IGNORECASE)
_SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SCALES = {"ms": ("s", 1e-3), "khz": ("hz", 1e3)}
"""Units that stand for a multiple of another."""
_OPERATORS: dict[str, Callable[[npt.NDArray[np.float64], float], Mask]] = {
    "<": lambda values, limit: (values < limit) & ~_near(values, limit),
    ">": lambda values, limit: (values > limit) & ~_near(values, limit),
    "<=": lambda values, limit: (values < limit) | _near(values, limit),
    ">=": lambda values, limit: (values > limit) | _near(values, limit),
    "=": lambda values, limit: _near(values, limit),
    "!=": lambda values, limit: ~_near(values, limit),
}


@dataclass(frozen=True)
class Word:
    """A text that a row has somewhere, or has not."""

    text: str
    is_wanted: bool = True


@dataclass(frozen=True)
class Comparison:
    """A field, how it is compared ("=", "<", …), and with what, as it was typed."""

    field: str
    operator: str
    value: str

    def number(self) -> tuple[float, str]:
        """What it is compared with, and the unit in lower case, "" for none.

        Raises:
            ParameterError: it is no number.
        """
        match = _NUMBER.match(self.value.strip())
        if match is None:
            raise ParameterError(f"{self.field}: expected a number, got {self.value!r}")
        return float(match[1].replace("−", "-")), match[2].strip().lower()

    def of_numbers(self, values: npt.ArrayLike) -> Mask:
        """Which of some plain numbers suit; raises `ParameterError`."""
        number, unit = self.number()
        if unit:
            raise ParameterError(f"{self.field} is a plain number: leave out {unit!r}")
        return _OPERATORS[self.operator](np.asarray(values, np.float64), number)

    def of_notes(self, notes: npt.ArrayLike) -> Mask:
        """Which of some MIDI notes suit: a number, or a name like C4; raises `ParameterError`."""
        name = _NOTE.match(self.value.strip())
        if name is None:
            return self.of_numbers(notes)
        shift = {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(name[2].lower(), 0)
        note = 12 * (int(name[3]) + 1) + _SEMITONES[name[1].lower()] + shift
        return _OPERATORS[self.operator](np.asarray(notes, np.float64), note)

    def of_texts(self, texts: Sequence[str]) -> Mask:
        """Which of some texts (in lower case) suit: those that hold the value; raises `ParameterError`."""
        if self.operator not in ("=", "!="):
            raise ParameterError(f"{self.field} is a text: it can be = or !=, not {self.operator}")
        held = holding(texts, self.value.strip().lower())
        return held if self.operator == "=" else ~held

    def of_parameter(self, values: npt.NDArray[np.floating], parameter: Parameter) -> Mask:
        """Which of the stored values of a parameter suit.

        Raises:
            ParameterError: neither a number nor an option of it, or another unit than it is shown in.
        """
        options = [option.lower() for option in parameter.options]
        if self.value.strip().lower() in options:
            limit = parameter.minimum + options.index(self.value.strip().lower())
            return _OPERATORS[self.operator](values.astype(np.float64), limit)
        if _NUMBER.match(self.value.strip()) is None and options:
            raise ParameterError(f"{self.field} is one of {', '.join(parameter.options)}, not {self.value!r}")
        number, unit = self.number()
        if not unit:
            return _OPERATORS[self.operator](values.astype(np.float64), number)
        base, scale = _SCALES.get(unit, (unit, 1.0))
        if base != parameter.unit.lower():
            shown = f"in {parameter.unit}" if parameter.unit else "without a unit"
            raise ParameterError(f"{self.field} is shown {shown}, not in {unit}")
        different, places = np.unique(values, return_inverse=True)
        quantities = np.array([parameter.shown(value) for value in different.tolist()])
        return _OPERATORS[self.operator](quantities[places], number * scale)


def terms(text: str) -> list[Word | Comparison]:
    """What the text of the filter box asks for.

    Raises:
        ParameterError: a quotation mark has no partner, or a comparison has nothing on its right.
    """
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.quotes, lexer.escape, lexer.commenters = True, '"', "", ""
    try:
        parts = list(lexer)
    except ValueError:
        raise ParameterError("a quotation mark has no partner") from None
    return [_term(part) for part in parts]


def holding(texts: Sequence[str], word: str) -> Mask:
    """Which of some texts hold a word; both in lower case."""
    return np.fromiter((word in text for text in texts), np.bool_, len(texts))


def _term(part: str) -> Word | Comparison:
    match = _COMPARISON.match(part)
    if match is None:
        return Word(part[1:].lower(), False) if part.startswith("!") and part[1:] else Word(part.lower())
    if not match[3].strip():
        raise ParameterError(f"{part}: what is {match[1]} compared with?")
    return Comparison(match[1], match[2], match[3])


def _near(values: npt.NDArray[np.float64], limit: float) -> Mask:
    """Equal as far as float32 tells."""
    return np.isclose(values, limit, rtol=1e-5, atol=1e-7)
