"""Keys as people write them."""

from __future__ import annotations

import re

from patchpilot.audio.chroma import NOTES

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_KEY = re.compile(
    r"(?P<letter>[A-Ga-g])(?P<sign>#|b|♯|♭|sharp|flat)?[ _-]?"
    r"(?P<mode>m|M|min|maj|minor|major|Min|Maj|Minor|Major|MIN|MAJ|MINOR|MAJOR)?"
)


def parsed(text: str) -> str:
    """A key as "A minor", "F# major", or "C" where the mode is not said; "" where it is no key.

    >>> parsed("Am"), parsed("Bb maj"), parsed("f#"), parsed("H")
    ('A minor', 'A# major', 'F#', '')
    """
    found = _KEY.fullmatch(text.strip())
    if found is None:
        return ""
    sign = {None: 0, "#": 1, "♯": 1, "sharp": 1}.get(found["sign"], -1)
    note = NOTES[(_LETTERS[found["letter"].upper()] + sign) % 12]
    mode = found["mode"]
    if mode is None:
        return note
    is_minor = mode == "m" or mode.lower().startswith("min")
    return f"{note} {'minor' if is_minor else 'major'}"


def transposed(key: str, semitones: float) -> str:
    """A key of `parsed` some semitones higher; "" where they are not whole, or the key is not known.

    >>> transposed("A minor", 3), transposed("C", -1), transposed("C major", 0.5)
    ('C minor', 'B', '')
    """
    if not key or semitones != round(semitones):
        return ""
    note, *mode = key.split(" ")
    return " ".join([NOTES[(NOTES.index(note) + round(semitones)) % 12], *mode])
