"""Names of notes, chords and scales. C4 is MIDI 60."""

from __future__ import annotations

import re
from collections.abc import Mapping

from patchpilot.errors import ParameterError

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_NOTE = re.compile(r"([A-Ga-g])([#b]*)(-?\d{1,2})")

SCALES: Mapping[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "chromatic": tuple(range(12)),
}
"""Semitones above the root, by name."""

CHORDS: Mapping[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "m": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "5": (0, 7),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "add9": (0, 4, 7, 14),
    "9": (0, 4, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m9": (0, 3, 7, 10, 14),
}
"""Semitones above the root, by the symbol after the root's name."""


def pitch_of(name: str) -> int:
    """The MIDI note of a name: "C4" (60), "F#3", "Bb2", "C-1" (0).

    Raises:
        ParameterError: it is no note, or not from 0 to 127.
    """
    match = _NOTE.fullmatch(name)
    if match is None:
        raise ParameterError(f"expected a note as C4, F#3 or Bb2, got {name!r}")
    letter, signs, octave = match.groups()
    pitch = _LETTERS[letter.upper()] + signs.count("#") - signs.count("b") + 12 * (int(octave) + 1)
    if not 0 <= pitch <= 127:
        raise ParameterError(f"expected a note from C-1 to G9, got {name!r}")
    return pitch


def name_of(pitch: int) -> str:
    """The inverse of `pitch_of`, with sharps."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def chord_of(name: str) -> tuple[int, ...]:
    """MIDI notes, rising: of a note ("C3"), of several ("C3+E3+G3"), or of a root and a chord ("C3:m7").

    Raises:
        ParameterError: there is no such note or chord, or it leaves MIDI's range.
    """
    root, colon, symbol = name.partition(":")
    if not colon:
        return tuple(sorted({pitch_of(note) for note in name.split("+")}))
    if symbol not in CHORDS:
        raise ParameterError(f"{name}: expected a chord of {', '.join(CHORDS)}, got {symbol!r}")
    pitches = tuple(pitch_of(root) + step for step in CHORDS[symbol])
    if pitches[-1] > 127:
        raise ParameterError(f"{name}: expected a chord up to G9; choose a lower octave")
    return pitches


def degree(root: int, scale: str, number: int) -> int:
    """The MIDI note of a scale's degree, 0 for the root, negative below it; by octaves into 0..127.

    Raises:
        ParameterError: there is no such scale.
    """
    if scale not in SCALES:
        raise ParameterError(f"expected a scale of {', '.join(SCALES)}, got {scale!r}")
    steps = SCALES[scale]
    octave, place = divmod(number, len(steps))
    pitch = root + 12 * octave + steps[place]
    while pitch > 127:
        pitch -= 12
    while pitch < 0:
        pitch += 12
    return pitch
