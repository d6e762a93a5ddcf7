"""A rack as a graph to draw: nodes with their controls, and the wires between them."""

from __future__ import annotations

from typing import Any

from patchpilot.instruments.base import Instrument
from patchpilot.instruments.rack.drawing import columns
from patchpilot.instruments.rack.rack import Rack
from patchpilot.space import Patch

MOST_CONTROLS = 40
"""Of a node: an instrument inside has hundreds, of which those of its view "core" are shown."""


def graph(instrument: Instrument, patch: Patch) -> dict[str, Any] | None:
    """The graph of a rack; None for other instruments.

    Args:
        instrument: the rack.
        patch: of it, whose values the controls show.

    Returns:
        {"nodes": [{name, kind, summary, column, controls}], "wires": [{source, output, target, port, kind}],
        "outputs": [names of nodes that are heard], "macros": [controls]}; columns from 0, each after what it hears.
        A control is {name, title, value, text, unit, minimum, maximum, options, pinned}; one that is pinned or
        turned by a macro cannot be turned itself.
    """
    if not isinstance(instrument, Rack):
        return None
    union, space = instrument.union, instrument.space
    column = {name: at for at, names in enumerate(columns(instrument.graph)) for name in names}
    values, core = union.stored(patch), set(space.views.get("core", ()))
    controls: dict[str, list[dict[str, Any]]] = {name: [] for name in instrument.graph.nodes}
    for full, (node, parameter) in union.places.items():
        if node in union.instruments and full not in core:
            continue
        if len(controls[node]) < MOST_CONTROLS:
            value = values[node][parameter.name]
            controls[node].append(
                _control(full, parameter.name, parameter, value) | {"pinned": full not in space.by_name}
            )
    return {
        "nodes": [
            {
                "name": name,
                "kind": "instrument" if name in union.instruments else node.module.name,
                "summary": node.module.summary,
                "column": column[name],
                "controls": controls[name],
            }
            for name, node in instrument.graph.nodes.items()
        ],
        "wires": [
            {
                "source": wire.source,
                "output": wire.output,
                "target": wire.target,
                "port": wire.port,
                "kind": _kind(instrument, wire.source, wire.output),
            }
            for wire in instrument.graph.wires
        ],
        "outputs": [name for name, _ in instrument.graph.outputs],
        "macros": [
            _control(name, name, space[name], patch.values.get(name, space[name].default)) | {"pinned": False}
            for name in union.macros
        ],
    }


def _kind(rack: Rack, node: str, output: str) -> str:
    channels = {port.name: port.channels for port in rack.graph.nodes[node].module.outputs}
    return "audio" if channels[output] == 2 else "control"


def _control(name: str, title: str, parameter: Any, value: float) -> dict[str, Any]:
    return {
        "name": name,
        "title": title.replace("_", " "),
        "value": value,
        "text": parameter.text(value),
        "unit": parameter.unit,
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "options": list(parameter.options),
    }
