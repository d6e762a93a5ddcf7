"""A finished graph of modules: every name once, every port known, no cycle."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from patchpilot.errors import RackError
from patchpilot.modules.base import Port
from patchpilot.modules.wiring import End, Node, Part, Wire
from patchpilot.space.canonical import Json


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes and wires.

    Attributes:
        nodes: by name, each after those that it hears.
        wires: between them.
        outputs: (node, output) pairs that are mixed to what is heard.

    Raises:
        RackError: nothing is heard, a port or a parameter is unknown or of another kind, or there is a cycle.
    """

    nodes: Mapping[str, Node]
    wires: tuple[Wire, ...]
    outputs: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        for name, node in self.nodes.items():
            _check_values(name, node)
        for wire in self.wires:
            self._check(wire)
        for name, output in self.outputs:
            _port(self.nodes[name], output, self.nodes[name].module.outputs, "output")
        before: dict[str, set[str]] = {name: set() for name in self.nodes}
        for wire in self.wires:
            before[wire.target].add(wire.source)
        try:
            order = list(TopologicalSorter(before).static_order())
        except CycleError as error:
            way = " → ".join(reversed(error.args[1]))
            raise RackError(f"expected a rack without feedback, but there is a cycle: {way}") from None
        if not self.outputs:
            raise RackError(
                "expected a rack from which something is heard, but every output goes into another node"
            )
        object.__setattr__(self, "nodes", {name: self.nodes[name] for name in order})

    def _check(self, wire: Wire) -> None:
        source, target = self.nodes[wire.source], self.nodes[wire.target]
        output = _port(source, wire.output, source.module.outputs, "output")
        if wire.port in {parameter.name for parameter in target.module.parameters}:
            if wire.port not in target.module.varying:
                able = ", ".join(sorted(target.module.varying)) or "none"
                raise RackError(
                    f"{wire.target}: {wire.port} cannot move within a performance; these can: {able}"
                )
            if output.channels != 1:
                raise RackError(
                    f"expected a control signal for {wire.target}[{wire.port!r}], but {wire.source} gives audio: an "
                    "LFO or an envelope gives control"
                )
            return
        port = _port(target, wire.port, target.module.inputs, "input")
        if port.channels != output.channels:
            kinds = {1: "control", 2: "audio"}
            raise RackError(
                f"{wire.source} gives {kinds[output.channels]}, but {wire.target}[{wire.port!r}] takes "
                f"{kinds[port.channels]}"
            )

    @classmethod
    def of(cls, parts: Iterable[Part], sent: Iterable[End] = ()) -> Graph:
        """The graph of parts: what no wire takes on is heard; nodes of one name are numbered.

        Args:
            parts: of it.
            sent: ends that are heard although wires take them on.

        Raises:
            RackError: as for the graph itself.
        """
        parts = list(parts)
        nodes = list(dict.fromkeys(node for part in parts for node in part.nodes))
        names = _names(nodes)
        links = dict.fromkeys(link for part in parts for link in part.links)
        wires = tuple(
            Wire(names[a], _output(a, out), names[b], _input(b, into)) for (a, out), (b, into) in links
        )
        taken = {(wire.source, wire.output) for wire in wires}
        kept = {(names[node], _output(node, port)) for node, port in sent}
        tails: dict[End, None] = dict.fromkeys(tail for part in parts for tail in part.tails)
        heard = [
            (names[node], _output(node, port))
            for node, port in tails
            if not port or not _is_input(node, port)
        ]
        return cls(
            {names[node]: node for node in nodes},
            wires,
            tuple(out for out in dict.fromkeys(heard) if out not in taken or out in kept),
        )

    @cached_property
    def into(self) -> Mapping[str, tuple[Wire, ...]]:
        """Wires by the node that they go to."""
        return {name: tuple(wire for wire in self.wires if wire.target == name) for name in self.nodes}

    def to_json(self) -> Json:
        """Plain JSON; `kinds.graph_of` reads it."""
        return {
            "nodes": {
                name: {"module": node.module.to_json(), "values": dict(node.values)}
                for name, node in self.nodes.items()
            },
            "wires": [f"{w.source}.{w.output} > {w.target}.{w.port}" for w in self.wires],
            "outputs": [f"{name}.{output}" for name, output in self.outputs],
        }


def _check_values(name: str, node: Node) -> None:
    known = [parameter.name for parameter in node.module.parameters]
    for said in node.values:
        if said not in known:
            near = difflib.get_close_matches(said, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known) or 'none'}"
            raise RackError(f"{name} has no parameter {said!r}; {hint}")


def _names(nodes: list[Node]) -> dict[Node, str]:
    names: dict[Node, str] = {}
    for node in nodes:
        name, n = node.name, 1
        while name in names.values():
            n += 1
            name = f"{node.name}_{n}"
        names[node] = name
    return names


def _output(node: Node, port: str) -> str:
    return port or str(node.module.outputs[0].name)


def _input(node: Node, port: str) -> str:
    if not port and not node.module.inputs:
        raise RackError(f"{node.name} hears nothing, so nothing can go into it")
    return port or str(node.module.inputs[0].name)


def _is_input(node: Node, port: str) -> bool:
    module = node.module
    return port not in {p.name for p in module.outputs} and (
        port in module.varying or port in {p.name for p in module.inputs}
    )


def _port(node: Node, name: str, ports: tuple[Port, ...], kind: str) -> Port:
    for port in ports:
        if port.name == name:
            return port
    known: list[Any] = [port.name for port in ports]
    if kind == "input":
        known += sorted(node.module.varying)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise RackError(f"{node.name} has no {kind} {name!r}, only {', '.join(map(repr, known)) or 'none'}{hint}")
