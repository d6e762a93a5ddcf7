"""Twenty defects that are planted in a good track, each in five amounts, and what finding one means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.modules import eq8
from patchpilot.space import Note
from patchpilot.tracks.gap import Gap
from patchpilot.tracks.profile import MIX
from tracktruth.collection import Session, mixed
from tracktruth.desk import RATE, context_of, played

AMOUNTS = 5


@dataclass(frozen=True)
class Sign:
    """What a gap must be to tell of a defect.

    Attributes:
        group: colour, width, ….
        stem: of the gap; None for any.
        sign: of the difference.
        hz: the gap's bands meet this range; of colours only.
        section: label; None for any.
    """

    group: str
    stem: str | None
    sign: int
    hz: tuple[float, float] = (0.0, 30_000.0)
    section: str | None = None

    def fits(self, gap: Gap) -> bool:
        """Whether a gap is this."""
        low, high = gap.low_hz or 0.0, gap.high_hz or 30_000.0
        return (
            gap.group == self.group
            and (self.stem is None or gap.feature.stem == self.stem)
            and gap.difference * self.sign > 0.0
            and (self.section is None or gap.feature.section == self.section)
            and low < self.hz[1]
            and high > self.hz[0]
        )


@dataclass(frozen=True)
class Defect:
    """A kind of mistake.

    Attributes:
        name: for tables.
        range: what `plant` gets for the smallest and the largest amount.
        plant: (track, amount) to its mix and stems.
        signs: a gap that is one of these tells of it.
        with_stems: whether stems are given to the analysis.
    """

    name: str
    range: tuple[float, float]
    plant: Callable[[Session, float], tuple[Audio, dict[str, Audio]]]
    signs: tuple[Sign, ...]
    with_stems: bool = True

    def planted(self, work: Session, amount: int) -> tuple[Audio, dict[str, Audio]]:
        """In one of the amounts, 0 to 4."""
        low, high = self.range
        return self.plant(work, low + (high - low) * amount / (AMOUNTS - 1))


def _eq(kind: str, hz: float, q: float, sound: F64, db: float) -> F64:
    context = context_of([Note()], sound.shape[1] / RATE, 120.0)
    kinds = ("off", "high pass 48 dB", "high pass 12 dB", "low shelf", "bell", "notch", "high shelf")
    band = {"band_1_hz": hz, "band_1_db": db, "band_1_q": q, "band_1_kind": float(kinds.index(kind))}
    return played(eq8, context, sound, **band)


def _master(kind: str, hz: float, q: float, work: Session, db: float) -> tuple[Audio, dict[str, Audio]]:
    return mixed(work, lambda mix: _eq(kind, hz, q, mix, db))


def _stem_eq(
    stem: str, kind: str, hz: float, q: float, work: Session, db: float
) -> tuple[Audio, dict[str, Audio]]:
    return mixed(work.changed(stem, lambda y: _eq(kind, hz, q, y, db)))


def _gain(stem: str, work: Session, db: float) -> tuple[Audio, dict[str, Audio]]:
    return mixed(work.changed(stem, lambda y: y * 10.0 ** (db / 20.0)))


def _sides(factor: float, sound: F64) -> F64:
    middle, side = sound.mean(axis=0), (sound[0] - sound[1]) / 2.0 * factor
    return np.stack([middle + side, middle - side])


def _narrow(stem: str, work: Session, factor: float) -> tuple[Audio, dict[str, Audio]]:
    return mixed(work.changed(stem, partial(_sides, factor)))


def _narrow_all(work: Session, factor: float) -> tuple[Audio, dict[str, Audio]]:
    return mixed(work, partial(_sides, factor))


def _wide_bass(work: Session, part: float) -> tuple[Audio, dict[str, Audio]]:
    def apart(sound: F64) -> F64:
        late = np.pad(sound.mean(axis=0), (round(0.009 * RATE), 0))[: sound.shape[1]]
        return sound + part * np.stack([late, -late])

    return mixed(work.changed("bass", apart))


def _pump(work: Session, more_db: float) -> tuple[Audio, dict[str, Audio]]:
    return mixed(replace(work, pump_db=max(work.pump_db + more_db, 0.0)))


def _break(work: Session, db: float) -> tuple[Audio, dict[str, Audio]]:
    def turned(sound: F64) -> F64:
        made = sound.copy()
        for span in work.spans("breakdown"):
            made[:, span] *= 10.0 ** (db / 20.0)
        return made

    return mixed(replace(work, stems={name: turned(y) for name, y in work.stems.items()}))


def _quieter(stem: str, hz: tuple[float, float], *others: Sign) -> tuple[Sign, ...]:
    return (Sign("level", stem, -1), Sign("colour", MIX, -1, hz), *others)


def _colour(sign: int, low_hz: float, high_hz: float) -> tuple[Sign, ...]:
    return (Sign("colour", None, sign, (low_hz, high_hz)),)


_HIGH, _LOW = (6000.0, 20_000.0), (30.0, 160.0)
DEFECTS = (
    Defect("low-mid bump", (4, 10), partial(_master, "bell", 300.0, 1.2), _colour(1, 200, 450), False),
    Defect("harsh", (4, 10), partial(_master, "bell", 3000.0, 1.2), _colour(1, 2000, 4500), False),
    Defect("boomy", (5, 12), partial(_master, "bell", 70.0, 1.0), _colour(1, 40, 120), False),
    Defect("hollow mids", (-5, -12), partial(_master, "bell", 900.0, 0.8), _colour(-1, 500, 1600), False),
    Defect("dull mix", (-4, -10), partial(_master, "high shelf", 6000.0, 0.7), _colour(-1, *_HIGH), False),
    Defect("bright mix", (4, 10), partial(_master, "high shelf", 6000.0, 0.7), _colour(1, *_HIGH), False),
    Defect("narrow mix", (0.5, 0.1), _narrow_all, (Sign("width", None, -1),), False),
    Defect("missing pump", (-5, -20), _pump, (Sign("pumping", None, -1),)),
    Defect("deep pump", (7, 15), _pump, (Sign("pumping", None, 1),)),
    Defect("mono lead", (0.3, 0.0), partial(_narrow, "lead"), (Sign("width", "lead", -1), Sign("width", MIX, -1))),
    Defect("mono pad", (0.3, 0.0), partial(_narrow, "pad"), (Sign("width", "pad", -1), Sign("width", MIX, -1))),
    Defect("wide bass", (0.15, 0.8), _wide_bass, (Sign("width", "bass", 1), Sign("width", MIX, 1))),
    Defect("dull hats", (-6, -14), partial(_stem_eq, "hats", "high shelf", 8000.0, 0.7),
           (Sign("colour", "hats", -1, _HIGH), *_quieter("hats", _HIGH), Sign("drums", None, -1))),
    Defect("quiet hats", (-6, -16), partial(_gain, "hats"), _quieter("hats", _HIGH, Sign("drums", None, -1))),
    Defect("loud hats", (5, 12), partial(_gain, "hats"),
           (Sign("level", "hats", 1), Sign("colour", MIX, 1, _HIGH), Sign("drums", None, 1))),
    Defect("quiet break", (-5, -13), _break, (Sign("level", MIX, -1, section="breakdown"),)),
    Defect("weak kick", (-5, -13), partial(_gain, "kick"), _quieter("kick", _LOW, Sign("drums", None, -1))),
    Defect("thin bass", (-5, -13), partial(_gain, "bass"), _quieter("bass", _LOW)),
    Defect("quiet lead", (-6, -16), partial(_gain, "lead"), _quieter("lead", (400, 6000))),
    Defect("muddy pad", (5, 12), partial(_stem_eq, "pad", "bell", 250.0, 1.0),
           (Sign("colour", "pad", 1, (160, 400)), Sign("colour", MIX, 1, (160, 400)))),
)  # fmt: skip
