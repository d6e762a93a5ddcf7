"""Keys of music: their tones, how near they are, and how far notes must move to fit into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from patchpilot.errors import ParameterError
from patchpilot.space.harmony import NAMES, SCALES

_ORDER = (0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, 6)
"""Semitones by which notes may move, the nearest first."""


@dataclass(frozen=True)
class Key:
    """A root and a scale, written "A minor".

    Attributes:
        root: 0..11, of the pitch class; 0 is C.
        scale: "major" or "minor".
    """

    root: int
    scale: str = "minor"

    @classmethod
    def parse(cls, text: str) -> Key:
        """The key of a text.

        Raises:
            ParameterError: it is none.
        """
        note, _, scale = text.strip().partition(" ")
        note = note[:1].upper() + note[1:]
        if note not in NAMES or scale not in ("major", "minor"):
            raise ParameterError(f'expected a key as "A minor" or "F# major", got {text!r}')
        return cls(NAMES.index(note), scale)

    def __str__(self) -> str:
        return f"{NAMES[self.root]} {self.scale}"

    @property
    def tones(self) -> frozenset[int]:
        """Its seven pitch classes."""
        return frozenset((self.root + step) % 12 for step in SCALES[self.scale])

    def fifths(self, steps: int) -> Key:
        """The key so many steps on along the circle of fifths; each step changes one tone."""
        return Key((self.root + 7 * steps) % 12, self.scale)

    def apart(self, other: Key) -> int:
        """How many tones it does not share with another, 0 to 5; up to one is compatible."""
        return len(self.tones - other.tones)


def shift(pitches: Sequence[int], key: Key) -> int:
    """By how many semitones notes must move, at least, so that all are tones of a key.

    What fits nowhere (a diminished seventh in a major key) stays where it is.

    Returns:
        -5 to 6.
    """
    tones = key.tones
    for semitones in _ORDER:
        if all((pitch + semitones) % 12 in tones for pitch in pitches):
            return semitones
    return 0


def fits(pitches: Sequence[int], key: Key) -> bool:
    """Whether all notes are tones of a key."""
    return all(pitch % 12 in key.tones for pitch in pitches)


def best_key(all_pitches: Iterable[Sequence[int]]) -> Key:
    """The minor key for which notes move least; the one that comes first from A on, of equals.

    Args:
        all_pitches: MIDI notes of each sound that has a key.
    """
    known = [tuple(pitches) for pitches in all_pitches]
    keys = [Key((9 + step) % 12) for step in range(12)]
    return min(keys, key=lambda key: sum(abs(shift(pitches, key)) for pitches in known))
