"""What moving each parameter does, put together from what was heard of many patches."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64
from patchpilot.datasets.inspection._bases import HEARD_DB, HEARD_NEPERS, Heard
from patchpilot.space.canonical import Json

FORMAT = 1
N_RESAMPLES = 2000
"""Of the bootstrap."""


@dataclass(frozen=True)
class Effect:
    """What moving one parameter does.

    Attributes:
        mean: distance from the base in nepers, the mean over the bases.
        low: lower end of its 95 % confidence interval.
        high: upper end.
        heard: share of the bases in which it is heard at all.
        weight: `mean`, scaled so that the mean over all parameters is 1.
        sounding: the mean over the bases in which it is heard, its `low` and `high`; None where there is none.
        level_db: change of the level in dB, of the channel where it is larger; the mean over the bases.
        bases: how many there are of it (less than were drawn where renders failed).
    """

    mean: float
    low: float
    high: float
    heard: float
    weight: float
    sounding: tuple[float, float, float] | None
    level_db: float
    bases: int


@dataclass(frozen=True)
class Importance:
    """How much each parameter of an instrument moves the sound of a dataset's patches.

    Attributes:
        effects: by parameter, the most important first.
        dataset: content hash of the file that the bases are from.
        instrument: name of the instrument.
        fingerprint: engine, system and processor that it was heard on.
        seed: of the choice of bases and categories.
        step: share of the range.
        rows: of the bases.
        floors: distance between two engine seeds, of each base that draws from the engine's dice.
        failed: renders that failed.
        missing: parameters all of whose renders failed.
    """

    effects: dict[str, Effect]
    dataset: str
    instrument: str
    fingerprint: str
    seed: int
    step: float
    rows: tuple[int, ...]
    floors: tuple[float, ...]
    failed: int
    missing: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """Plain JSON: "parameters" holds the effects by name, the rest says how they were measured."""
        said = {
            name: value for name, value in vars(self).items() if name not in ("effects", "rows", "floors")
        }
        return {
            "format": FORMAT,
            **said,
            "missing": list(self.missing),
            "bases": len(self.rows),
            "rows": list(self.rows),
            "random_bases": len(self.floors),
            "floor": float(np.mean(self.floors)) if self.floors else None,
            "heard_above": {"nepers": HEARD_NEPERS, "db": HEARD_DB},
            "parameters": {
                name: {
                    **vars(effect),
                    "sounding": dict(zip(("mean", "low", "high"), effect.sounding, strict=True))
                    if effect.sounding
                    else None,
                }
                for name, effect in self.effects.items()
            },
        }


def effects_of(names: Sequence[str], heard: Sequence[Heard], seed: int) -> dict[str, Effect]:
    """What was heard of all bases, each parameter's put together."""
    nothing = (np.nan, np.nan)
    table = np.array([[base.effects.get(name, nothing) for name in names] for base in heard])
    distance, level = table[..., 0], table[..., 1]  # (bases, parameters), NaN where all renders failed
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, 1))))
    drawn = rng.integers(len(heard), size=(N_RESAMPLES, len(heard)))
    found: dict[str, Effect] = {}
    for at, name in enumerate(names):
        there = ~np.isnan(distance[:, at])
        if not there.any():
            continue
        is_heard = there & ((distance[:, at] > HEARD_NEPERS) | (level[:, at] > HEARD_DB))
        mean, low, high = _mean_of(distance[:, at], there, drawn)
        found[name] = Effect(
            mean=mean,
            low=low,
            high=high,
            heard=float(is_heard.sum() / there.sum()),
            weight=1.0,
            sounding=_mean_of(distance[:, at], is_heard, drawn) if is_heard.any() else None,
            level_db=float(level[there, at].mean()),
            bases=int(there.sum()),
        )
    middle = float(np.mean([effect.mean for effect in found.values()]))
    ordered = sorted(found, key=lambda name: -found[name].mean)  # equals stay in the space's order
    return {
        name: dataclasses.replace(found[name], weight=found[name].mean / middle if middle > 0.0 else 1.0)
        for name in ordered
    }


def _mean_of(values: F64, there: np.ndarray, drawn: np.ndarray) -> tuple[float, float, float]:
    """Mean of the values that are there, and the 2.5 % and 97.5 % quantiles of the means of resampled bases."""
    counts = there[drawn].sum(axis=1)
    sums = np.where(there, values, 0.0)[drawn].sum(axis=1)
    means = sums[counts > 0] / counts[counts > 0]
    low, high = np.quantile(means, (0.025, 0.975))
    return float(values[there].mean()), float(low), float(high)
