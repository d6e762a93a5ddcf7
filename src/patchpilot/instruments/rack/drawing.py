"""A rack as a picture: nodes in columns after what they hear, audio as lines, control as dashes."""

from __future__ import annotations

from xml.sax.saxutils import escape

from patchpilot.modules.graph import Graph
from patchpilot.modules.wiring import Wire

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _MARGIN = 132, 44, 56, 22, 16
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.node{fill:#f4f1ea;stroke:#555}.audio{stroke:#b4541a}"
    ".control{stroke:#2a6f97;stroke-dasharray:5 4}path{fill:none;stroke-width:2}.port{font-size:10px;fill:#666}"
)


def columns(graph: Graph) -> list[list[str]]:
    """Names of nodes by how many nodes the longest way to them passes."""
    depth: dict[str, int] = {}
    for name in graph.nodes:  # each after those that it hears
        depth[name] = 1 + max((depth[wire.source] for wire in graph.into[name]), default=-1)
    found: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name, at in depth.items():
        found[at].append(name)
    return found


def svg(graph: Graph, title: str) -> str:
    """The picture as SVG text.

    Args:
        graph: of the rack.
        title: what it is called.
    """
    found = columns(graph)
    places = {
        name: (_MARGIN + column * (_WIDTH + _GAP_X), _MARGIN + row * (_HEIGHT + _GAP_Y))
        for column, names in enumerate(found)
        for row, name in enumerate(names)
    }
    width = 2 * _MARGIN + len(found) * (_WIDTH + _GAP_X)
    height = 2 * _MARGIN + max(map(len, found)) * (_HEIGHT + _GAP_Y) - _GAP_Y
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title, {chr(34): "&quot;"})}"><style>{_STYLE}</style>'
    ]
    parts += [_wire(graph, wire, places) for wire in graph.wires]
    for name, _ in graph.outputs:
        x, y = places[name]
        middle = y + _HEIGHT / 2
        parts.append(f'<path class="audio" d="M{x + _WIDTH} {middle}H{x + _WIDTH + 24}"/>')
        parts.append(f'<circle cx="{x + _WIDTH + 28}" cy="{middle}" r="4" fill="#b4541a"/>')
    for name, (x, y) in places.items():
        module = graph.nodes[name].module
        parts.append(
            f'<g><title>{escape(module.summary)}</title><rect class="node" x="{x}" y="{y}" width="{_WIDTH}" '
            f'height="{_HEIGHT}" rx="7"/><text x="{x + _WIDTH / 2}" y="{y + 27}" text-anchor="middle">{escape(name)}'
            "</text></g>"
        )
    return "".join([*parts, "</svg>\n"])


def _wire(graph: Graph, wire: Wire, places: dict[str, tuple[int, int]]) -> str:
    (x0, y0), (x1, y1) = places[wire.source], places[wire.target]
    outputs = {port.name: port.channels for port in graph.nodes[wire.source].module.outputs}
    kind = "audio" if outputs[wire.output] == 2 else "control"
    ends = list(dict.fromkeys(w.port for w in graph.into[wire.target]))
    x0, y0 = x0 + _WIDTH, y0 + _HEIGHT // 2
    y1 += _HEIGHT * (ends.index(wire.port) + 1) // (len(ends) + 1)
    inputs = [port.name for port in graph.nodes[wire.target].module.inputs]
    line = f'<path class="{kind}" d="M{x0} {y0}C{x0 + 28} {y0} {x1 - 28} {y1} {x1} {y1}"/>'
    if inputs and wire.port == inputs[0]:
        return line
    return (
        line + f'<text class="port" x="{x1 - 4}" y="{y1 + 12}" text-anchor="end">{escape(wire.port)}</text>'
    )
