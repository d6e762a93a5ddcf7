"""The pattern of a level: for each part where it is struck, how hard, and how high, as text that a person edits."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.selfplay.levels.analysis import Taken

STEPS_PER_BEAT = 4
BEATS_PER_BAR = 4


@dataclass(frozen=True)
class Strike:
    """A part struck once.

    Attributes:
        beat: when, from the loop's first beat on; may lie beside the grid.
        beats: > 0, until the next strike of any part.
        level_db: how loud, relative to the loudest strike of its part; <= 0.
        semitones: how much higher than the part's own note.
    """

    beat: float
    beats: float
    level_db: float = 0.0
    semitones: int = 0


@dataclass(frozen=True)
class Part:
    """One sound of a level.

    Attributes:
        name: of it, and of its preset.
        note: MIDI note that its patch is played with.
        hold_s: > 0, how long the key is held at most.
        gain_db: of its loudest strike.
        strikes: in the order of their beats.
    """

    name: str
    note: int
    hold_s: float
    gain_db: float
    strikes: tuple[Strike, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.note <= 127 or self.hold_s <= 0.0:
            raise ParameterError(
                f"part {self.name}: expected a note from 0 to 127 and hold_s > 0, got {self.note} and {self.hold_s:g}"
            )


@dataclass(frozen=True)
class Score:
    """All parts of a level.

    Attributes:
        tempo_bpm: beats a minute.
        bars: >= 1, of four beats.
        key: "A minor", or "".
        parts: with different names.
        first_beat_s: seconds before the first beat.
        length_s: > 0, of the loop.
    """

    tempo_bpm: float
    bars: int
    key: str
    parts: tuple[Part, ...]
    first_beat_s: float = 0.0
    length_s: float = 0.0

    def __post_init__(self) -> None:
        names = [part.name for part in self.parts]
        if len(set(names)) != len(names):
            raise ParameterError(f"expected parts of different names, got {', '.join(names)}")
        if not 20.0 <= self.tempo_bpm <= 300.0 or self.bars < 1:
            raise ParameterError(
                f"expected 20 to 300 beats a minute and a bar at least, got {self.tempo_bpm:g}, {self.bars}"
            )
        if not self.length_s:
            object.__setattr__(self, "length_s", self.bars * BEATS_PER_BAR * 60.0 / self.tempo_bpm)

    @property
    def n_steps(self) -> int:
        """>= 1, its length in sixteenths: a loop may be shorter than a bar."""
        return max(1, on_grid(self.length_s * self.tempo_bpm / 60.0))

    def seconds(self, beat: float) -> float:
        """When a beat is."""
        return self.first_beat_s + beat * 60.0 / self.tempo_bpm


def on_grid(beat: float) -> int:
    """The nearest sixteenth."""
    return round(beat * STEPS_PER_BEAT)


def score_of(taken: Taken, names: Sequence[str]) -> Score:
    """The pattern that was heard.

    Args:
        taken: the loop taken apart.
        names: of its parts.
    """
    tempo, first = taken.tempo_bpm, taken.material.first_beat_s
    length_s = taken.material.audio.duration_s
    beats = length_s * tempo / 60.0
    parts = []
    for number, (name, standing) in enumerate(zip(names, taken.parts, strict=True)):
        stands = taken.hits[standing]
        own = [hit for hit in taken.hits if hit.part == number]
        loudest = max(hit.level_db for hit in own)
        note = 60 if stands.pitch is None else round(stands.pitch)
        strikes = tuple(
            Strike(
                (hit.start_s - first) * tempo / 60.0,
                hit.audio.duration_s * tempo / 60.0,
                hit.level_db - loudest,
                0 if hit.pitch is None or stands.pitch is None else _interval(hit.pitch - stands.pitch),
            )
            for hit in own
        )
        parts.append(Part(name, note, stands.audio.duration_s, loudest, strikes))
    bars = max(1, round(beats / BEATS_PER_BAR))
    return Score(tempo, bars, taken.key, tuple(parts), first, length_s)


def _interval(semitones: float) -> int:
    """Whole, and no octave error: what is an octave and more away is taken to be within it."""
    whole = round(semitones)
    return whole if abs(whole) <= 12 else int(np.sign(whole)) * (abs(whole) % 12)


def gridded(score: Score) -> Score:
    """The same with all strikes on sixteenths, the loudest of those that fall together; what is before goes round."""
    parts = []
    for part in score.parts:
        steps: dict[int, Strike] = {}
        for strike in part.strikes:
            step = on_grid(strike.beat) % score.n_steps
            if step not in steps or strike.level_db > steps[step].level_db:
                steps[step] = dataclasses.replace(strike, beat=step / STEPS_PER_BEAT)
        parts.append(dataclasses.replace(part, strikes=tuple(steps[step] for step in sorted(steps))))
    return dataclasses.replace(score, parts=tuple(parts))
