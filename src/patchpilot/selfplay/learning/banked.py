"""The patches of a bank as a dataset's sampler: of what was liked neighbours come, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from patchpilot.bank import Bank, Entry, Query
from patchpilot.datasets.samplers.base import Draft
from patchpilot.errors import EstimatorError, ParameterError
from patchpilot.estimators.training.batches import is_held_out
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, View
from patchpilot.space.canonical import sha256

TIMES = {1: 2, 0: 1, -1: 0}
"""How often a take comes, by its vote."""
GOLDEN_TIMES = 4
HELD_OUT = 0.1
"""Share of the patches that nothing is ever learned from."""
_NEAR = 0.05
"""Standard deviation of a neighbour's knobs, of their ranges."""


@dataclass(frozen=True, eq=False)
class Banked:
    """A finite sequence of patches. `banked` makes two: what may be learned from, and the frozen rest.

    Attributes:
        instrument: whose patches they are.
        patches: each once, by the sha256 of the patch.
        places: for each place the patch, and which of its neighbours; 0 is itself.
    """

    instrument: Instrument
    patches: Sequence[Patch]
    places: Sequence[tuple[int, int]]

    @property
    def n_patches(self) -> int:
        """How many there are."""
        return len(self.places)

    @cached_property
    def text(self) -> str:
        """The hashes of the patches in their order."""
        lines = [f"{self.patches[patch].sha256} {near}" for patch, near in self.places]
        return "\n".join([f"{len(lines)} patches of a bank, neighbours at {_NEAR:g}", *lines])

    def draft(self, index: int) -> Draft:
        """The patch at a place (from 0); raises `ParameterError` where there are not so many."""
        if not 0 <= index < len(self.places):
            raise ParameterError(f"expected a place in 0..{len(self.places) - 1}, got {index}")
        place, near = self.places[index]
        patch = self.patches[place]
        name = f"bank {patch.sha256[:8]}"
        if near == 0:
            return Draft(patch, "preset", name)
        return Draft(self._neighbour(patch, near), "augmented", f"near {name}")

    def _neighbour(self, patch: Patch, number: int) -> Patch:
        knobs = View(self.instrument.space, patch, tuple(self.instrument.knobs(patch)))
        rng = np.random.default_rng([number, int(patch.sha256[:12], 16)])
        vector = knobs.encode(patch)
        return knobs.patch(np.clip(vector + _NEAR * rng.standard_normal(len(vector)), 0.0, 1.0))


def banked(bank: Bank, instrument: Instrument, *, most: int = 0) -> tuple[Banked, Banked]:
    """The patches of an instrument in a bank: those to learn from, and those that are held out, by their hash.

    A patch that was voted down is left out; of one that was liked a neighbour comes too, of a golden one three.

    Args:
        bank: that holds them.
        instrument: that plays them.
        most: at most how many takes, the newest; 0 for all.

    Raises:
        EstimatorError: there are too few.
    """
    times: dict[str, int] = {}
    patches: dict[str, Patch] = {}
    for entry in bank.entries(Query(instrument=instrument.name), order="newest", limit=most or None):
        patch = entry.record.patch(bank.assets)
        patches.setdefault(patch.sha256, patch)
        times[patch.sha256] = max(times.get(patch.sha256, 0), _times(entry))
    # In an order that has nothing to do with when they came: a part of them is like all of them.
    order = sorted((name for name in patches if times[name]), key=lambda name: sha256(name.encode()))
    held = [name for name in order if _is_frozen(name)]
    learned = [name for name in order if not _is_frozen(name)]
    if len(held) < 2 or len(learned) < 16:
        raise EstimatorError(
            f"{bank.path} holds {len(order)} different patches of {instrument.name}, which is too few to learn from: "
            "let it play first (`patchpilot play run`); some hundreds are a beginning"
        )
    return (
        Banked(
            instrument,
            [patches[name] for name in learned],
            [(place, near) for place, name in enumerate(learned) for near in range(times[name])],
        ),
        Banked(instrument, [patches[name] for name in held], [(place, 0) for place in range(len(held))]),
    )


def _is_frozen(patch_sha256: str) -> bool:
    """By the hash of the hash: trainings hold out by the first, and would find nothing left of it to hold out."""
    return is_held_out(sha256(patch_sha256.encode()), HELD_OUT)


def _times(entry: Entry) -> int:
    return GOLDEN_TIMES if entry.golden else TIMES[entry.vote]
