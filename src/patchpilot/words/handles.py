"""What may be turned on a patch for the sake of its timbre: its knobs, and modules that are off as yet.

A handle is one coordinate, counted in typical steps; at 0 everything is as it is in the patch. Most turn one knob. One
of a module that is off switches it on as soon as it is turned, and turns all that makes the module heard: a
distortion's drive and mix together. What would play another pitch is left alone, and so are menus, which have no slope.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64
from patchpilot.instruments.base import KNOB_STEP, Instrument
from patchpilot.space import Edit, Patch, Space, View
from patchpilot.words.openings import PITCH, Opening, found_openings, merged

_ALSO = re.compile(r"(^|_|\.)(stereo_spread|volume)$")
"""Knobs that searches for a target leave alone, and words are about: how wide, how loud."""
_ALSO_STEP = 0.1
_MOST_ON = 6.0
"""Steps by which a module that was off is turned up at most."""
_UNUSED = 1e-6


@dataclass(frozen=True, eq=False)
class Handles:
    """The coordinates of a patch.

    Attributes:
        space: the instrument's.
        base: the patch, where all are 0.
        view: the knobs that are turned one by one; they come first.
        openings: modules that are off; they come next.
        edits: structural moves that are made or not: another table, fewer voices; they come last, each 0 or 1.
        origin: of the knobs, their places in the view.
        units: of the knobs, one typical step as a part of the range.
        low: (d,) least coordinates, <= 0.
        high: (d,) greatest coordinates, >= 0.
    """

    space: Space
    base: Patch
    view: View
    openings: tuple[Opening, ...]
    edits: tuple[Edit, ...]
    origin: F64
    units: F64
    low: F64
    high: F64

    @classmethod
    def of(
        cls, instrument: Instrument, patch: Patch, pinned: Collection[str] = (), *, rough: bool = False
    ) -> Handles:
        """Everything that is worth turning on a patch, but what is pinned; there may be nothing.

        Args:
            instrument: that plays it.
            patch: where all coordinates are 0.
            pinned: parameters, "modulation_N_amount" of the patch's N-th routing, and asset slots that stay.
            rough: whether what only makes a sound rough is worth turning.
        """
        space, kept = instrument.space, frozenset(pinned)
        steps = {name: step for name, step in _knobs(instrument, patch).items() if name not in kept}
        view = View(space, patch, tuple(steps))
        ranges = np.array([p.maximum - p.minimum for p in view.parameters])
        units = np.array(list(steps.values())) / np.maximum(ranges, 1e-9)
        origin = view.encode(patch)
        found = found_openings(instrument, patch, rough=rough)
        openings = tuple(one for one in found if kept.isdisjoint(_sets(one.edit)))
        edits = tuple(
            one
            for one in instrument.edits(patch)
            if not (one.is_neutral or one.routings or _plays_other(one)) and kept.isdisjoint(_sets(one))
        )
        both = np.array([opening.goes_down for opening in openings], bool)
        return cls(
            space,
            patch,
            view,
            openings,
            edits,
            origin,
            units,
            np.concatenate([-origin / units, np.where(both, -_MOST_ON, 0.0), np.zeros(len(edits))]),
            np.concatenate([(1.0 - origin) / units, np.full(len(openings), _MOST_ON), np.ones(len(edits))]),
        )

    def __len__(self) -> int:
        return len(self.low)

    def chosen_edits(self, n: int, random: np.random.Generator) -> list[int]:
        """Places of some edits: of all kinds, of those that have many options more."""
        kinds: dict[tuple[str, ...], list[int]] = {}
        for i, edit in enumerate(self.edits):
            kinds.setdefault((*edit.values, *edit.assets), []).append(self.n_turned + i)
        order = []
        for places in kinds.values():
            drawn = random.permutation(places)
            order += [(rank / np.sqrt(len(drawn)), int(place)) for rank, place in enumerate(drawn)]
        return [place for _, place in sorted(order)[:n]]

    @property
    def n_turned(self) -> int:
        """Coordinates that are turned: all but the edits."""
        return len(self.low) - len(self.edits)

    def kept(self, at: F64) -> F64:
        """The nearest coordinates within the ranges."""
        return np.clip(at, self.low, self.high)

    def patch(self, at: F64) -> Patch:
        """The patch at coordinates (d,): what is not turned is as it is in the base."""
        n, patch = len(self.view), self.base
        for made, edit in zip(at[self.n_turned :], self.edits, strict=True):
            patch = edit.apply(self.space, patch) if made > 0.5 else patch
        turned = np.abs(at[:n]) > _UNUSED
        if turned.any():
            norms = np.clip(self.origin + at[:n] * self.units, 0.0, 1.0)
            view = View(self.space, patch, tuple(np.array(self.view.names)[turned]))
            patch = view.patch(norms[turned])
        for by, openings in self._opened(at[n : self.n_turned]):
            patch = merged(openings, by, self.space).apply(self.space, patch)
        return patch

    def _opened(self, by: F64) -> Iterator[tuple[list[float], list[Opening]]]:
        """Modules that are switched on, each with what is turned of it."""
        groups: dict[str, tuple[list[float], list[Opening]]] = {}
        for turn, opening in zip(by.tolist(), self.openings, strict=True):
            if abs(turn) > _UNUSED:
                turns, openings = groups.setdefault(opening.edit.name, ([], []))
                turns.append(turn)
                openings.append(opening)
        yield from groups.values()


def _sets(edit: Edit) -> Iterator[str]:
    """What of a patch it changes."""
    yield from edit.values
    yield from edit.assets


def _plays_other(edit: Edit) -> bool:
    """Whether it plays another pitch."""
    return any(PITCH.search(name) for name in edit.values)


def _knobs(instrument: Instrument, patch: Patch) -> dict[str, float]:
    """Knobs with a typical step each, in stored units."""
    space = instrument.space
    found = dict(instrument.knobs(patch))
    if not found:
        names = space.views.get("core", ())
        found = {
            p.name: KNOB_STEP * (p.maximum - p.minimum)
            for p in (space[name] for name in names)
            if not p.is_categorical
        }
    for p in space:
        if _ALSO.search(p.name) and not p.is_categorical:
            found.setdefault(p.name, _ALSO_STEP * (p.maximum - p.minimum))
    for i, routing in enumerate(patch.routings, start=1):
        if PITCH.search(routing.destination):
            found.pop(f"modulation_{i}_amount", None)
    view = View(space, patch, tuple(found))
    return {p.name: found[p.name] for p in view.parameters if not (p.is_categorical or PITCH.search(p.name))}
