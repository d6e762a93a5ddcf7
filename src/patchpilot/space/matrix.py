"""Random sparse modulation: how many routings a patch has, and what they are like.

Sources and destinations are weighed by kind: names with `*` and `?`, the first that fits a name being its kind. A
kind's weight is shared alike by its names. Nothing is routed to what cannot be heard, nor twice the same way.
"""

from __future__ import annotations

import fnmatch
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from patchpilot.space.distribution import Distribution
from patchpilot.space.routing import SLOT, Routing, RoutingSpace
from patchpilot.space.space import Space

Weights = npt.NDArray[np.float64]
_ROWS = 5
"""Pairs of uniform numbers of one routing."""


@dataclass(frozen=True)
class Matrix:
    """A distribution over the routings of a patch.

    Attributes:
        count: how many there are, rounded.
        most: no patch has more; as many are drawn always, so that all patches use up as many numbers.
        sources: weights by kind of name ("lfo_?").
        destinations: weights by kind of name ("*_cutoff"); "modulation_*" is another routing of the patch.
        amounts: by kind of destination.
        power: of each routing's curve.
        bipolar: probability that the source swings around zero.
        stereo: probability that left and right are modulated in opposite directions.
        bypass: probability that the routing is switched off.
        uses: for a source, beginnings of the destinations that are heard only where another routing has this
            source; all others are heard.
    """

    count: Distribution
    most: int
    sources: Mapping[str, float]
    destinations: Mapping[str, float]
    amounts: Mapping[str, Distribution]
    power: Distribution
    bipolar: float = 0.0
    stereo: float = 0.0
    bypass: float = 0.0
    uses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def n_draws(self) -> int:
        """Pairs of uniform numbers that `routings` uses up."""
        return 1 + _ROWS * self.most

    def routings(
        self,
        space: Space,
        uniforms: Sequence[Sequence[float]],
        *,
        silent: tuple[str, ...] = (),
        beside: Sequence[Routing] = (),
    ) -> list[Routing]:
        """Routings of some uniform numbers; their "modulation_N" count on from those of `beside`.

        Args:
            space: of the instrument.
            uniforms: `n_draws` pairs in [0, 1).
            silent: beginnings of what does not sound, because its switch is off.
            beside: other routings of the patch.
        """
        if space.routing is None:
            return []
        count = min(max(round(self.count.value(*uniforms[0])), 0), self.most)
        count = min(count, space.routing.n_slots - len(beside))
        rows = [uniforms[1 + _ROWS * i : 1 + _ROWS * (i + 1)] for i in range(count)]
        while True:
            made = self._made(space.routing, rows, silent, beside)
            if len(made) == len(rows):
                return made
            rows = rows[
                : len(made)
            ]  # there is no more to modulate, so none may aim at those that are not there

    def _made(
        self,
        matrix: RoutingSpace,
        rows: Sequence[Sequence[Sequence[float]]],
        silent: tuple[str, ...],
        beside: Sequence[Routing],
    ) -> list[Routing]:
        """A routing of each five pairs, up to the first that finds nothing to modulate."""
        weights = _weights(tuple(self.sources.items()), matrix.sources)
        sources = [matrix.sources[_picked(weights, row[0][0])] for row in rows]
        used = Counter([*sources, *(routing.source for routing in beside)])
        reach = _Reach(self, matrix, silent, used, n_routings=len(rows) + len(beside))
        for routing in beside:
            reach.take(routing.source, routing.destination)
        made: list[Routing] = []
        for source, row in zip(sources, rows, strict=True):
            (_, where), (which, bipolar), (stereo, bypass), amount, power = row
            destination = reach.destination(source, len(beside) + len(made) + 1, where, which)
            if destination is None:
                break
            reach.take(source, destination)
            made.append(
                Routing(
                    source,
                    destination,
                    amount=self._amount(destination).value(*amount),
                    power=self.power.value(*power),
                    bipolar=bipolar < self.bipolar,
                    stereo=stereo < self.stereo,
                    bypass=bypass < self.bypass,
                )
            )
        return made

    def _amount(self, destination: str) -> Distribution:
        kind = _kind(tuple(self.amounts), destination)
        assert kind is not None, f"the amounts of a matrix end with '*', but none is for {destination}"
        return self.amounts[kind]

    @cached_property
    def lines(self) -> list[str]:
        """What is drawn, to be printed."""
        said = {
            "how many": f"{self.count}, at most {self.most}",
            "sources": _shares(self.sources),
            "destinations": _shares(self.destinations),
            **{f"amount to {kind}": str(drawn) for kind, drawn in self.amounts.items()},
            "power": str(self.power),
            "switches": f"bipolar {self.bipolar:.0%}, stereo {self.stereo:.0%}, bypass {self.bypass:.0%}",
        }
        lines = ["routings at random", *(f"  {what:<32} {text}" for what, text in said.items())]
        lines += ["destinations only where a source is in use"] if self.uses else []
        return lines + [f"  {source:<32} {', '.join(names)}" for source, names in self.uses.items()]


class _Reach:
    """What can still be modulated in one patch."""

    def __init__(
        self,
        matrix: Matrix,
        space: RoutingSpace,
        silent: tuple[str, ...],
        used: Counter[str],
        n_routings: int,
    ) -> None:
        self.names = space.destinations
        self.used, self.uses = used, matrix.uses
        self.n_routings = n_routings
        self.taken: dict[str, set[str]] = {}
        unused = tuple(name for source, names in matrix.uses.items() if not used[source] for name in names)
        self.weights = _weights(tuple(matrix.destinations.items()), self.names).copy()
        self.weights[_beginning(silent + unused, self.names)] = 0.0

    def take(self, source: str, destination: str) -> None:
        """Remember a routing, so that it does not come again."""
        self.taken.setdefault(source, set()).add(destination)

    def destination(self, source: str, number: int, where: float, which: float) -> str | None:
        """What a routing of that number (from 1) modulates, None where nothing is left to it.

        Args:
            source: what modulates.
            number: of the routing, which does not modulate itself.
            where: in [0, 1), decides on the destination.
            which: in [0, 1), decides on the other routing, where the destination is one.
        """
        weights = self.weights.copy()
        if self.used[source] == 1:  # by itself alone it would only modulate what nobody hears
            weights[_beginning(self.uses.get(source, ()), self.names)] = 0.0
        taken = self.taken.get(source, set())
        places = _places(self.names)
        weights[[places[name] for name in taken if not SLOT.match(name)]] = 0.0
        for field_name, slots in _slots(self.names).items():
            if not self._free(number, field_name, taken):
                weights[slots] = 0.0
        if not weights.any():
            return None
        chosen = self.names[_picked(weights, where)]
        match = SLOT.match(chosen)
        if match is None:
            return chosen
        free = self._free(number, match[2], taken)
        return f"modulation_{free[int(which * len(free))]}_{match[2]}"

    def _free(self, number: int, field_name: str, taken: set[str]) -> list[int]:
        """Numbers of the other routings, of which this field is not modulated yet."""
        numbers = range(1, self.n_routings + 1)
        return [n for n in numbers if n != number and f"modulation_{n}_{field_name}" not in taken]


@lru_cache(maxsize=64)
def _weights(kinds: tuple[tuple[str, float], ...], names: tuple[str, ...]) -> Weights:
    """Of each name: its kind's weight, shared alike; 0 where it is of none. Float64 (n,), not to be changed."""
    found = [_kind(tuple(kind for kind, _ in kinds), name) for name in names]
    shared = Counter(found)
    weight = dict(kinds)
    return np.array([0.0 if kind is None else weight[kind] / shared[kind] for kind in found])


@lru_cache(maxsize=4096)
def _kind(kinds: tuple[str, ...], name: str) -> str | None:
    """The first that fits."""
    return next((kind for kind in kinds if fnmatch.fnmatchcase(name, kind)), None)


@lru_cache(maxsize=1024)
def _beginning(beginnings: tuple[str, ...], names: tuple[str, ...]) -> npt.NDArray[np.intp]:
    """Places of the names that begin so."""
    return np.array([i for i, name in enumerate(names) if name.startswith(beginnings)], np.intp)


@lru_cache(maxsize=8)
def _places(names: tuple[str, ...]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


@lru_cache(maxsize=8)
def _slots(names: tuple[str, ...]) -> dict[str, npt.NDArray[np.intp]]:
    """Places of the destinations that are a routing's own number, by what it is ("amount")."""
    matches = [(place, SLOT.match(name)) for place, name in enumerate(names)]
    found: dict[str, list[int]] = {}
    for place, match in matches:
        if match is not None:
            found.setdefault(match[2], []).append(place)
    return {name: np.array(places, np.intp) for name, places in found.items()}


def _picked(weights: Weights, u: float) -> int:
    """The place that `u` in [0, 1) falls on; never one of no weight."""
    sums = np.cumsum(weights)
    place = int(np.searchsorted(sums, u * sums[-1], side="right"))
    return min(place, int(np.flatnonzero(weights)[-1]))


def _shares(weights: Mapping[str, float]) -> str:
    total = math.fsum(weights.values())
    return ", ".join(f"{kind} {weight / total:.1%}" for kind, weight in weights.items())
