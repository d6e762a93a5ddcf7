"""The `Pattern` noun: a loop of notes, in bars and beats, before any tempo.

    bass = Pattern.parse("C2 . C2! . | Eb2 - [G2 G2] .").swung(0.6)
    take = instrument.render(patch, bass.repeated(8).performance(124.0, arcs=(opening,)))

Bars have four beats. Rhythms are written (`pattern_text`), Euclidean, or come from a MIDI file (`midi`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from patchpilot.errors import ParameterError
from patchpilot.space.arc import BEATS_PER_BAR
from patchpilot.space.canonical import Json, canonical_json, sha256
from patchpilot.space.hit import MOST_BEATS, TICKS, Hit, ticks
from patchpilot.space.performance import MAX_LENGTH_S, Note, Performance

_MOST_HITS = 20_000
_MOST_BARS = MOST_BEATS // BEATS_PER_BAR
MOST_SWING = 0.8


@dataclass(frozen=True)
class Pattern:
    """A loop of fixed length.

    Attributes:
        hits: in order of time; may be none.
        bars: its length, above 0; parts of a bar are allowed.
        swing: where the second of two steps falls between them: 0.5 straight, 0.67 as triplets.
        swing_beats: length of such a step: 0.5 swings eighths, 0.25 sixteenths.

    Raises:
        ParameterError: the loop has no length, a hit is past its end, or a number is out of its range.
    """

    hits: tuple[Hit, ...]
    bars: float = 1.0
    swing: float = 0.5
    swing_beats: float = 0.5

    def __post_init__(self) -> None:
        if not (0.0 < self.bars <= _MOST_BARS and ticks(self.bars * BEATS_PER_BAR) > 0):
            raise ParameterError(f"expected a loop longer than 0 bars, up to {_MOST_BARS}, got {self.bars:g}")
        object.__setattr__(self, "bars", ticks(self.bars * BEATS_PER_BAR) / (BEATS_PER_BAR * TICKS))
        for name in ("swing", "swing_beats"):
            object.__setattr__(self, name, float(getattr(self, name)) + 0.0)
        order = sorted(self.hits, key=lambda hit: (hit.beat, hit.pitches, hit.beats, hit.velocity))
        object.__setattr__(self, "hits", tuple(order))
        if len(order) > _MOST_HITS:
            raise ParameterError(f"expected at most {_MOST_HITS} hits in a pattern, got {len(order)}")
        if order and order[-1].beat >= self.beats:
            raise ParameterError(
                f"expected hits before the pattern's end at beat {self.beats:g} ({self.bars:g} bars), "
                f"got one at beat {order[-1].beat:g}"
            )
        if not 0.5 <= self.swing <= MOST_SWING or not 0.001 <= self.swing_beats <= MOST_BEATS:
            raise ParameterError(
                f"expected swing from 0.5 to {MOST_SWING} of steps longer than 0 beats, got {self.swing:g} "
                f"of {self.swing_beats:g}"
            )
        if self.swing > 0.5 and ticks(self.beats) % (2 * ticks(self.swing_beats)):
            raise ParameterError(
                f"expected a swung pattern to be whole pairs of {self.swing_beats:g} beats, got {self.beats:g}"
            )

    @property
    def beats(self) -> float:
        """Its length in beats."""
        return self.bars * BEATS_PER_BAR

    # Making one

    @classmethod
    def parse(cls, text: str, *, gate: float = 0.9, velocity: float = 0.7) -> Pattern:
        """A pattern as text, "C3 . E3:m7 - | [G3 G3] C4! . ."; `pattern_text` says how; raises `ParameterError`."""
        from patchpilot.space.pattern_text import parse  # here: it makes patterns

        return parse(text, gate=gate, velocity=velocity)

    @classmethod
    def steps(
        cls,
        steps: Sequence[int | Sequence[int] | None],
        *,
        bars: float = 1.0,
        gate: float = 0.9,
        velocity: float = 0.8,
    ) -> Pattern:
        """Equal steps over `bars`, each a pitch, several, or None for a rest; held for `gate` of a step.

        Raises:
            ParameterError: there are no steps, or a number is out of its range.
        """
        if not steps:
            raise ParameterError("expected at least one step in a pattern")
        length = bars * BEATS_PER_BAR / len(steps)
        hits = (
            Hit(k * length, (what,) if isinstance(what, int) else tuple(what), gate * length, velocity)
            for k, what in enumerate(steps)
            if what is not None
        )
        return cls(tuple(hits), bars)

    @classmethod
    def euclid(
        cls,
        pulses: int,
        n_steps: int,
        pitches: Sequence[int | Sequence[int]] = (60,),
        *,
        bars: float = 1.0,
        rotation: int = 0,
        gate: float = 0.9,
        velocity: float = 0.8,
    ) -> Pattern:
        """`pulses` hits as evenly as they go on `n_steps` (3 on 8 is the tresillo), over `pitches` in turn.

        Raises:
            ParameterError: not 1 <= pulses <= n_steps, or there are no pitches.
        """
        if not 1 <= pulses <= n_steps or not pitches:
            raise ParameterError(
                f"expected 1 <= pulses <= steps and at least one pitch, got {pulses} on {n_steps} with {len(pitches)}"
            )
        struck = [(k + rotation) * pulses % n_steps < pulses for k in range(n_steps)]
        turns = iter(range(n_steps))
        return cls.steps(
            [pitches[next(turns) % len(pitches)] if is_hit else None for is_hit in struck],
            bars=bars,
            gate=gate,
            velocity=velocity,
        )

    # Changing it

    def transposed(self, semitones: int) -> Pattern:
        """All pitches moved; raises `ParameterError` where one leaves 0..127."""
        moved = (
            dataclasses.replace(hit, pitches=tuple(pitch + semitones for pitch in hit.pitches))
            for hit in self.hits
        )
        return dataclasses.replace(self, hits=tuple(moved))

    def repeated(self, bars: float) -> Pattern:
        """Looped to `bars`, cut off there; raises `ParameterError` where that is no length."""
        if not 0.0 < bars <= _MOST_BARS:
            raise ParameterError(
                f"expected a pattern repeated to more than 0 bars, up to {_MOST_BARS}, got {bars!r}"
            )
        end = ticks(bars * BEATS_PER_BAR)
        times = -(-end // ticks(self.beats))
        if times * len(self.hits) > 2 * _MOST_HITS:
            raise ParameterError(f"{times} times {len(self.hits)} hits are more than {_MOST_HITS}")
        shifted = (
            dataclasses.replace(hit, beat=hit.beat + k * self.beats)
            for k in range(times if self.hits else 0)
            for hit in self.hits
        )
        kept = tuple(hit for hit in shifted if ticks(hit.beat) < end)
        return dataclasses.replace(self, hits=kept, bars=bars)

    def swung(self, swing: float, beats: float = 0.5) -> Pattern:
        """With swing; see the attributes."""
        return dataclasses.replace(self, swing=swing, swing_beats=beats)

    def accented(self, velocities: Sequence[float], beats: float = 0.25) -> Pattern:
        """Velocities in turn, one for each step of `beats`, whether or not it is hit.

        Raises:
            ParameterError: there are none, one is not in 0..1, or `beats` is not above 0.
        """
        if not velocities or not beats > 0.0:
            raise ParameterError("expected at least one velocity, and steps longer than 0 beats")

        def velocity(hit: Hit) -> float:
            return velocities[math.floor(hit.beat / beats + 1e-4) % len(velocities)]

        return dataclasses.replace(
            self, hits=tuple(dataclasses.replace(hit, velocity=velocity(hit)) for hit in self.hits)
        )

    def then(self, other: Pattern) -> Pattern:
        """This one, and after it the other; raises `ParameterError` where they swing differently."""
        self._check_swing(other)
        later = (dataclasses.replace(hit, beat=hit.beat + self.beats) for hit in other.hits)
        return dataclasses.replace(self, hits=(*self.hits, *later), bars=self.bars + other.bars)

    def over(self, other: Pattern) -> Pattern:
        """Both at once, as long as the longer; the shorter is repeated. Raises as `then`."""
        self._check_swing(other)
        bars = max(self.bars, other.bars)
        return dataclasses.replace(
            self, hits=(*self.repeated(bars).hits, *other.repeated(bars).hits), bars=bars
        )

    def _check_swing(self, other: Pattern) -> None:
        if (self.swing, self.swing_beats) != (other.swing, other.swing_beats):
            raise ParameterError("expected two patterns of the same swing; give it when they are together")

    # Playing it

    def timed(self) -> list[tuple[float, float, Hit]]:
        """Where each hit begins and ends, in beats, with swing."""
        return [(self._swung(hit.beat), self._swung(hit.beat + hit.beats), hit) for hit in self.hits]

    def notes(self, tempo_bpm: float) -> tuple[Note, ...]:
        """Its notes at a tempo, in order of time and pitch; raises `ParameterError` where one is past 120 s."""
        per_beat = 60.0 / tempo_bpm
        return tuple(
            Note(pitch, hit.velocity, start * per_beat, min((end - start) * per_beat, MAX_LENGTH_S))
            for start, end, hit in self.timed()
            for pitch in hit.pitches
        )

    def performance(
        self, tempo_bpm: float = 120.0, *, bars: float | None = None, tail_s: float = 0.0, **parts: Any
    ) -> Performance:
        """The pattern as a `Performance`.

        Args:
            tempo_bpm: beats a minute, 20..300.
            bars: to which it is repeated; once by default.
            tail_s: seconds after its end, in which it may ring on.
            parts: other attributes of the performance: sample_rate, engine_seed, arcs, inputs.

        Raises:
            ParameterError: there is no note in it, it is longer than 120 s, or a part is out of its range.
        """
        whole = self if bars is None else self.repeated(bars)
        if not 20.0 <= tempo_bpm <= 300.0:
            raise ParameterError(f"expected a tempo from 20 to 300 beats a minute, got {tempo_bpm!r}")
        if not whole.hits:
            raise ParameterError("expected a pattern with at least one note in it, got nothing but rests")
        length_s = whole.beats * 60.0 / tempo_bpm + tail_s
        if not length_s <= MAX_LENGTH_S:
            raise ParameterError(
                f"{whole.bars:g} bars at {tempo_bpm:g} are {length_s:.1f} s: expected at most {MAX_LENGTH_S:g} s"
            )
        return Performance(whole.notes(tempo_bpm), length_s, tempo_bpm=tempo_bpm, **parts)

    def _swung(self, beat: float) -> float:
        """Where a beat falls: time goes slower in first steps, faster in second ones."""
        pair = 2.0 * self.swing_beats
        k, place = divmod(beat, pair)
        place /= pair
        if place < 0.5:
            return pair * (k + place * 2.0 * self.swing)
        return pair * (k + self.swing + (place - 0.5) * 2.0 * (1.0 - self.swing))

    # Keeping it

    def to_json(self) -> Json:
        """Plain JSON that `from_json` reads; equal patterns have equal JSON."""
        hits = [{**dataclasses.asdict(hit), "pitches": list(hit.pitches)} for hit in self.hits]
        return {
            "hits": hits,
            "bars": self.bars,
            "swing": self.swing,
            "swing_beats": self.swing_beats,
        }

    @classmethod
    def from_json(cls, data: Json) -> Pattern:
        """The inverse of `to_json`; raises `ParameterError`."""
        try:
            hits: Iterable[Json] = data["hits"]
            return cls(
                **{**data, "hits": tuple(Hit(**{**hit, "pitches": tuple(hit["pitches"])}) for hit in hits)}
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ParameterError(f"expected the JSON of a pattern: {error!r}") from None

    @property
    def sha256(self) -> str:
        """Hex digest of its canonical JSON."""
        return sha256(canonical_json(self.to_json()).encode())
