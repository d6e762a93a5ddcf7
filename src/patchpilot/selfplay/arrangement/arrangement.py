"""The `Arrangement` noun: which moment is heard when, as data that a person edits; `document` is its text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from patchpilot.errors import ParameterError
from patchpilot.selfplay.arrangement.form import BEATS_PER_BAR, Section
from patchpilot.selfplay.arrangement.moment import ROLES


@dataclass(frozen=True)
class Clip:
    """A moment at a place in a song.

    Attributes:
        moment: its name.
        beat: when it begins.
        beats: > 0, how long it has the place; it rings on for a beat at most.
        role: track that it is on.
        semitones: by which it is moved.
        gain_db: beside what the mix gives it.
        is_framed: whether the bed goes down for it.
    """

    moment: str
    beat: float
    beats: float
    role: str
    semitones: int = 0
    gain_db: float = 0.0
    is_framed: bool = False

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ParameterError(
                f"clip {self.moment}: expected a track of {', '.join(ROLES)}, got {self.role!r}"
            )
        if self.beat < 0.0 or self.beats <= 0.0 or abs(self.gain_db) > 60.0 or abs(self.semitones) > 24:
            raise ParameterError(
                f"clip {self.moment} at beat {self.beat:g}: expected beat >= 0, beats > 0, at most 24 semitones and "
                f"60 dB, got beats = {self.beats:g}, semitones = {self.semitones}, gain_db = {self.gain_db:g}"
            )


@dataclass(frozen=True)
class Arrangement:
    """A song.

    Attributes:
        tempo_bpm: 20 to 300.
        sections: in their order.
        clips: in the order of their beats.
        seed: that it was made with.

    Raises:
        ParameterError: the tempo is out of its range, or a clip begins after the end.
    """

    tempo_bpm: float
    sections: tuple[Section, ...]
    clips: tuple[Clip, ...]
    seed: int = 0

    def __post_init__(self) -> None:
        if not 20.0 <= self.tempo_bpm <= 300.0:
            raise ParameterError(f"expected a tempo from 20 to 300 beats a minute, got {self.tempo_bpm!r}")
        if not self.sections:
            raise ParameterError("expected at least one section")
        for clip in self.clips:
            if clip.beat >= self.beats:
                raise ParameterError(
                    f"clip {clip.moment}: begins at beat {clip.beat:g}, but the song ends at {self.beats}"
                )

    @property
    def beats(self) -> int:
        """Its length in beats."""
        return BEATS_PER_BAR * sum(section.bars for section in self.sections)

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return self.beats * 60.0 / self.tempo_bpm

    def check(self, moments: Collection[str]) -> None:
        """Make sure that all its moments are there.

        Raises:
            ParameterError: some are not; says which.
        """
        if missing := sorted({clip.moment for clip in self.clips} - set(moments)):
            more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            raise ParameterError(
                f"the arrangement plays {', '.join(missing[:3])}{more}, which are not there: was the bank changed, or "
                "a name mistyped?"
            )
