"""A rack as a file, readable JSON or TOML with everything in it, and how parts are put together for it."""

from __future__ import annotations

import base64
import dataclasses
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import platformdirs

from patchpilot.errors import PatchError, PatchPilotError, PluginError, RackError
from patchpilot.files import write_text
from patchpilot.instruments.base import reopened
from patchpilot.instruments.rack.sources import InputModule, InstrumentModule
from patchpilot.instruments.rack.union import Union
from patchpilot.modules.base import Module, knob
from patchpilot.modules.faust_code import faust
from patchpilot.modules.graph import Graph
from patchpilot.modules.kinds import KINDS, graph_of
from patchpilot.modules.wiring import Node, Part, Wirable
from patchpilot.space.assets import Asset, Bag
from patchpilot.space.canonical import Json
from patchpilot.space.patch import Patch

FORMAT = "patchpilot-rack-1"
SEND_LEVEL = faust(
    "send",
    "How loud a send is.",
    "*(ba.db2linear(level_db))",
    level_db=knob(-12.0, -60.0, 6.0, "dB"),
)


def folder() -> Path:
    """Where racks are kept by default."""
    return platformdirs.user_data_path("patchpilot") / "racks"


def finished(parts: Sequence[Part], sends: Mapping[str, Wirable]) -> list[Part]:
    """Parts and sends, with the performance's audio before an effect that would hear nothing.

    Raises:
        RackError: there are no parts.
    """
    if not parts:
        raise RackError("expected at least one part in a rack")
    whole, main = list(parts), parts[0]
    for name, effect in sends.items():
        level = Node(SEND_LEVEL, f"{name}_send").part()
        part = effect.part()
        renamed = {
            n: dataclasses.replace(n, name=name if len(part.nodes) == 1 else f"{name}_{n.name}")
            for n in part.nodes
        }
        whole.append(main >> level >> _renamed(part, renamed))
    fed = {node for part in whole for _, (node, _port) in part.links}
    heads = [
        (node, port)
        for node, port in whole[0].heads
        if node not in fed
        and node.module.inputs
        and node.module.inputs[0].channels == 2
        and not node.module.inputs[0].is_optional
    ]
    if heads:
        audio = Node(InputModule())
        links = tuple(((audio, ""), head) for head in heads)
        whole[0] = dataclasses.replace(
            whole[0], nodes=(audio, *whole[0].nodes), links=(*links, *whole[0].links)
        )
    return whole


def _renamed(part: Part, names: Mapping[Node, Node]) -> Part:
    def end(at: tuple[Node, str]) -> tuple[Node, str]:
        return names[at[0]], at[1]

    return Part(
        tuple(names[node] for node in part.nodes),
        tuple((end(a), end(b)) for a, b in part.links),
        tuple(end(head) for head in part.heads),
        tuple(end(tail) for tail in part.tails),
    )


def nested(name: str, graph: Graph, union: Union) -> Part:
    """A finished graph as a part, its nodes named after the rack; pinned values are the nodes' own."""
    pinned: dict[str, dict[str, float | str]] = {}
    for full, value in union.pins.items():
        node, parameter = union.places[full]
        pinned.setdefault(node, {})[parameter.name] = value
    nodes = {
        key: dataclasses.replace(node, name=f"{name}_{key}", values={**node.values, **pinned.get(key, {})})
        for key, node in graph.nodes.items()
    }
    links = tuple(((nodes[w.source], w.output), (nodes[w.target], w.port)) for w in graph.wires)
    audio = [key for key, node in graph.nodes.items() if isinstance(node.module, InputModule)]
    heads = tuple((nodes[w.target], w.port) for w in graph.wires if w.source in audio)
    kept = {key: node for key, node in nodes.items() if key not in audio}
    return Part(
        tuple(kept.values()),
        tuple(link for link in links if link[0][0] in kept.values()),
        heads or ((next(iter(kept.values())), ""),),
        tuple((nodes[key], output) for key, output in graph.outputs),
    )


def to_json(name: str, union: Union, patch: Patch | None) -> Json:
    """A rack, and a patch of it, as plain JSON: assets are in it too."""
    store = Bag()
    said: dict[str, Any] = {
        "format": FORMAT,
        "name": name,
        **union.graph.to_json(),
        "pins": dict(union.pins),
        "macros": {
            macro: {k: list(v) for k, v in targets.items()} for macro, targets in union.macros.items()
        },
    }
    if patch is not None:
        said["patch"] = patch.to_json(store)
        said["assets"] = {
            digest: base64.b64encode(a.to_bytes()).decode() for digest, a in store.items.items()
        }
    return said


def write(name: str, union: Union, patch: Patch, path: Path) -> None:
    """Write a rack and a patch; raises `OutputError`."""
    said = to_json(name, union, patch)
    if path.suffix == ".toml":
        write_text(path, _toml(said))
    else:
        write_text(path, json.dumps(said, indent=1, ensure_ascii=False) + "\n")


def read(path: Path) -> Json:
    """The JSON of a rack's file.

    Raises:
        RackError: it cannot be read, or is none.
    """
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise RackError(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, ValueError) as error:
        raise RackError(f"{path}: expected a rack as JSON or TOML: {error}") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise RackError(
            f"{path}: expected a rack of format {FORMAT}; is it another file, or of a newer version?"
        )
    return data


def read_rack(path: Path) -> tuple[str, Graph, Mapping[str, Any], Mapping[str, Any]]:
    """Name, graph, pins and macros of a file.

    Raises:
        RackError: it cannot be read, or something in it is missing here (it says what).
    """
    data = read(path)
    kinds = {**KINDS, "instrument": _instrument, "input": lambda said: InputModule(said["name"])}
    try:
        graph = graph_of(data, kinds)
        macros = {
            name: {key: (ends[0], ends[1]) for key, ends in targets.items()}
            for name, targets in data.get("macros", {}).items()
        }
        return data["name"], graph, data.get("pins", {}), macros
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise RackError(f"{path}: a part of the rack is missing or damaged: {error!r}") from None
    except PatchPilotError as error:
        raise RackError(f"{path}: {error}") from None


def read_patch(union: Union, path: Path) -> Patch:
    """The patch of a file that was written for this rack.

    Raises:
        PatchError: it cannot be read, is of another rack, or has a value that is out of its range.
    """
    try:
        data = read(path)
    except RackError as error:
        raise PatchError(str(error)) from None
    here = to_json(union.name, union, None)
    for part in ("name", "nodes", "wires", "outputs", "pins", "macros"):
        if data.get(part) != json.loads(json.dumps(here[part])):
            raise PatchError(f"{path}: is of another rack: its {part} differ from those of {union.name}")
    if "patch" not in data:
        return Patch.make(union.space)
    store = Bag(Asset.from_bytes(base64.b64decode(text)) for text in data["assets"].values())
    said = Patch.from_json(data["patch"], store)
    patch = Patch.make(
        union.space,
        said.values,
        routings=said.routings,
        assets=said.assets,
        extra=json.loads(said.extra),
        info=said.info,
    )
    try:
        union.check(patch)
    except RackError as error:
        raise PatchError(f"{path}: {error}") from None
    return patch


def _instrument(said: Json) -> Module:
    """An instrument of a saved rack; raises `PluginError` where it is missing here, and left no word of itself."""
    made = reopened(said["name"], said.get("said"))
    return InstrumentModule(said["name"], made, said.get("said"))


def _toml(said: Json) -> str:
    try:
        import tomli_w
    except ImportError:
        raise PluginError("racks as TOML need tomli-w: pip install 'patchpilot[racks]'") from None
    return tomli_w.dumps(said, multiline_strings=True)
