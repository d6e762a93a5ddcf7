"""Kinds of modules, from the JSON that a saved rack says of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from patchpilot import registry
from patchpilot.errors import PatchPilotError, RackError
from patchpilot.modules.base import Module
from patchpilot.modules.faust_code import faust_of
from patchpilot.modules.function import function_of
from patchpilot.modules.graph import Graph
from patchpilot.modules.live_device import live_of
from patchpilot.modules.ordered import ordered_of
from patchpilot.modules.pedals import effect_of
from patchpilot.modules.plugin import plugin_of
from patchpilot.modules.surge_effect import surge_effect_of
from patchpilot.modules.voices import poly_of
from patchpilot.modules.wiring import Node, Wire
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter

KINDS: Mapping[str, Callable[[Json], Module]] = {
    "function": function_of,
    "faust": faust_of,
    "effect": effect_of,
    "plugin": plugin_of,
    "surge_effect": surge_effect_of,
    "ordered": ordered_of,
    "poly": poly_of,
    "live": live_of,
}
"""By the name that `to_json` gives; `graph_of` takes more from its caller."""


def named(name: str) -> Module:
    """A registered module.

    Raises:
        PluginError: nobody registers that name, or its package is broken.
    """
    found: Module = registry.load("modules", name)
    return found


def module_of(data: Json, kinds: Mapping[str, Callable[[Json], Module]] = KINDS) -> Module:
    """The inverse of `Module.to_json`.

    Raises:
        RackError: it is of an unknown kind, damaged, or cannot be made here.
    """
    kind = data.get("kind") if isinstance(data, dict) else None
    if kind not in kinds:
        raise RackError(
            f"expected a module of kind {', '.join(kinds)}, got {kind!r}: was it saved by a newer version?"
        )
    try:
        return kinds[str(kind)](data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, PatchPilotError):
            raise
        raise RackError(f"a module of kind {kind} is damaged: {error!r}") from None


def graph_of(data: Json, kinds: Mapping[str, Callable[[Json], Module]] = KINDS) -> Graph:
    """The inverse of `Graph.to_json`.

    Raises:
        RackError: it is damaged, or a module cannot be made here.
    """
    try:
        nodes = {
            name: Node(module_of(said["module"], kinds), name, said["values"])
            for name, said in data["nodes"].items()
        }
        wires = tuple(_wire(text) for text in data["wires"])
        outputs = tuple(_end(text) for text in data["outputs"])
        return Graph(nodes, wires, outputs)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, PatchPilotError):
            raise
        raise RackError(
            f"expected a rack of nodes, wires and outputs, but it is damaged: {error!r}"
        ) from None


def parameter_to_json(parameter: Parameter) -> Json:
    """Plain JSON, what is usual left out."""
    usual = Parameter("", 0.0, 1.0, 0.0, False)
    plain: dict[str, Any] = dataclasses.asdict(parameter)
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in plain.items()
        if key in ("name", "minimum", "maximum", "default", "is_categorical") or value != getattr(usual, key)
    }


def parameter_of(data: Json) -> Parameter:
    """The inverse of `parameter_to_json`; raises `TypeError` where a part is missing or unknown."""
    return Parameter(**{**data, "options": tuple(data.get("options", ()))})


def _end(text: str) -> tuple[str, str]:
    name, _, port = text.strip().rpartition(".")
    return name, port


def _wire(text: str) -> Wire:
    source, _, target = text.partition(">")
    return Wire(*_end(source), *_end(target))
