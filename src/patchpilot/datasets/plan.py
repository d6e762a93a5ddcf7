"""What each patch of a dataset is played with: its notes and their velocities."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from patchpilot.errors import DatasetError, ParameterError
from patchpilot.space import Note, Performance
from patchpilot.space.canonical import Json

NOTES = (48, 60, 72)
"""Played by default: keyboard tracking is heard only where a patch is played on several keys."""
_STREAM = 1
"""Sets these draws apart from a sampler's, which have the same seed and index."""


@dataclass(frozen=True)
class Plan:
    """How patches are played; the performances of a patch are a function of (plan, seed, index).

    Attributes:
        notes: MIDI notes, each of which is a row; or none, and they are drawn.
        drawn: how many notes are drawn for each patch where `notes` is empty.
        drawn_from: lowest and highest MIDI note of those.
        velocity: lowest and highest, 0..1; each row's is drawn between.
        hold_s: how long the key is held, in seconds; or the shortest and longest, each row's is drawn between.
        length_s: length of the audio in seconds.
        sample_rate: Hz.
        engine_seed: of the engine's dice.
    """

    notes: tuple[int, ...] = NOTES
    drawn: int = 3
    drawn_from: tuple[int, int] = (36, 84)
    velocity: tuple[float, float] = (0.5, 1.0)
    hold_s: float | tuple[float, float] = 1.5
    length_s: float = 2.0
    sample_rate: int = 44100
    engine_seed: int = 0

    def __post_init__(self) -> None:
        low, high = self.velocity
        if not 0.0 < low <= high <= 1.0:
            raise ParameterError(
                f"expected velocities above 0 up to 1, the lower first, got {low} and {high}"
            )
        if len(set(self.notes)) < len(self.notes):
            raise ParameterError(f"expected each note once, got {', '.join(map(str, self.notes))}")
        lowest, highest = self.drawn_from
        if not self.notes and not (lowest <= highest and 1 <= self.drawn <= highest - lowest + 1):
            raise ParameterError(
                f"cannot draw {self.drawn} different notes from {lowest} to {highest}; widen the range"
            )
        if isinstance(self.hold_s, tuple) and not 0.0 < self.hold_s[0] <= self.hold_s[1] <= self.length_s:
            shortest, longest = self.hold_s
            raise ParameterError(
                f"expected keys held above 0 s up to the length ({self.length_s} s), the shorter time first, "
                f"got {shortest} and {longest}"
            )
        self.performances(0, 0)  # refuses what a performance refuses

    @property
    def per_patch(self) -> int:
        """Rows of one patch."""
        return len(self.notes) or self.drawn

    @property
    def n_samples(self) -> int:
        """Samples in the audio of a row."""
        return round(self.length_s * self.sample_rate)

    def performances(self, seed: int, index: int) -> tuple[Performance, ...]:
        """What the patch at a place of the sequence is played with, one note each."""
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, index, _STREAM))))
        lowest, highest = self.drawn_from
        drawn = rng.permutation(highest - lowest + 1)[: self.drawn] + lowest
        velocities = rng.uniform(*self.velocity, size=self.per_patch)
        shortest, longest = self.hold_s if isinstance(self.hold_s, tuple) else (self.hold_s, self.hold_s)
        holds_s = rng.uniform(shortest, longest, size=self.per_patch)
        if isinstance(self.hold_s, tuple):
            holds_s = holds_s.round(4)
        return tuple(
            Performance(
                notes=(Note(int(pitch), round(float(velocity), 4), 0.0, float(hold_s)),),
                length_s=self.length_s,
                sample_rate=self.sample_rate,
                engine_seed=self.engine_seed,
            )
            for pitch, velocity, hold_s in zip(
                self.notes or sorted(drawn.tolist()), velocities, holds_s, strict=True
            )
        )

    def to_json(self) -> Json:
        """Plain JSON; `from_json` reads it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Plan:
        """The inverse of `to_json`.

        Raises:
            DatasetError: a part is missing or out of its range.
        """
        try:
            tuples = {name: tuple(data[name]) for name in ("notes", "drawn_from", "velocity")}
            if isinstance(data["hold_s"], list):
                tuples["hold_s"] = tuple(data["hold_s"])
            return cls(**{**data, **tuples})
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetError(f"its plan of notes is damaged: {error}") from None
