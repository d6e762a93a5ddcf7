"""Patterns as text: bars between strokes, each of steps of equal length.

C3 . E3 G3 | [C3 C3] Eb3:m7 - - | C2+G2! . C2? C2*3

C3  F#2  Bb4     a note; C4 is MIDI 60
C2+G2  C3:m7     notes together; a root and a chord (`harmony.CHORDS`)
.                a rest
-                the note before goes on through this step
!  ?             after a note: an accent, a ghost note
[C3 . C3]        steps in the time of one
C3*4             the step four times, in four steps
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from patchpilot.errors import ParameterError
from patchpilot.space.arc import BEATS_PER_BAR
from patchpilot.space.harmony import chord_of
from patchpilot.space.hit import Hit
from patchpilot.space.pattern import Pattern

ACCENT, GHOST = 1.3, 0.5
"""Factors of the velocity, which stays up to 1."""
MOST_STEPS = 256
"""Of a bar or a bracket."""
MOST_IN_ALL = 20_000
_DEEPEST = 4
_TOKEN = re.compile(r"\s*(?:(\[)|(\])(?:\*(\d{1,4}))?|([^\s\[\]*]+)(?:\*(\d{1,4}))?)")


@dataclass
class _Struck:
    """A hit that may still be held on; times in beats."""

    start: float
    end: float
    last: float
    pitches: tuple[int, ...]
    velocity: float


_Step = str | list["_Step"]


def parse(text: str, *, gate: float = 0.9, velocity: float = 0.7) -> Pattern:
    """The pattern of a text.

    Args:
        text: as above; strokes at its ends do not count.
        gate: part of its last step for which a note is held, above 0 to 1.
        velocity: 0..1, of notes that are neither accents nor ghosts.

    Raises:
        ParameterError: the text is no pattern; it says in which bar.
    """
    if not 0.0 < gate <= 1.0:
        raise ParameterError(f"expected a gate above 0 up to 1, got {gate!r}")
    bars = text.strip().removeprefix("|").removesuffix("|").split("|")
    laid = _Laid(velocity)
    for k, bar in enumerate(bars):
        try:
            laid.out(_read(bar), float(k * BEATS_PER_BAR), float(BEATS_PER_BAR))
        except ParameterError as error:
            raise ParameterError(f"bar {k + 1} ({bar.strip()!r}): {error}") from None
    hits = (Hit(s.start, s.pitches, s.end - s.start - (1.0 - gate) * s.last, s.velocity) for s in laid.struck)
    return Pattern(tuple(hits), float(len(bars)))


def _read(bar: str) -> list[_Step]:
    """Steps of a bar; a list stands for steps in the time of one."""
    open_lists: list[list[_Step]] = [[]]
    at, text = 0, bar.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ParameterError(f"expected steps, got {text[at:].strip()!r}")
        at = match.end()
        opens, closes, group_times, word, times = match.groups()
        if opens:
            open_lists.append([])
            if len(open_lists) > _DEEPEST:
                raise ParameterError(f"expected brackets at most {_DEEPEST - 1} deep")
            continue
        if closes and len(open_lists) == 1:
            raise ParameterError("']' without '['")
        step: _Step = word if word else open_lists.pop()
        if not step:
            raise ParameterError("nothing between '[' and ']': write . for a rest")
        count = int((times if word else group_times) or 1)
        if not 1 <= count <= MOST_STEPS - len(open_lists[-1]):
            raise ParameterError(f"expected at most {MOST_STEPS} steps, and each at least once, got *{count}")
        open_lists[-1] += [step] * count
    if len(open_lists) > 1:
        raise ParameterError("'[' without ']'")
    if not open_lists[0]:
        raise ParameterError("nothing in it: write . for a bar of rest")
    return open_lists[0]


@dataclass
class _Laid:
    """Steps laid out in time."""

    velocity: float
    struck: list[_Struck] = field(default_factory=list)
    n_steps: int = 0

    def out(self, steps: list[_Step], start: float, length: float) -> None:
        """Lay steps out from `start` over `length` beats."""
        self.n_steps += len(steps)
        if self.n_steps > MOST_IN_ALL:
            raise ParameterError(f"expected at most {MOST_IN_ALL} steps in a pattern")
        each = length / len(steps)
        for k, step in enumerate(steps):
            if isinstance(step, list):
                self.out(step, start + k * each, each)
            else:
                self._one(step, start + k * each, each)

    def _one(self, step: str, at: float, length: float) -> None:
        if step == ".":
            return
        if step == "-":
            if not self.struck or abs(self.struck[-1].end - at) > 1e-6:
                raise ParameterError("'-' holds the note before on, but there is none")
            self.struck[-1].end, self.struck[-1].last = at + length, length
            return
        name = step.rstrip("!?")
        factor = {"": 1.0, "!": ACCENT, "?": GHOST}.get(step[len(name) :])
        if factor is None:
            raise ParameterError(f"{step!r}: expected one ! or ? after a note")
        velocity = min(1.0, self.velocity * factor)
        self.struck.append(_Struck(at, at + length, length, chord_of(name), velocity))
