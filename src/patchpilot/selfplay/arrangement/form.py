"""The form of a song: sections, how long they are, and how their energy goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.space.key import Key

BEATS_PER_BAR = 4
MOST_BARS = 2000
_USUAL: tuple[tuple[str, float, float, float, bool], ...] = (
    ("intro", 2, 0.1, 0.35, False),
    ("build", 1, 0.35, 0.7, False),
    ("drop", 4, 0.9, 1.0, False),
    ("break", 2, 0.35, 0.2, True),
    ("build", 1, 0.3, 0.75, True),
    ("drop", 4, 0.95, 1.0, False),
    ("outro", 2, 0.5, 0.1, False),
)
"""Of dance music: name, share of the length in sixteenths, energy at its beginning and end, and whether it is in the
next key on the circle of fifths."""


@dataclass(frozen=True)
class Section:
    """A part of a song.

    Attributes:
        name: "intro", "build", "drop", "break", "outro", or another.
        bars: >= 1, of four beats.
        energy: at its beginning and its end, 0 to 1; it goes straight from one to the other.
        key: whose tones its moments have.

    Raises:
        ParameterError: a number is out of its range.
    """

    name: str
    bars: int
    energy: tuple[float, float]
    key: Key

    def __post_init__(self) -> None:
        if not 1 <= self.bars <= MOST_BARS:
            raise ParameterError(f"section {self.name}: expected 1 to {MOST_BARS} bars, got {self.bars!r}")
        if len(self.energy) != 2 or not all(0.0 <= value <= 1.0 for value in self.energy):
            raise ParameterError(
                f"section {self.name}: expected two energies from 0 to 1, got {list(self.energy)}"
            )


def usual_form(*, bars: int, key: Key) -> tuple[Section, ...]:
    """Intro, build, drop, break, build, drop and outro over a number of bars.

    Args:
        bars: >= 16, of all sections.
        key: of most of them; break and second build are a fifth higher, with six of its seven tones.

    Raises:
        ParameterError: there are too few or too many bars.
    """
    if not 16 <= bars <= MOST_BARS:
        raise ParameterError(f"expected a song of 16 to {MOST_BARS} bars, got {bars}")
    ends = np.round(np.cumsum([share for _, share, *_ in _USUAL]) * bars / 16.0).astype(int)
    lengths = np.diff(np.concatenate([[0], ends])).tolist()
    return tuple(
        Section(name, length, (low, high), key.fifths(1) if moves else key)
        for (name, _, low, high, moves), length in zip(_USUAL, lengths, strict=True)
    )


def bars_of(minutes: float, tempo_bpm: float) -> int:
    """The whole number of bars that is nearest to a length."""
    return round(minutes * tempo_bpm / BEATS_PER_BAR)


def energy_curve(sections: Sequence[Section]) -> F64:
    """The energy of each bar, float64 (bars,): of its middle."""
    parts = []
    for section in sections:
        at = (np.arange(section.bars) + 0.5) / section.bars
        parts.append(section.energy[0] + at * (section.energy[1] - section.energy[0]))
    return np.concatenate(parts) if parts else np.zeros(0)


def first_beats(sections: Sequence[Section]) -> list[int]:
    """The beat at which each section begins, and the song's end."""
    bars = np.cumsum([0, *(section.bars for section in sections)])
    return [int(bar) * BEATS_PER_BAR for bar in bars]


def section_at(sections: Sequence[Section], beat: float) -> int:
    """The number of the section that a beat lies in; the last one's after the end."""
    starts = first_beats(sections)[:-1]
    return max(0, int(np.searchsorted(starts, beat, side="right")) - 1)
