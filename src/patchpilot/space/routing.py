"""Modulation routings: a source turns a destination by an amount, in a canonical order.

A destination may itself be a routing's amount or power ("modulation_3_amount"). Such numbers are positions
in the list, so they are renumbered whenever the list is put in order.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from patchpilot.errors import PatchError
from patchpilot.space.canonical import canonical_json, float32
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
        mapping: canonical JSON of a remapping curve, "" for none.
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
    the numbers only decide between two routings alike in all else. For a routing that modulates another,
    "destination" is that other one, found by colour refinement (Weisfeiler and Leman), since its number is
    what we are about to choose.
    A routing that aims at an empty slot keeps aiming at an empty one.
    """
    routings = list(routings)
    colours = [_colour(routing) for routing in routings]
    for _ in range(max(1, sum(r.target is not None for r in routings))):
        colours = [
            canonical_json([colour, _target_colour(routing, colours)])
            if routing.target is not None
            else colour
            for routing, colour in zip(routings, colours, strict=True)
        ]
        ranks = {colour: f"{rank:03d}" for rank, colour in enumerate(sorted(set(colours)))}
        colours = [ranks[colour] for colour in colours]
    numbers = [[routing.field(name) for name in FIELDS] for routing in routings]
    order = sorted(range(len(routings)), key=lambda i: (colours[i], numbers[i]))
    position = {old: new for new, old in enumerate(order)}
    empty = min(len(routings), n_slots - 1)
    return tuple(
        routing if routing.target is None else routing.retargeted(position.get(routing.target, empty))
        for routing in (routings[i] for i in order)
    )


def _colour(routing: Routing) -> str:
    """What of a routing decides its place: a slot's number does not."""
    destination = SLOT.sub(r"modulation_*_\2", routing.destination)
    return canonical_json([routing.source, destination, routing.mapping])


def _target_colour(routing: Routing, colours: Sequence[str]) -> str:
    """The colour of the routing that this one modulates, "" for an empty slot."""
    assert routing.target is not None
    return colours[routing.target] if routing.target < len(colours) else ""
