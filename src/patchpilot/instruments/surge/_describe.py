"""Everything that the live engine says of itself, as JSON; runs in a worker process.

Parameters go by the names that Surge's own preset files have for them ("a_osc1_param0", "fx1_type"): other than the
names it shows, these are unique and stay when a type changes. The file lists them in the order of their numbers, so
names and numbers are brought together by saving a patch in which every value is another.
"""

from __future__ import annotations

import base64
import json
import math
import random
import re
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree

from patchpilot.instruments.surge.fxp import Fxp
from patchpilot.modules.hosting import surge

MEMBER = re.compile(r"^([ab]_osc\d|fx\d+)_(?:param|p)(\d+)$")
"""Parameters of which the type of their oscillator or effect decides what they are."""
INACTIVE = -2e9
"""Lowest value of a parameter that means nothing at present."""
_SELECTING = 128
"""Most values of a first parameter that may itself be a type (of Airwindows)."""
_SHOWN = 130
"""Most options that are listed."""
_NUMBER = re.compile(r"^\s*([-+]?\d+(?:\.\d+)?)\s*([^\d\s].*)?$")

Save = Callable[[Any], bytes]


class Describer:
    """Asks engines.

    Args:
        surgepy: the module.
        make: makes an engine.
        save: the preset that an engine writes.
    """

    def __init__(self, surgepy: Any, make: Callable[[], Any], save: Save) -> None:
        self.surgepy, self.make, self.save = surgepy, make, save
        self.synth = make()
        self.ids: dict[str, int] = {}

    def describe(self) -> str:
        """JSON text; see `catalogue.Catalogue`."""
        self.run()
        template = self.save(self.synth)
        self.params = surge.parameters(self.synth)
        self.ids = self.named(sorted(self.params))
        self.synth = self.make()
        self.run()
        static = [self.static(name) for name in self.ids if not MEMBER.match(name)]
        reach = self.reach(set())
        types: dict[str, Any] = {}
        for kind, first in (("osc", "a_osc1"), ("fx", "fx1")):
            types[kind], reach = self.types(first, reach)
        options = self.options(static)
        for said in static:
            said["options"] = options.get(_alike(said["name"]), [])
        return json.dumps(
            {
                "version": str(self.surgepy.getVersion()),
                "template": base64.b64encode(template).decode(),
                "ids": self.ids,
                "parameters": static,
                "types": types,
                "subtypes": self.subtypes(),
                "sources": dict(self.sources()),
                "reach": {name: sorted(found) for name, found in reach.items()},
            }
        )

    def run(self, n: int = 3) -> None:
        """Let the engine carry out what is queued."""
        self.synth.processMultiBlock(self.synth.createMultiBlock(n))

    def named(self, all_ids: Sequence[int]) -> dict[str, int]:
        """Numbers by names.

        Raises:
            ValueError: the file is not in the order of the numbers.
        """
        synth, rng = self.synth, random.Random(0)
        for entry in synth.getControlGroup(self.surgepy.constants.cg_FX).getEntries():
            for p in entry.getParams():
                if "type" in p.getName().lower() and 1 < synth.getParamMax(p) < 200:
                    synth.setParamVal(p, 1.0)  # those of an effect that is off are not in the file
        self.run()
        for i in all_ids:
            p = self.params[i]
            low, high = synth.getParamMin(p), synth.getParamMax(p)
            if synth.getParamValType(p) == "float" and low > INACTIVE and high > low:
                synth.setParamVal(p, low + rng.random() * (high - low))
        fxp = Fxp.from_bytes(self.save(synth))
        found: dict[str, int] = {}
        ahead = list(all_ids)
        for element in _tree(fxp).find("parameters") or ():
            value = float(element.get("value", "nan"))
            while ahead and not _same(synth.getParamVal(self.params[ahead[0]]), value):
                ahead.pop(0)
            if not ahead:
                raise ValueError(f"this version of Surge writes presets in another order: {element.tag}")
            found[element.tag] = ahead.pop(0)
        return found

    def value(self, name: str) -> float:
        """Of a parameter, at present."""
        return float(self.synth.getParamVal(self.params[self.ids[name]]))

    def turn(self, name: str, value: float) -> None:
        """Set a parameter, and let the engine carry it out."""
        self.synth.setParamVal(self.params[self.ids[name]], float(value))
        self.run(2)

    def static(self, name: str) -> dict[str, Any]:
        """A parameter that is always the same."""
        synth, p = self.synth, self.params[self.ids[name]]
        kind = synth.getParamValType(p)
        unit = self.unit(p) if kind == "float" else {}
        return {
            "name": name,
            "type": kind,
            "min": float(synth.getParamMin(p)),
            "max": float(synth.getParamMax(p)),
            "default": float(synth.getParamVal(p)),
            **unit,
        }

    def unit(self, p: Any) -> dict[str, Any]:
        """How what is shown follows from the value, where it is shown as a number in some unit."""
        synth = self.synth
        before, points = synth.getParamVal(p), []
        low, high = synth.getParamMin(p), synth.getParamMax(p)
        for part in (0.8, 0.6):
            synth.setParamVal(p, low + part * (high - low))
            match = _NUMBER.match(synth.getParamDisplay(p))
            points.append((synth.getParamVal(p), float(match[1]) if match else math.nan, match and match[2]))
        synth.setParamVal(p, before)
        unit = (points[0][2] or "").strip()
        for curve, multiply in (("linear", 1.0), ("linear", 100.0), ("exponential", 1.0)):
            shown = [2.0**v if curve == "exponential" else multiply * v for v, _, _ in points]
            if all(abs(s - p[1]) <= 0.02 * abs(p[1]) + 0.006 for s, p in zip(shown, points, strict=True)):
                return {"unit": unit, "curve": curve, "multiply": multiply}
        return {}

    def types(self, first: str, reach: dict[str, set[str]]) -> tuple[Any, dict[str, set[str]]]:
        """What each type makes of its members, by number; and what is modulated then, besides."""
        switch = f"{first}_type"
        members = [name for name in self.ids if (m := MEMBER.match(name)) and m[1] == first]
        alike = [n for n in self.ids if n.endswith("_type") and _alike(n) == _alike(switch)]
        found: dict[str, Any] = {}
        for number in range(round(self.synth.getParamMax(self.params[self.ids[switch]])) + 1):
            for name in alike:
                self.synth.setParamVal(self.params[self.ids[name]], float(number))
            self.run(4)
            said: dict[str, Any] = {"members": self.members(members)}
            if said["members"] and said["members"][0]["type"] == "int":
                selected = self.selected(members, said["members"])
                if selected:
                    said["selected"] = selected
            found[str(number)] = said
            reach = self.reach(reach)
        self.synth = self.make()
        self.run()
        return found, reach

    def members(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Parameters as they are at present."""
        synth = self.synth
        elements = {e.tag: e for e in _tree(Fxp.from_bytes(self.save(synth))).find("parameters") or ()}
        found = []
        for name in names:
            p = self.params[self.ids[name]]
            low = float(synth.getParamMin(p))
            attributes = dict(elements[name].attrib) if name in elements else {}
            found.append(
                {
                    "label": synth.getParameterName(p.getId()),
                    "type": synth.getParamValType(p) if low > INACTIVE else "",
                    "min": low if low > INACTIVE else 0.0,
                    "max": float(synth.getParamMax(p)) if low > INACTIVE else 0.0,
                    "default": float(synth.getParamVal(p)) if low > INACTIVE else 0.0,
                    "attributes": {k: v for k, v in attributes.items() if k not in ("type", "value")},
                }
            )
        return found

    def selected(self, names: Sequence[str], usual: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The members for each value of the first, where that is a type too."""
        last = round(usual[0]["max"])
        if not 0 < last < _SELECTING:
            return {}

        def kinds() -> list[tuple[str, float, float]]:
            return [(m["type"], m["min"], m["max"]) for m in self.members(names)[1:]]

        before = kinds()
        self.turn(names[0], last)
        self.run(4)
        if kinds() == before:
            self.turn(names[0], usual[0]["default"])
            return {}
        found = {}
        for number in range(last + 1):
            self.turn(names[0], number)
            self.run(2)
            found[str(number)] = [usual[0], *self.members(names)[1:]]
        return found

    def subtypes(self) -> list[int]:
        """How many subtypes each type of filter has."""
        counts = []
        most = self.synth.getParamMax(self.params[self.ids["a_filter1_subtype"]])
        for number in range(round(self.synth.getParamMax(self.params[self.ids["a_filter1_type"]])) + 1):
            self.turn("a_filter1_type", number)
            self.turn("a_filter1_subtype", most)
            counts.append(round(self.value("a_filter1_subtype")) + 1)
        return counts

    def sources(self) -> list[tuple[str, int]]:
        """Modulation sources by the engine's own names for them."""
        c = self.surgepy.constants
        return [(name[3:], int(getattr(c, name))) for name in sorted(dir(c)) if name.startswith("ms_")]

    def reach(self, known: Any) -> dict[str, set[str]]:
        """For each source the parameters that it can modulate at present, besides those that are known."""
        synth, found = self.synth, {}
        for source, number in self.sources():
            ms = synth.getModSource(number)
            now = {name for name, i in self.ids.items() if synth.isValidModulation(self.params[i], ms)}
            found[source] = now | (known[source] if known else set())
        return found

    def options(self, static: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
        """What whole numbers are shown as; parameters of one kind share them."""
        found: dict[str, list[str]] = {}
        for said in static:
            kind, low, high = _alike(said["name"]), said["min"], said["max"]
            if kind in found or said["type"] == "float" or said["name"].endswith("_subtype"):
                continue
            if not INACTIVE < low <= high or high - low > _SHOWN:
                continue
            p, before = self.params[self.ids[said["name"]]], self.value(said["name"])
            shown = []
            for number in range(round(low), round(high) + 1):
                self.turn(said["name"], number)
                shown.append(str(self.synth.getParamDisplay(p)))
            self.turn(said["name"], before)
            found[kind] = shown
        return found


def _alike(name: str) -> str:
    """One name for what several oscillators, effects or scenes have alike."""
    return re.sub(r"\d+", "#", re.sub(r"^[ab]_", "_", name))


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 2e-6 + 1e-6 * abs(other)


def _tree(fxp: Fxp) -> ElementTree.Element:
    return ElementTree.fromstring(fxp.xml.decode("utf-8", errors="replace"))
