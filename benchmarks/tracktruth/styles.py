"""Short tracks of several sub-styles, which differ in what producers say they differ in, and vary as tracks do.

audio = styled("psy", seed=3)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.space.key import Key
from tracktruth import parts as made
from tracktruth.acid import Acid, line
from tracktruth.collection import Session, Taste, _Stems, mixed
from tracktruth.desk import RATE, levelled
from tracktruth.whole import Form

FORM: Form = (("intro", 6), ("breakdown", 6), ("buildup", 4), ("drop", 10), ("outro", 4))
_VARIED_DB = 2.0
"""Standard deviation of every stem's level."""
_ROLLING = (1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15)
_OFF_BEAT = (2, 6, 10, 14)


@dataclass(frozen=True)
class Style:
    """What tracks of a sub-style have in common.

    Attributes:
        bpm: from, to.
        pump_db: middle of the pumping's depth.
        steps: of the bass, sixteenths; None for an acid line.
        bass_hz: cutoff of the bass, from, to.
        pad_hz: cutoff of the pads, from, to.
        detune: of pads and leads in cents, from, to.
        levels_db: added to stems.
    """

    bpm: tuple[float, float]
    pump_db: float
    steps: tuple[int, ...] | None
    bass_hz: tuple[float, float]
    pad_hz: tuple[float, float]
    detune: tuple[float, float]
    levels_db: Mapping[str, float]


STYLES = {
    "uplifting": Style((136, 141), 9.0, _OFF_BEAT, (400, 900), (4000, 9000), (16, 30), {"lead": 4, "pad": 3}),
    "psy": Style((140, 147), 1.5, _ROLLING, (300, 700), (1500, 4000), (5, 14), {"bass": 4, "pad": -10, "lead": -8}),
    "acid": Style((132, 140), 4.0, None, (300, 900), (1500, 5000), (6, 18), {"bass": 5, "lead": -10, "pad": -6}),
    "progressive": Style(
        (125, 133), 6.0, (2, 3, 6, 7, 10, 11, 14, 15), (200, 450), (700, 1800), (8, 18),
        {"hats": -6, "lead": -12, "kick": -2},
    ),
    "hard": Style(
        (142, 152), 3.0, _OFF_BEAT, (700, 1600), (3000, 9000), (10, 26),
        {"kick": 5, "clap": 4, "hats": 4, "pad": -8},
    ),
}  # fmt: skip


def styled(name: str, seed: int) -> Audio:
    """A track of 30 bars.

    Args:
        name: of `STYLES`.
        seed: of its sounds, notes, levels, key and tempo.
    """
    return mixed(_session(STYLES[name], np.random.default_rng([seed, 33, sorted(STYLES).index(name)])))[0]


def _session(style: Style, rng: np.random.Generator) -> Session:
    bpm = float(np.round(rng.uniform(*style.bpm), 1))
    key = Key(int(rng.integers(12)), "minor")
    arranged = _Stems(rng, _parts(style, rng, bpm, key), bpm, sum(b for _, b in FORM), Taste(style.pump_db))
    bar = 0
    for label, bars in FORM:
        arranged.section(label, bar, bars)
        bar += bars
    levels = {name: style.levels_db.get(name, 0.0) + rng.normal(0.0, _VARIED_DB) for name in arranged.stems}
    stems = {name: y * 10.0 ** (levels[name] / 20.0) for name, y in arranged.stems.items()}
    return Session(stems, bpm, max(0.0, arranged.pump_db), FORM)


def _parts(style: Style, rng: np.random.Generator, bpm: float, key: Key) -> made.Parts:
    """Drums as anybody's; bass, pads and leads as the style has them."""
    drawn = made.parts_of(rng, bpm, key)
    bar_s = 240.0 / bpm
    roots = made.PROGRESSIONS["minor"][int(rng.integers(len(made.PROGRESSIONS["minor"])))]
    triads = [made._triad(key, root) for root in roots]
    wide = {"detune": float(rng.uniform(*style.detune)), "width": float(rng.uniform(0.4, 0.9))}
    colour = {"cutoff": float(rng.uniform(*style.pad_hz)), "resonance": 0.15}
    melody = [int(step) for step in sorted(rng.choice(16, size=5, replace=False))]
    shape = rng.permutation(12) % 3
    low = float(rng.uniform(*style.bass_hz))
    return replace(
        drawn,
        bass=tuple(_bass(style, rng, key.root + root, bpm, bar_s, low) for root in roots),
        pad=tuple(made._pad(triad, bar_s, bpm, wide, colour) for triad in triads),
        lead=tuple(made._lead(triad, melody, shape, bpm, bar_s, wide) for triad in triads),
    )


def _bass(style: Style, rng: np.random.Generator, root: int, bpm: float, bar_s: float, low: float) -> F64:
    if style.steps is not None:
        return made._bass(root, style.steps, bpm, bar_s, low)
    played = Acid(rng.uniform(2.0, 3.5), rng.uniform(0.7, 0.9), rng.uniform(0.2, 0.5), rng.uniform(0.5, 1.0))
    return levelled(line(rng, played, bpm, bar_s)[:, : round(bar_s * RATE)], -20.0)
