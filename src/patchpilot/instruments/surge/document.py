"""A Patch as a Surge preset: the init patch as the engine writes it, changed where the patch says otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from patchpilot.instruments.surge.catalogue import MACROS, NO_TABLE, UNUSED, Catalogue
from patchpilot.instruments.surge.fxp import OSCILLATORS, Fxp
from patchpilot.instruments.surge.markup import ILLEGAL, INFO, SCENES
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import Json
from patchpilot.space.patch import Patch

_FLOAT, _INT = "2", "0"


def fxp(catalogue: Catalogue, patch: Patch) -> Fxp:
    """The preset of a patch."""
    tree = ET.fromstring(catalogue.template.xml.decode())
    extra = json.loads(patch.extra)
    _write_meta(tree, patch.info)
    _write_parameters(catalogue, patch, extra, tree)
    _write_macros(tree, patch.values, extra.get("macros", {}))
    for tag, text in extra.get("sections", {}).items():
        for old in tree.findall(tag):
            tree.remove(old)
        if text is not None:
            tree.append(ET.fromstring(text))
    tables = {
        name: patch.assets[slot].blobs[0]
        for name in OSCILLATORS
        if (slot := f"{name}_wavetable") in patch.assets and patch.assets[slot].blobs
    }
    return Fxp(_bytes(tree), tables, str(patch.info.get("name", "")))


def _write_parameters(catalogue: Catalogue, patch: Patch, extra: Mapping[str, Any], tree: ET.Element) -> None:
    parameters = tree.find("parameters")
    assert parameters is not None
    elements = {element.tag: element for element in parameters}
    routings = _routings(catalogue, patch, extra.get("routings", {}))
    for name in catalogue.ids:
        element = elements.get(name)
        if name.startswith("fx") and _is_off(catalogue, name, patch.values):
            if element is not None:
                parameters.remove(element)
            continue
        if element is None:
            if name in UNUSED:
                continue
            element = ET.SubElement(parameters, name)
        _write_value(catalogue, patch.values, name, element)
        for key, value in extra.get("attributes", {}).get(name, {}).items():
            element.attrib.pop(key, None) if value is None else element.set(key, value)
        for found in element.findall("modrouting"):
            element.remove(found)
        for attributes in routings.get(name, []):
            ET.SubElement(element, "modrouting", attributes)


def table(data: bytes) -> Asset:
    """A wavetable as Surge keeps it, in a preset or in a `.wt` file: without the four letters that begin a file."""
    return Asset(NO_TABLE.kind, NO_TABLE.header, (b"\0\0\0\0" + data[4:],))


def natural(catalogue: Catalogue, values: Mapping[str, float], name: str) -> tuple[float, bool]:
    """The engine's own value of a parameter, and whether it is a fraction."""
    member = catalogue.member(name, values)
    parameter = catalogue.space.by_name.get(name)
    if member is not None:
        value = member.own(values.get(name, parameter.default if parameter else 0.0)) if member.kind else 0.0
        return value, member.kind == "float"
    if parameter is None:
        return 0.0, False
    value = values.get(name, parameter.default)
    if name.endswith("_subtype"):
        switch = f"{name[: -len('_subtype')]}_type"
        kind = values.get(switch, catalogue.space[switch].default)
        value = min(value, catalogue.n_subtypes(kind) - 1.0)
    return value, not parameter.is_categorical


def _is_off(catalogue: Catalogue, name: str, values: Mapping[str, float]) -> bool:
    """Whether a parameter is of an effect that is off; Surge leaves all of these out."""
    match = re.match(r"^(fx\d+)_(?:p\d+|type)$", name)
    return match is not None and not values.get(
        f"{match[1]}_type", catalogue.space[f"{match[1]}_type"].default
    )


def _write_value(catalogue: Catalogue, values: Mapping[str, float], name: str, element: ET.Element) -> None:
    member = catalogue.member(name, values)
    if member is not None:
        for key in set(element.attrib):
            del element.attrib[key]
        for key, text in member.attributes.items():
            element.set(key, text)
    if name not in catalogue.space.by_name and "value" in element.attrib:
        return  # of no use to a patch: it stays as it is
    value, is_fraction = natural(catalogue, values, name)
    element.set("type", _FLOAT if is_fraction else _INT)
    element.set("value", _text(value) if is_fraction else str(round(value)))


def _routings(
    catalogue: Catalogue, patch: Patch, unknown: Mapping[str, Any]
) -> dict[str, list[dict[str, str]]]:
    """Of each parameter what modulates it; what Surge cannot route it would leave out itself."""
    found: dict[str, list[dict[str, str]]] = {name: list(entries) for name, entries in unknown.items()}
    for routing in patch.routings:
        width = catalogue.width(patch.values, routing.destination)
        if not catalogue.is_routed(patch.values, routing):
            continue
        entry = {
            "source": str(catalogue.sources[routing.source]),
            "depth": _text(routing.amount * width),
            "source_scene": SCENES.get(routing.destination[:2], "0"),
        }
        if routing.bypass:
            entry["muted"] = "1"
        found.setdefault(routing.destination, []).append(entry)
    return found


def _write_meta(tree: ET.Element, info: Mapping[str, Json]) -> None:
    meta = tree.find("meta")
    meta = ET.SubElement(tree, "meta") if meta is None else meta
    for key in INFO:
        if key in info or key in meta.attrib:
            meta.set(key, ILLEGAL.sub("", str(info.get(key, ""))))


def _write_macros(tree: ET.Element, values: Mapping[str, float], settings: Mapping[str, Any]) -> None:
    for entry in tree.findall("customcontroller/entry"):
        number = entry.get("i", "")
        for key, text in settings.get(number, {}).items():
            entry.set(key, text)
        if number.isdigit() and int(number) < len(MACROS):
            entry.set("v", _text(values.get(MACROS[int(number)], 0.0)))


def _text(value: float) -> str:
    """A number as Surge reads it: without an exponent."""
    text = f"{value:.12f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _bytes(tree: ET.Element) -> bytes:
    text: bytes = ET.tostring(tree, "utf-8")
    return b'<?xml version="1.0" encoding="UTF-8" ?>' + text
