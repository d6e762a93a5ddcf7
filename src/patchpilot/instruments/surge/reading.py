"""A Surge preset as a Patch.

What is read is what the present engine wrote after loading a file, so presets of older versions are converted by Surge
itself. Whatever the Space does not hold (tempo sync, ranges, step sequences, drawn envelopes, scripts, labels, routings
of a second output) is kept as it is in the patch's `extra`, as what differs from a plain patch of the same types.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET  # what it parses was parsed before

from patchpilot.instruments.surge.catalogue import MACROS, Catalogue
from patchpilot.instruments.surge.document import table
from patchpilot.instruments.surge.fxp import Fxp
from patchpilot.instruments.surge.markup import INFO, SCENES, float_of, parse
from patchpilot.space.canonical import Json
from patchpilot.space.patch import Patch
from patchpilot.space.routing import Routing

_KNOWN = frozenset({"meta", "parameters", "customcontroller"})
_NUMBERS = ("source", "depth", "muted")


def patch_of(catalogue: Catalogue, read: Fxp, theirs: Fxp | None = None) -> Patch:
    """The patch of a preset that the present engine wrote.

    Args:
        catalogue: of the engine.
        read: what it wrote.
        theirs: the file that it had read, whose name and author count; the engine calls a patch as its file.

    Raises:
        PatchError: it holds what the Space cannot.
    """
    tree, plain = parse(read.xml), ET.fromstring(catalogue.template.xml.decode())
    elements = {element.tag: element for element in tree.find("parameters") or ()}
    values = _switches(catalogue, elements)
    attributes: dict[str, dict[str, str | None]] = {}
    others: dict[str, list[Json]] = {}
    routings: list[Routing] = []
    usual = {element.tag: dict(element.attrib) for element in plain.find("parameters") or ()}
    for name, element in elements.items():
        if name not in catalogue.ids:
            continue
        member = catalogue.member(name, values)
        value = float_of(element.get("value"), name)
        if member is not None:
            values[name] = member.place(value) if member.kind else catalogue.space[name].default
        elif name in catalogue.space.by_name:
            values[name] = value
        same = dict(member.attributes) if member is not None else usual.get(name, dict(element.attrib))
        different = _difference(same, dict(element.attrib), is_held=name in catalogue.space.by_name)
        if different:
            attributes[name] = different
        known, unknown = _read_routings(catalogue, name, values, element)
        routings += known
        if unknown:
            others[name] = unknown
    values |= {name: value for name, value in _macros(tree).items() if value}
    extra = {
        "attributes": attributes,
        "routings": others,
        "macros": _macro_settings(tree, plain),
        "sections": _sections(tree, plain),
    }
    meta = (tree if theirs is None else parse(theirs.xml)).find("meta")
    said = {} if meta is None else {key: meta.get(key, "") for key in INFO}
    return Patch.make(
        catalogue.space,
        values,
        routings=routings,
        assets={f"{name}_wavetable": table(data) for name, data in read.tables.items()},
        extra={key: value for key, value in extra.items() if value},
        info={key: value for key, value in said.items() if value},
    )


def _switches(catalogue: Catalogue, elements: Mapping[str, ET.Element]) -> dict[str, float]:
    """Types, and what selects further: on these depends what the others are."""
    values = {
        n: float_of(e.get("value"), n)
        for n, e in elements.items()
        if n.endswith("_type") and n in catalogue.ids
    }
    for name, element in elements.items():
        if name.endswith(("_param0", "_p0")) and name in catalogue.ids:
            member = catalogue.member(name, values)
            if member is not None and member.kind:
                values[name] = member.place(float_of(element.get("value"), name))
    return values


def _read_routings(
    catalogue: Catalogue, name: str, values: Mapping[str, float], element: ET.Element
) -> tuple[list[Routing], list[Json]]:
    """What modulates a parameter: as routings, and what these cannot say, as it is."""
    names = {number: source for source, number in catalogue.sources.items()}
    destinations = set(catalogue.space.routing.destinations) if catalogue.space.routing else set()
    known: list[Routing] = []
    unknown: list[Json] = []
    for found in element.findall("modrouting"):
        said = dict(found.attrib)
        width = catalogue.width(values, name)
        source = names.get(round(float_of(said.get("source"), name)))
        plain = all(
            key in _NUMBERS or text == "0" or (key, text) == ("source_scene", SCENES.get(name[:2], "0"))
            for key, text in said.items()
        )
        if source is None or name not in destinations or not width or not plain:
            unknown.append(said)
            continue
        amount = float_of(said.get("depth"), name) / width
        known.append(Routing(source, name, amount, bypass=said.get("muted", "0") == "1"))
    return known, unknown


def _macros(tree: ET.Element) -> dict[str, float]:
    return {
        MACROS[number]: float_of(entry.get("v", "0"), MACROS[number])
        for entry in tree.findall("customcontroller/entry")
        if 0 <= (number := round(float_of(entry.get("i"), "macro"))) < len(MACROS)
    }


def _macro_settings(tree: ET.Element, plain: ET.Element) -> dict[str, dict[str, str]]:
    """Labels of macros and the like, where they differ from the init patch's."""
    usual = {e.get("i", ""): dict(e.attrib) for e in plain.findall("customcontroller/entry")}
    found = {}
    for entry in tree.findall("customcontroller/entry"):
        number = entry.get("i", "")
        before = usual.get(number, {})
        new = {k: t for k, t in entry.attrib.items() if k not in ("i", "v") and t != before.get(k)}
        if new:
            found[number] = new
    return found


def _sections(tree: ET.Element, plain: ET.Element) -> dict[str, str | None]:
    """Other parts of a preset, where they differ from the init patch's."""
    usual = {e.tag: ET.canonicalize(ET.tostring(e, "unicode"), strip_text=True) for e in plain}
    found = {e.tag: ET.canonicalize(ET.tostring(e, "unicode"), strip_text=True) for e in tree}
    different = {tag: text for tag, text in found.items() if tag not in _KNOWN and text != usual.get(tag)}
    return {**different, **dict.fromkeys(usual.keys() - found.keys() - _KNOWN)}


def _difference(usual: Mapping[str, str], now: Mapping[str, str], *, is_held: bool) -> dict[str, str | None]:
    """What the file says otherwise of a parameter, its value too where the Space does not hold it."""
    keys = (set(usual) | set(now)) - ({"type", "value"} if is_held else {"type"})
    return {key: now.get(key) for key in sorted(keys) if now.get(key) != usual.get(key)}
