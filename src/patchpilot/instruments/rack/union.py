"""The space of a rack: parameters of all its nodes, less what is pinned or tied to a macro.

"ladder_cutoff"     the parameter "cutoff" of the node "ladder"
"brightness"        a macro
"player_sample"     the asset slot "sample" of the node "player"
"osc_1_level"       of the instrument in the rack, where there is one
"lead_osc_1_level"  of the instrument "lead", where there are several
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from patchpilot.errors import RackError
from patchpilot.instruments.rack.sources import InstrumentModule
from patchpilot.modules.base import assets_of
from patchpilot.modules.graph import Graph
from patchpilot.modules.playing import own_value
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import canonical_json, sha256
from patchpilot.space.parameter import Parameter
from patchpilot.space.patch import Patch
from patchpilot.space.routing import Routing, RoutingSpace
from patchpilot.space.space import Space

if TYPE_CHECKING:
    from patchpilot.instruments.base import Instrument

Macro = Mapping[str, tuple[float, float]]
"""Parameters by name, each with its value (in its unit) at 0 and at 1 of the macro."""


@dataclass(frozen=True, eq=False)
class Union:
    """Parameters of a graph as one space, and a patch of it taken apart again.

    Attributes:
        name: of the rack.
        graph: whose nodes they are.
        pins: values (in their units, or options' names) of parameters that nobody may choose.
        macros: parameters in [0, 1] that turn others.

    Raises:
        RackError: two parameters have one name, or a pin or macro names what is not there.
    """

    name: str
    graph: Graph
    pins: Mapping[str, float | str] = field(default_factory=dict)
    macros: Mapping[str, Macro] = field(default_factory=dict)

    @cached_property
    def instruments(self) -> Mapping[str, Instrument]:
        """By node."""
        return {
            name: node.module.instrument
            for name, node in self.graph.nodes.items()
            if isinstance(node.module, InstrumentModule)
        }

    @cached_property
    def places(self) -> Mapping[str, tuple[str, Parameter]]:
        """Node and parameter of every name, pinned and tied ones too; nodes' own values are the defaults."""
        found: dict[str, tuple[str, Parameter]] = {}
        for name, node in self.graph.nodes.items():
            instrument = self.instruments.get(name)
            before = f"{name}_" if instrument is None else self.prefix(name)
            for parameter in node.module.parameters if instrument is None else instrument.space:
                full = before + parameter.name
                if full in found:
                    raise RackError(
                        f"two parameters would be called {full!r}, of {found[full][0]} and of {name}: give one of the "
                        "nodes another name"
                    )
                default = parameter.default if instrument else own_value(parameter, node.values)
                found[full] = name, dataclasses.replace(parameter, default=default)
        return found

    def prefix(self, node: str) -> str:
        """What stands before an instrument's names: nothing where it is the only one."""
        return "" if len(self.instruments) == 1 else f"{node}_"

    @cached_property
    def tied(self) -> Mapping[str, tuple[str, float, float]]:
        """For each parameter that a macro turns: the macro, and the stored values at its ends."""
        found: dict[str, tuple[str, float, float]] = {}
        for macro, targets in self.macros.items():
            for name, ends in targets.items():
                parameter = self._known(name, f"macro {macro}")
                if name in found or name in self.pins:
                    raise RackError(f"{name} is tied to a macro, so it cannot be pinned or tied to another")
                if parameter.is_categorical:
                    raise RackError(f"expected a continuous parameter for macro {macro}, got {name}")
                low, high = (own_value(parameter, {parameter.name: end}) for end in ends)
                found[name] = macro, low, high
        return found

    @cached_property
    def pinned(self) -> Mapping[str, float]:
        """Stored values of what is pinned."""
        found = {}
        for name, value in self.pins.items():
            parameter = self._known(name, "a pin")
            found[name] = own_value(parameter, {parameter.name: value})
        return found

    def _known(self, name: str, what: str) -> Parameter:
        if name not in self.places:
            raise RackError(f"{what} names {name!r}, but the rack has: {', '.join(list(self.places)[:40])}")
        return self.places[name][1]

    @cached_property
    def space(self) -> Space:
        """What can be chosen."""
        free = [
            dataclasses.replace(
                parameter, name=full, group=parameter.group if node in self.instruments else node
            )
            for full, (node, parameter) in self.places.items()
            if full not in self.pinned and full not in self.tied
        ]
        clash = set(self.macros) & set(self.places)
        if clash:
            raise RackError(f"a macro cannot be called {clash.pop()!r}, as a parameter is")
        macros = [Parameter(name, 0.0, 1.0, 0.0, False, group="macro") for name in self.macros]
        said = [self.graph.to_json(), dict(self.pins), {k: dict(v) for k, v in self.macros.items()}]
        return Space(
            instrument=self.name,
            version=sha256(canonical_json(said).encode())[:16],
            parameters=(*macros, *free),
            routing=self._routing(),
            assets={
                **{
                    self.prefix(node) + slot: asset
                    for node, instrument in self.instruments.items()
                    for slot, asset in instrument.space.assets.items()
                },
                **{
                    f"{node}_{slot}": asset
                    for node, slots in self.own_assets.items()
                    for slot, asset in slots.items()
                },
            },
            views={"full": tuple(p.name for p in (*macros, *free)), **self._views()},
        )

    @cached_property
    def own_assets(self) -> Mapping[str, Mapping[str, Asset]]:
        """Slots of modules by node, with their defaults; nodes without any are left out."""
        found = {name: assets_of(node.module) for name, node in self.graph.nodes.items()}
        return {name: slots for name, slots in found.items() if slots}

    def assets(self, patch: Patch) -> dict[str, dict[str, Asset]]:
        """A patch's assets of modules, by node and slot."""
        found = {
            node: {slot: patch.assets[f"{node}_{slot}"] for slot in slots if f"{node}_{slot}" in patch.assets}
            for node, slots in self.own_assets.items()
        }
        return {node: slots for node, slots in found.items() if slots}

    def _routing(self) -> RoutingSpace | None:
        """Those of all instruments; the numbers of modulated routings are of the whole."""
        found = [(self.prefix(n), i.space.routing) for n, i in self.instruments.items() if i.space.routing]
        if not found:
            return None
        return RoutingSpace(
            sources=tuple(before + source for before, routing in found for source in routing.sources),
            destinations=tuple(
                dict.fromkeys(
                    d if d.startswith("modulation_") else before + d
                    for before, routing in found
                    for d in routing.destinations
                )
            ),
            n_slots=sum(routing.n_slots for _, routing in found),
            fields=found[0][1].fields,
        )

    def _views(self) -> Mapping[str, tuple[str, ...]]:
        """ "core": that of the only instrument and all parameters of the nodes."""
        free = set(self.places) - set(self.pinned) - set(self.tied)
        (only,) = self.instruments.values() if len(self.instruments) == 1 else (None,)
        if only is None or "core" not in only.space.views:
            return {"core": (*self.macros, *(name for name in self.places if name in free))}
        own = [n for n, (node, _) in self.places.items() if node not in self.instruments and n in free]
        return {"core": (*self.macros, *(n for n in only.space.views["core"] if n in free), *own)}

    def check(self, patch: Patch) -> None:
        """Raise `RackError` where a patch has a value that a parameter of a module or a macro cannot take."""
        for p in self.space:
            value = patch.values.get(p.name, p.default)
            dust = 1e-6 * max(abs(p.minimum), abs(p.maximum))  # of float32
            if not p.minimum - dust <= value <= p.maximum + dust and self._is_ours(p.name):
                low, high = p.shown(p.minimum), p.shown(p.maximum)
                shown = f" ({low:g} to {high:g} {p.unit}".rstrip() + ")" if low != p.minimum else ""
                raise RackError(
                    f"rack {self.name}: {p.name}: expected {p.minimum:g} to {p.maximum:g}{shown}, got {value:g}"
                )

    def _is_ours(self, name: str) -> bool:
        """Whether an instrument inside has no say in it."""
        return name not in self.places or self.places[name][0] not in self.instruments

    def stored(self, patch: Patch) -> dict[str, dict[str, float]]:
        """Stored values by node and the module's own name of the parameter, macros and pins followed."""
        values = {p.name: patch.values.get(p.name, p.default) for p in self.space}
        values.update(self.pinned)
        for name, (macro, low, high) in self.tied.items():
            values[name] = low + (high - low) * values[macro]
        found: dict[str, dict[str, float]] = {name: {} for name in self.graph.nodes}
        for full, (node, parameter) in self.places.items():
            found[node][parameter.name] = values[full]
        return found

    def part(self, patch: Patch, node: str) -> Patch:
        """The patch of an instrument in the rack.

        Raises:
            RackError: a routing joins two instruments.
        """
        instrument, before = self.instruments[node], self.prefix(node)
        routings = []
        for routing in patch.routings:
            if routing.source.startswith(before):
                if routing.target is not None and before:
                    raise RackError("routings of routings are only possible with one instrument in a rack")
                if not routing.destination.startswith(before):
                    raise RackError(
                        f"a routing cannot join two instruments: {routing.source} > {routing.destination}"
                    )
                routings.append(_without(routing, before))
        return Patch.make(
            instrument.space,
            self.stored(patch)[node],
            routings=routings,
            assets={
                slot: patch.assets[before + slot]
                for slot in instrument.space.assets
                if before + slot in patch.assets
            },
        )


def _without(routing: Routing, before: str) -> Routing:
    """The same by an instrument's own names."""
    if not before:
        return routing
    return dataclasses.replace(
        routing, source=routing.source[len(before) :], destination=routing.destination[len(before) :]
    )
