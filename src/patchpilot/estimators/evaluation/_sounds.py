"""Patches that an estimator never learned from: of a dataset, or drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from patchpilot.datasets import Dataset, Limits, Plan
from patchpilot.datasets.faults import KEPT
from patchpilot.errors import EngineError, EstimatorError
from patchpilot.estimators.training.batches import is_held_out
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, Performance, Prior

PLAN = Plan(notes=(), drawn=1, hold_s=(0.2, 1.7))
"""How drawn patches are played: one note each, as in the data that ship."""
_TRIED = 50
"""Patches that are drawn for each sound, before a prior is given up."""


@dataclass(frozen=True, eq=False)
class Sound:
    """A patch that was never learned from, and how it is played.

    Attributes:
        patch: the truth.
        performance: one note.
        name: in plain words.
    """

    patch: Patch
    performance: Performance
    name: str = ""


def held_out(dataset: Dataset, n: int, *, share: float) -> list[Sound]:
    """Patches of a dataset that no training with this share held out learns from, one row each.

    Args:
        dataset: of any instrument; no audio is needed.
        n: at most so many, the first ones.
        share: that was held out.

    Raises:
        EstimatorError: there is none.
    """
    names = np.char.decode(np.asarray(dataset.read("metadata/patch_sha256", slice(0, len(dataset)))), "ascii")
    _, first = np.unique(names, return_index=True)
    rows = [row for row in sorted(first.tolist()) if is_held_out(str(names[row]), share)][:n]
    if not rows:
        raise EstimatorError(
            f"none of the patches in {dataset.path} is held out ({share:g} of all are): name a larger dataset, or "
            "draw patches with --prior"
        )
    return [
        Sound(dataset[row].patch, dataset[row].performance, f"{dataset.path.name} row {row}") for row in rows
    ]


def drawn(instrument: Instrument, prior: Prior, n: int, *, seed: int, plan: Plan = PLAN) -> Iterator[Sound]:
    """Patches of a prior that sound, from a seed that no data should be made of.

    Args:
        instrument: plays them, to hear whether they sound.
        prior: what is drawn.
        n: how many.
        seed: >= 0.
        plan: one note for each.

    Raises:
        EstimatorError: too few of the prior's patches sound.
    """
    limits, made = Limits(), 0
    for index in range(_TRIED * n):
        patch = prior.draw(instrument.space, seed, index)
        performance = plan.performances(seed, index)[0]
        try:
            sounds = limits.verdict(instrument.render(patch, performance)) == KEPT
        except EngineError:
            continue
        if sounds:
            yield Sound(patch, performance, f"{prior.name} {seed}/{index}")
            made += 1
        if made == n:
            return
    raise EstimatorError(f"{made} of {_TRIED * n} patches of {prior.name} sound, and {n} were asked for")
