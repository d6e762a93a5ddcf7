"""How modules are put together: `osc >> filter["in"] >> drive`, a few lines for a network of signals.

A `Node` is a module with a name and values of its own. `a >> b` connects the first output of `a` with the first input
of `b`; `node["sidechain"]` names another port, or a parameter that a control signal is to move; `a + b` mixes. Each
of them gives a `Part`, an unfinished graph, which a `Rack` finishes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from patchpilot.errors import RackError


@dataclass(frozen=True)
class Wire:
    """From a node's output to an input of another, or to one of its parameters."""

    source: str
    output: str
    target: str
    port: str


class Wirable:
    """What `>>`, `+` and `["port"]` work on."""

    def part(self) -> Part:
        """It as an unfinished graph; a module becomes a node that is named after it."""
        return Node(self).part()  # a module

    def __rshift__(self, other: Wirable) -> Part:
        return self.part().then(other.part())

    def __add__(self, other: Wirable) -> Part:
        return self.part().beside(other.part())

    def __getitem__(self, port: str) -> Part:
        return self.part()[port]


@dataclass(frozen=True, eq=False)
class Node(Wirable):
    """A module in a rack.

    Attributes:
        module: what it does (a `Module`, or an instrument).
        name: in the rack; by default the module's. Two of one name are numbered ("saw", "saw_2").
        values: of its parameters, in their units or options' names, in place of the defaults.
    """

    module: Any
    name: str = ""
    values: Mapping[str, float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.module.name)
        if not self.name.isidentifier():
            raise RackError(
                f"expected a name of letters, digits and underscores for a node, got {self.name!r}"
            )

    def part(self) -> Part:
        """A graph of this node alone."""
        return Part((self,), (), ((self, ""),), ((self, ""),))


def node(module: Any, name: str = "", **values: float | str) -> Node:
    """A node of a module: `node(saw, "sub", semitones=-12.0)`."""
    return Node(module, name, values)


End = tuple[Node, str]
"""A node and the name of a port, "" for the first."""
Link = tuple[End, End]


@dataclass(frozen=True, eq=False)
class Part(Wirable):
    """An unfinished graph.

    Attributes:
        nodes: each once, in order of their mention.
        links: from an output to an input or a parameter.
        heads: where what comes before it goes.
        tails: what goes on to what comes after it; several are mixed there.
    """

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    heads: tuple[End, ...]
    tails: tuple[End, ...]

    def part(self) -> Part:
        """Itself."""
        return self

    def then(self, other: Part) -> Part:
        """This one into the other."""
        links = tuple((tail, head) for tail in self.tails for head in other.heads)
        nodes, inner = self._with(other)
        return Part(nodes, (*inner, *(link for link in links if link not in inner)), self.heads, other.tails)

    def beside(self, other: Part) -> Part:
        """Both side by side: they hear the same, and are mixed."""
        nodes, links = self._with(other)
        return Part(nodes, links, _once(self.heads + other.heads), _once(self.tails + other.tails))

    def _with(self, other: Part) -> tuple[tuple[Node, ...], tuple[Link, ...]]:
        return _once(self.nodes + other.nodes), _once(self.links + other.links)

    def __getitem__(self, port: str) -> Part:
        """The same with another port at its end: an output or an input, whichever the side of `>>` needs."""
        if len(self.nodes) != 1:
            raise RackError("expected one node before [port]: name the port where the node is made")
        end = (self.nodes[0], port)
        return dataclasses.replace(self, heads=(end,), tails=(end,))


def _once(things: tuple[Any, ...]) -> tuple[Any, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(things))
