"""A producer's collection: tracks with their stems, all of one taste, and defects that are planted in them.

mix, stems = mixed(session(seed=7))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.modules import beat_ducker, limiter
from patchpilot.space import Note
from patchpilot.space.key import Key
from tracktruth.desk import RATE, context_of, played
from tracktruth.parts import Parts, parts_of
from tracktruth.whole import SHORT, Arrangement, Form

PUMPED = ("bass", "pad", "lead", "pluck", "fx")
STEMS = ("kick", "clap", "hats", *PUMPED)
_OF_PART = {"kick": "kick", "clap": "clap", "hat": "hats", "ride": "hats", "crash": "fx"}
MASTER = 0.9
"""Peak of a mix before the limiter."""


@dataclass(frozen=True)
class Taste:
    """What tracks of a producer have in common.

    Attributes:
        pump_db: middle of the pumping's depth.
        levels_db: added to stems.
        tilt: of whole mixes: dB a decade.
    """

    pump_db: float = 9.0
    levels_db: tuple[tuple[str, float], ...] = ()
    tilt: float = 0.0


OWN = Taste()
OTHER = Taste(pump_db=2.0, levels_db=(("hats", 8.0), ("bass", -7.0), ("lead", 5.0), ("kick", -4.0)))
"""Another producer's: hardly any pumping, thin and bright."""


class _Stems(Arrangement):
    """An arrangement whose instruments are kept apart."""

    def __init__(self, rng: np.random.Generator, parts: Parts, bpm: float, bars: int, taste: Taste) -> None:
        super().__init__(rng, parts, bpm, 4, 0.0, bars)
        self.pump_db = taste.pump_db + float(rng.normal(0.0, 1.0))
        self.kick_db, self.bass_db = float(rng.normal(-3.0, 0.7)), float(rng.normal(0.0, 0.7))
        self.atmospheric, self.filtered = False, False
        self.stems = {name: np.zeros_like(self.music) for name in STEMS}

    def put(self, track: F64, sound: F64, bar: float, level_db: float) -> None:  # noqa: ARG002
        """Add a sound to its instrument's stem."""
        super().put(self.stems[self._name(sound)], sound, bar, level_db)

    def _name(self, sound: F64) -> str:
        for part, stem in _OF_PART.items():
            if getattr(self.parts, part) is sound:
                return stem
        for part in ("bass", "pad", "lead", "pluck"):
            if any(one is sound for one in getattr(self.parts, part)):
                return part
        return "fx"


@dataclass(frozen=True, eq=False)
class Session:
    """A track before it is mixed.

    Attributes:
        stems: float64 (2, n) each, not pumped.
        bpm: the first beat is at 0 s.
        pump_db: depth of the pumping that `mix` gives to `PUMPED`, in bars with kicks.
        form: its sections in bars.
    """

    stems: Mapping[str, F64]
    bpm: float
    pump_db: float
    form: Form

    def at(self, bar: int) -> int:
        """Sample at which a bar begins."""
        return round(bar * 240.0 / self.bpm * RATE)

    def spans(self, *labels: str) -> list[slice]:
        """Samples of all sections of some labels."""
        found, bar = [], 0
        for label, bars in self.form:
            if label in labels:
                found.append(slice(self.at(bar), self.at(bar + bars)))
            bar += bars
        return found

    def changed(self, name: str, change: Callable[[F64], F64]) -> Session:
        """With something done to a stem."""
        return replace(self, stems={**self.stems, name: change(self.stems[name])})


def session(seed: int, taste: Taste = OWN, form: Form = SHORT) -> Session:
    """A track of a taste, drawn by a seed."""
    rng = np.random.default_rng([seed, 21])
    bpm = float(np.round(rng.uniform(136.0, 140.0), 1))
    key = Key(int(rng.integers(12)), "minor")
    arranged = _Stems(rng, parts_of(rng, bpm, key), bpm, sum(bars for _, bars in form), taste)
    bar = 0
    for label, bars in form:
        arranged.section(label, bar, bars)
        bar += bars
    levels = dict(taste.levels_db)
    stems = {name: y * 10.0 ** (levels.get(name, 0.0) / 20.0) for name, y in arranged.stems.items()}
    return Session(stems, bpm, arranged.pump_db, form)


def mixed(work: Session, master: Callable[[F64], F64] | None = None) -> tuple[Audio, dict[str, Audio]]:
    """The mix, limited as masters are, and its stems after pumping.

    Args:
        work: what is mixed.
        master: done to the mix before its limiter.
    """
    n = next(iter(work.stems.values())).shape[1]
    context = context_of([Note()], n / RATE, work.bpm)
    gain = played(beat_ducker, context, np.ones((2, n)), depth_db=work.pump_db, length=0.8)
    where = np.zeros(n)
    for span in work.spans("intro", "drop", "outro"):
        where[span] = 1.0
    gain = gain * where + 1.0 - where
    stems = {name: y * gain if name in PUMPED else y for name, y in work.stems.items()}
    mix = np.sum(list(stems.values()), axis=0)
    loud = MASTER / max(float(np.quantile(np.abs(mix[0, ::7]), 0.9999)), 1e-9)
    whole = mix * loud if master is None else master(mix * loud)
    limited = played(limiter, context, whole, ceiling_db=-0.5, release_ms=80.0)
    return Audio(limited, RATE), {name: Audio(y * loud, RATE) for name, y in stems.items()}
