"""Modulation routings: a source turns a destination by an amount, in a canonical order.

A destination may itself be a routing's amount or power ("modulation_3_amount"). Such numbers are positions
in the list, so they are renumbered whenever the list is put in order.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from patchpilot.errors import PatchError
from patchpilot.space.canonical import canonical_json, float32, one_spelling
from patchpilot.space.parameter import Parameter

SLOT = re.compile(r"^modulation_(\d+)_(\w+)$")
"""A control of a routing: its number (from 1) and its field."""


@dataclass(frozen=True)
class Routing:
    """One connection of the modulation matrix.

    Attributes:
        source: what modulates ("lfo_1", "env_2", "velocity", …).
        destination: the control that is modulated, or "modulation_N_amount|power" for the N-th routing
            of the patch (from 1).
        amount: −1..1, part of the destination's range.
        power: −10..10, curve of the source.
        bipolar: whether the source swings around zero.
        stereo: whether left and right are modulated in opposite directions.
        bypass: whether the connection is switched off.
        mapping: JSON of a remapping curve (canonical once it is here), "" for none.
    """

    source: str
    destination: str
    amount: float
    power: float = 0.0
    bipolar: bool = False
    stereo: bool = False
    bypass: bool = False
    mapping: str = ""

    def __post_init__(self) -> None:
        for name in ("amount", "power"):
            object.__setattr__(self, name, float32(getattr(self, name), name=f"routing {name}"))
        for name in ("bipolar", "stereo", "bypass"):
            object.__setattr__(self, name, bool(getattr(self, name)))
        if self.mapping:
            try:
                curve = json.loads(self.mapping)
            except (TypeError, ValueError):
                raise PatchError(f"routing mapping: expected JSON, got {self.mapping!r:.100}") from None
            object.__setattr__(self, "mapping", canonical_json(one_spelling(curve)))

    def field(self, name: str) -> float:
        """One of its five numbers by the control's field name."""
        return float(getattr(self, name))

    def turned(self, name: str, value: float) -> Routing:
        """The same with another number in one of its five fields."""
        numbers = {**{field: self.field(field) for field in FIELDS}, name: value}
        return Routing(
            self.source,
            self.destination,
            amount=numbers["amount"],
            power=numbers["power"],
            bipolar=numbers["bipolar"] >= 0.5,
            stereo=numbers["stereo"] >= 0.5,
            bypass=numbers["bypass"] >= 0.5,
            mapping=self.mapping,
        )

    @property
    def target(self) -> int | None:
        """Position (from 0) of the routing it modulates, or None."""
        match = SLOT.match(self.destination)
        return int(match[1]) - 1 if match else None

    def retargeted(self, position: int) -> Routing:
        """The same, modulating the routing at `position` (from 0)."""
        match = SLOT.match(self.destination)
        assert match is not None
        return dataclasses.replace(self, destination=f"modulation_{position + 1}_{match[2]}")


FIELDS = ("amount", "power", "bipolar", "stereo", "bypass")
"""The five controls of a routing, by their field names."""


@dataclass(frozen=True)
class RoutingSpace:
    """What can be routed to what.

    Attributes:
        sources: names of all modulation sources.
        destinations: names of all modulation destinations.
        n_slots: how many routings a patch may hold.
        fields: the five controls of a routing (`FIELDS`).
    """

    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    n_slots: int
    fields: tuple[Parameter, ...]

    def check(self, routings: Sequence[Routing]) -> None:
        """Refuse what the engine would not survive.

        Raises:
            PatchError: more than `n_slots` routings, or an unknown source or destination.
        """
        if len(routings) > self.n_slots:
            raise PatchError(f"expected at most {self.n_slots} modulation routings, got {len(routings)}")
        sources, destinations = set(self.sources), set(self.destinations)
        for routing in routings:
            if routing.source not in sources:
                raise PatchError(
                    f"unknown modulation source {routing.source!r}; known: {', '.join(self.sources)}"
                )
            if routing.destination not in destinations:
                raise PatchError(
                    f"{routing.destination!r} is not a modulation destination of this instrument: "
                    "the engine would crash on it, so it is refused here"
                )


def in_order(routings: Iterable[Routing], n_slots: int) -> tuple[Routing, ...]:
    """Sort routings canonically and renumber those that modulate another.

    The order depends on source, destination and mapping, so that turning an amount does not move a routing;
    the numbers only decide between two routings alike in all else. What modulates what is told by colour
    refinement (Weisfeiler and Leman), since the slots' numbers are what we are about to choose.
    A routing that aims at an empty slot keeps aiming at an empty one.
    """
    routings = list(routings)
    targets = [r.target if r.target is not None and r.target < len(routings) else None for r in routings]
    colours = [(*_label(routing), _loop(i, targets)) for i, routing in enumerate(routings)]
    ranks = _refined(_ranked(colours), targets)
    numbers = [tuple(routing.field(name) for name in FIELDS) for routing in routings]
    ranks = _refined(_ranked(zip(ranks, numbers, strict=True)), targets)
    # What is still alike is interchangeable; choosing one sets apart those that it modulates.
    while len(set(ranks)) < len(ranks):
        chosen = next(i for i, rank in enumerate(ranks) if ranks.count(rank) > 1)
        ranks = _refined(_ranked((rank, i != chosen) for i, rank in enumerate(ranks)), targets)
    order = sorted(range(len(routings)), key=ranks.__getitem__)
    position = {old: new for new, old in enumerate(order)}
    empty = min(len(routings), n_slots - 1)
    return tuple(
        routing if routing.target is None else routing.retargeted(position.get(routing.target, empty))
        for routing in (routings[i] for i in order)
    )


def _label(routing: Routing) -> tuple[str, str, str]:
    """What of a routing itself decides its place: a slot's number does not."""
    return routing.source, SLOT.sub(r"modulation_*_\2", routing.destination), routing.mapping


def _loop(start: int, targets: Sequence[int | None]) -> int:
    """In how many steps from target to target a routing comes back to itself; 0 for never."""
    at = targets[start]
    for steps in range(1, len(targets) + 1):
        if at is None or at == start:
            return steps if at == start else 0
        at = targets[at]
    return 0


def _ranked(keys: Iterable[Any]) -> list[int]:
    """For each key its place among the different ones."""
    keys = list(keys)
    places = {key: place for place, key in enumerate(sorted(set(keys)))}
    return [places[key] for key in keys]


def _refined(ranks: list[int], targets: Sequence[int | None]) -> list[int]:
    """Split classes of equal rank by what their members modulate and are modulated by, until none splits."""
    while True:
        by: list[list[int]] = [[] for _ in ranks]
        for i, target in enumerate(targets):
            if target is not None:
                by[target].append(ranks[i])
        aims = [-1 if target is None else ranks[target] for target in targets]
        finer = _ranked((rank, aims[i], tuple(sorted(by[i]))) for i, rank in enumerate(ranks))
        if max(finer, default=0) == max(ranks, default=0):
            return finer
        ranks = finer
