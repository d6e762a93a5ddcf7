"""Modules of one patch put into another, with all that belongs to them.

A module is a group of parameters (an oscillator, a filter, an effect, an LFO) and its assets: an oscillator's
wavetable, an LFO's shape, the sample. What modulates a module comes with it: routings follow their destination, and
the envelope, LFO, random generator or macro they start from takes a free place of its kind in the new patch.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TypeVar

from patchpilot.space import Asset, Patch, Routing, Space
from patchpilot.space.canonical import Json
from patchpilot.space.routing import SLOT

T = TypeVar("T")
_MODULATOR = re.compile(r"^(env|lfo|random|macro_control)_\d$")
_AMPLITUDE = "env_1"
"""Shapes the level of every voice, routed or not: it is never moved to make room."""
_SOUND = re.compile(r"^(osc_\d|sample)$")


@lru_cache(maxsize=4096)
def module_of(name: str) -> str:
    """The module of a parameter, a source or an asset slot: its own name where it is alone."""
    table = re.match(r"^wavetable_(\d)$", name)
    if table:
        return f"osc_{table[1]}"
    match = re.match(r"^((?:osc|env|lfo|filter|random|macro_control)_(?:\d|fx))(?:_|$)", name)
    return match[1] if match else name.partition("_")[0]


@dataclasses.dataclass(frozen=True)
class Modules:
    """The modules of an instrument.

    Attributes:
        space: the instrument's space.
        switched: modules with an on switch, in the space's order.
        modulators: modules that routings start from, and that can stand in for one another within their kind.
    """

    space: Space
    switched: tuple[str, ...]
    modulators: tuple[str, ...]

    @classmethod
    def of(cls, space: Space) -> Modules:
        """The modules of a space."""
        names = dict.fromkeys(module_of(parameter.name) for parameter in space)
        sources = set(space.routing.sources) if space.routing else set()
        return cls(
            space,
            tuple(name for name in names if f"{name}_on" in space.by_name),
            tuple(name for name in names if _MODULATOR.match(name) and name in sources),
        )

    def value(self, patch: Patch, name: str) -> float:
        """The stored value of a parameter."""
        return patch.values.get(name, self.space[name].default)

    def on(self, patch: Patch) -> list[str]:
        """Modules that are switched on."""
        return [name for name in self.switched if self.value(patch, f"{name}_on")]

    def moving(self, patch: Patch) -> list[str]:
        """Modulators that move something, and the envelope of the amplitude."""
        used = {routing.source for routing in patch.routings if not routing.bypass}
        return [name for name in self.modulators if name in used or name == _AMPLITUDE]

    def is_heard(self, patch: Patch) -> bool:
        """Whether something makes sound, as far as switches and levels say; True where there are no such switches."""
        sources = [name for name in self.switched if _SOUND.match(name)]
        routed = {routing.destination for routing in patch.routings}
        return not sources or any(
            self.value(patch, f"{name}_on")
            and (f"{name}_level" in routed or self.value(patch, f"{name}_level") > 0.0)
            for name in sources
        )

    def makes_sound(self, name: str) -> bool:
        """Whether a module makes sound itself."""
        return _SOUND.match(name) is not None


def graft(modules: Modules, host: Patch, donor: Patch, taken: Collection[str]) -> Patch:
    """The host with some modules of the donor in place of its own.

    Args:
        modules: of the instrument.
        host: everything else comes from it.
        donor: where the modules come from.
        taken: names of modules.

    Returns:
        A patch with at most as many routings as there are slots; those that find no slot, or whose modulator finds
        no free place, are left out, and so are those that modulate them.
    """
    places = _Places(modules, host, donor, set(taken))
    wanted = places.wanted()
    kept = [
        i for i, routing in enumerate(host.routings) if module_of(routing.destination) not in places.replaced
    ]
    n_slots = modules.space.routing.n_slots if modules.space.routing else 0
    chosen = [(host, i) for i in kept] + [(donor, i) for i in wanted]
    return dataclasses.replace(
        Patch.make(
            modules.space,
            places.values(),
            routings=_wired(chosen[:n_slots], donor, places.renamed),
            assets=places.assets(),
            info=places.info(),
        ),
        extra=host.extra,
    )


class _Places:
    """Where each module of the donor goes in the host."""

    def __init__(self, modules: Modules, host: Patch, donor: Patch, taken: set[str]) -> None:
        self._host, self._donor = host, donor
        self._modules = modules
        self.renamed: dict[str, str] = {name: name for name in sorted(taken)}
        """Place in the host by module of the donor."""
        self._given_up: set[str] = set()

    @property
    def replaced(self) -> set[str]:
        """Modules of the host that are no longer its own."""
        return set(self.renamed.values())

    def wanted(self) -> list[int]:
        """Numbers of the donor's routings that come along; finds places for what they start from."""
        while True:
            before = len(self.renamed) + len(self._given_up)
            come = [i for i, routing in enumerate(self._donor.routings) if self._comes(routing)]
            if len(self.renamed) + len(self._given_up) == before:
                return self._aimed(come)

    def _aimed(self, come: list[int]) -> list[int]:
        """Those and the ones that modulate them, as long as there are more; none that aims at one left out."""
        there = set(come)
        for _ in self._donor.routings:
            more = {
                i
                for i, routing in enumerate(self._donor.routings)
                if routing.target in there and i not in there and self._source(routing) is not None
            }
            if not more:
                break
            there |= more
        return sorted(there)

    def _comes(self, routing: Routing) -> bool:
        """Whether a routing's destination is in a module that comes, and its source has a place."""
        inside = routing.target is None and module_of(routing.destination) in self.renamed
        return inside and self._source(routing) is not None

    def _source(self, routing: Routing) -> str | None:
        """What a routing starts from in the host; None where there is no free place for it."""
        source = routing.source
        if source not in self._modules.modulators or source == _AMPLITUDE or source in self.renamed:
            return self.renamed.get(source, source)
        if source in self._given_up:
            return None
        kind = source.rpartition("_")[0]
        busy = {r.source for r in self._host.routings if module_of(r.destination) not in self.replaced}
        free = [
            name
            for name in self._modules.modulators
            if name.rpartition("_")[0] == kind
            and name != _AMPLITUDE
            and name not in busy
            and name not in self.replaced
        ]
        if not free:
            self._given_up.add(source)
            return None
        self.renamed[source] = source if source in free else free[0]
        return self.renamed[source]

    def values(self) -> dict[str, float]:
        """Stored values of the child."""
        new = {n: v for n, v in self._host.values.items() if module_of(n) not in self.replaced}
        for name, value in self._donor.values.items():
            place = self.renamed.get(module_of(name))
            if place is not None:
                new[place + name.removeprefix(module_of(name))] = value
        return new

    def assets(self) -> dict[str, Asset]:
        """Assets of the child, by slot."""
        return self._slots(self._host.assets, self._donor.assets)

    def info(self) -> Mapping[str, Json]:
        """The names of its assets."""
        names = self._slots(self._host.info.get("assets", {}), self._donor.info.get("assets", {}))
        return {"assets": names} if names else {}

    def _slots(self, host: Mapping[str, T], donor: Mapping[str, T]) -> dict[str, T]:
        new = {slot: item for slot, item in host.items() if module_of(slot) not in self.replaced}
        for slot, item in donor.items():
            place = self.renamed.get(module_of(slot))
            if place is not None:
                # Only modulators move, and their slots have their names.
                new[slot if place == module_of(slot) else place] = item
        return new


def _wired(chosen: list[tuple[Patch, int]], donor: Patch, renamed: Mapping[str, str]) -> list[Routing]:
    """The routings under their new names, those that modulate others aimed at these again."""
    while True:  # one that is left out may be what another aims at
        position = {(id(patch), i): at for at, (patch, i) in enumerate(chosen)}
        aimed = [
            (patch, i)
            for patch, i in chosen
            if patch.routings[i].target is None or (id(patch), patch.routings[i].target) in position
        ]
        if len(aimed) == len(chosen):
            break
        chosen = aimed
    wired = []
    for patch, i in chosen:
        routing = patch.routings[i]
        if patch is donor:
            routing = dataclasses.replace(
                routing,
                source=renamed.get(routing.source, routing.source),
                destination=_renamed(routing.destination, renamed),
            )
        if routing.target is not None:
            routing = routing.retargeted(position[id(patch), routing.target])
        wired.append(routing)
    return wired


def _renamed(destination: str, renamed: Mapping[str, str]) -> str:
    if SLOT.match(destination):
        return destination
    module = module_of(destination)
    return renamed.get(module, module) + destination.removeprefix(module)
