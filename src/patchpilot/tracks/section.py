"""A part of a track."""

from __future__ import annotations

from dataclasses import dataclass

LABELS = ("intro", "breakdown", "buildup", "drop", "outro")
"""What a section may be; a "drop" is whatever runs at full energy, wherever it stands."""


@dataclass(frozen=True)
class Section:
    """A part of a track.

    Attributes:
        label: one of `LABELS`.
        start_s: s; on a bar line where the track has a grid.
        end_s: s, where the next begins or the track ends.
    """

    label: str
    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s
