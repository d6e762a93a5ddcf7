"""A space of phrases: what a searcher may choose of a pattern and its arcs.

    phrases = PatternSpace(bars=(1, 4), arcs=(vital.space["filter_1_cutoff"],))
    performance = phrases.performance(vector)       # a vector in [0, 1] as long as phrases.space

A phrase is a Euclidean rhythm in each bar, which plays degrees of a scale in turn, each a note or a chord; what is on
a beat is accented, sixteenths are swung.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from patchpilot.errors import ParameterError
from patchpilot.space.arc import BEATS_PER_BAR, Arc
from patchpilot.space.harmony import SCALES, degree
from patchpilot.space.parameter import Parameter
from patchpilot.space.pattern import Pattern
from patchpilot.space.performance import MAX_LENGTH_S, Performance
from patchpilot.space.space import Space

STACKS: Mapping[str, tuple[int, ...]] = {
    "note": (0,),
    "fifth": (0, 4),
    "triad": (0, 2, 4),
    "seventh": (0, 2, 4, 6),
}
"""Chords as degrees of the scale above the root."""
DEGREES = (-7, 14)
"""Lowest and highest degree of a scale that is played; 0 is the root."""


@dataclass(frozen=True)
class PatternSpace:
    """Phrases as vectors. A range whose ends are equal is no parameter, but stays so.

    Attributes:
        bars: fewest and most; a phrase is as long as its bars and `tail_s`.
        tempo_bpm: slowest and fastest.
        root: lowest and highest MIDI note of the scale's root.
        n_steps: steps of the rhythm in a bar.
        n_degrees: how many degrees are played in turn.
        arcs: parameters of the instrument that move over the bars, each through `n_points` stored values.
        n_points: of each arc, evenly spread from the first bar's beginning to the last one's end.
        shape: of the arcs between them.
        tail_s: seconds after the last bar.
        sample_rate: Hz.

    Raises:
        ParameterError: a range is none, or the longest phrase is above 120 s.
    """

    bars: tuple[int, int] = (1, 4)
    tempo_bpm: tuple[float, float] = (80.0, 160.0)
    root: tuple[int, int] = (33, 57)
    n_steps: int = 16
    n_degrees: int = 4
    arcs: tuple[Parameter, ...] = ()
    n_points: int = 3
    shape: Literal["linear", "hold", "spline"] = "linear"
    tail_s: float = 0.0
    sample_rate: int = 44100

    def __post_init__(self) -> None:
        for name, least in (("bars", 1), ("tempo_bpm", 20.0), ("root", 0)):
            low, high = getattr(self, name)
            if not least <= low <= high:
                raise ParameterError(
                    f"expected {name} from {least:g}, the lower first, got {low:g} to {high:g}"
                )
        for name in ("n_steps", "n_degrees", "n_points"):
            if getattr(self, name) < 1:
                raise ParameterError(f"expected {name} >= 1, got {getattr(self, name)}")
        longest_s = self.bars[1] * BEATS_PER_BAR * 60.0 / self.tempo_bpm[0] + self.tail_s
        if not 0.0 <= self.tail_s <= longest_s <= MAX_LENGTH_S:
            raise ParameterError(
                f"{self.bars[1]} bars at {self.tempo_bpm[0]:g} beats a minute are {longest_s:.0f} s: expected at "
                f"most {MAX_LENGTH_S:g}; have fewer bars or a faster tempo"
            )
        self.performance(np.full(len(self.space), 0.5))  # refuses what a performance refuses

    @cached_property
    def space(self) -> Space:
        """All that may be chosen, in a fixed order; the view "full" names all of it."""
        found = [p for p in self._parameters() if p.minimum < p.maximum]
        return Space("performance", "1", tuple(found), views={"full": tuple(p.name for p in found)})

    def _parameters(self) -> list[Parameter]:
        def whole(name: str, low: int, high: int, default: int, unit: str = "") -> Parameter:
            return Parameter(name, float(low), float(high), float(default), True, "indexed", unit)

        def named(name: str, options: Mapping[str, object]) -> Parameter:
            last = float(len(options) - 1)
            return Parameter(name, 0.0, last, 0.0, True, "indexed", options=tuple(options))

        def real(name: str, low: float, high: float, default: float, unit: str = "") -> Parameter:
            return Parameter(name, low, high, default, is_categorical=False, unit=unit)

        slow, fast = self.tempo_bpm
        notes = [
            whole("bars", *self.bars, self.bars[0], "bars"),
            real("tempo_bpm", slow, fast, min(max(120.0, slow), fast), "beats/min"),
            whole("root", *self.root, (self.root[0] + self.root[1]) // 2, "MIDI note"),
            named("scale", SCALES),
            named("chord", STACKS),
            whole("pulses", 1, self.n_steps, max(1, self.n_steps // 4)),
            whole("rotation", 0, self.n_steps - 1, 0),
            real("gate", 0.1, 1.0, 0.9),
            real("swing", 0.5, 0.75, 0.5),
            real("velocity", 0.2, 1.0, 0.8),
            real("accent", 0.0, 1.0, 0.0),
            *(whole(f"degree_{k + 1}", *DEGREES, 0) for k in range(self.n_degrees)),
        ]
        return notes + [
            dataclasses.replace(p, name=f"arc_{p.name}_{k + 1}", group=f"arc_{p.name}")
            for p in self.arcs
            for k in range(self.n_points)
        ]

    def performance(self, vector: npt.ArrayLike) -> Performance:
        """The performance of a vector in [0, 1]; raises `ParameterError` where it has another length, or NaN."""
        return self.of(self.space.decode(vector))

    def of(self, values: Mapping[str, float]) -> Performance:
        """The performance of stored values by name; a missing one has its default.

        Raises:
            ParameterError: a name is unknown.
        """
        defaults = {p.name: p.default for p in self._parameters()}
        unknown = sorted(values.keys() - defaults.keys())
        if unknown:
            raise ParameterError(f"phrases have no {', '.join(unknown)}, only {', '.join(defaults)}")
        said = {**defaults, **values}
        bars = round(said["bars"])
        return self._pattern(said, bars).performance(
            said["tempo_bpm"], tail_s=self.tail_s, sample_rate=self.sample_rate, arcs=self._arcs(said, bars)
        )

    def _pattern(self, said: Mapping[str, float], bars: int) -> Pattern:
        scale = tuple(SCALES)[round(said["scale"])]
        stack = tuple(STACKS.values())[round(said["chord"])]
        melody = [round(said[f"degree_{k + 1}"]) for k in range(self.n_degrees)]
        chords = [tuple(degree(round(said["root"]), scale, d + above) for above in stack) for d in melody]
        pulses = round(said["pulses"])
        # As many hits as the melody's degrees times a bar's come round again: the melody goes on over the bars.
        around = math.lcm(pulses, self.n_degrees) // pulses
        velocity, accent = said["velocity"], said["accent"]
        soft = velocity * (1.0 - 0.6 * accent)
        bar = Pattern.euclid(pulses, self.n_steps, rotation=round(said["rotation"]), gate=said["gate"])
        rhythm = bar.repeated(min(around, bars))
        hits = tuple(
            dataclasses.replace(hit, pitches=chords[k % len(chords)]) for k, hit in enumerate(rhythm.hits)
        )
        whole = dataclasses.replace(rhythm, hits=hits).repeated(bars).accented((velocity, soft, soft, soft))
        return whole.swung(said["swing"], 0.25)

    def _arcs(self, said: Mapping[str, float], bars: int) -> tuple[Arc, ...]:
        places = np.linspace(0.0, bars, self.n_points).tolist() if self.n_points > 1 else [0.0]
        return tuple(
            Arc(
                p.name,
                tuple((bar, said[f"arc_{p.name}_{k + 1}"]) for k, bar in enumerate(places)),
                self.shape,
            )
            for p in self.arcs
        )
