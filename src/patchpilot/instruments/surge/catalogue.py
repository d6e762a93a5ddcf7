"""What Surge's engine says of itself, and the Space that follows from it.

What a parameter of an oscillator or effect is depends on a type: "a_osc1_param0" is the shape of a Classic oscillator
and the feedback of a Sine. A Space has one range for each parameter, so for these the stored value is a place: 0 is the
lowest value that the type allows, 0.5 the one that Surge begins with when the type is chosen, 1 the highest. A patch
that names a type and nothing else therefore sounds as in Surge after choosing it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from patchpilot.errors import EngineError
from patchpilot.instruments.surge.fxp import OSCILLATORS, Fxp
from patchpilot.instruments.surge.views import named_views
from patchpilot.space.assets import Asset
from patchpilot.space.parameter import Curve, Parameter
from patchpilot.space.routing import FIELDS, Routing, RoutingSpace
from patchpilot.space.space import Space

_MEMBER = re.compile(r"^(?:([ab]_osc\d)_param|(fx\d+)_p)(\d+)$")
_GROUP = re.compile(r"^([ab]_(?:osc|filter|env|lfo)\d+|[ab]_ws|fx\d+|[ab])(?=_)")
UNUSED = frozenset({"fx_bypass"})
"""Parameters that Surge neither loads nor resets with a patch."""
MACROS = tuple(f"macro_{n}" for n in range(1, 9))
NO_TABLE = Asset("surge-wavetable", "{}")
"""Of an oscillator that brings no wavetable."""
MIDDLE = 0.5
"""Place of the value that a type begins with."""


@dataclass(frozen=True)
class Member:
    """What a parameter is with one type.

    Attributes:
        kind: "float", "int", "bool"; "" where it means nothing.
        minimum: lowest value, in the engine's own unit.
        maximum: highest value.
        default: what it is when the type is chosen.
        attributes: what else the file says of it then.
        label: what the engine shows as its name.
    """

    kind: str
    minimum: float
    maximum: float
    default: float
    attributes: Mapping[str, str]
    label: str

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Member:
        """From what `_describe` says."""
        return cls(said["type"], said["min"], said["max"], said["default"], said["attributes"], said["label"])

    def own(self, place: float) -> float:
        """The engine's value at a place; whole where only whole ones mean something."""
        side = self.minimum if place < MIDDLE else self.maximum
        value = self.default + abs(place - MIDDLE) / MIDDLE * (side - self.default)
        return value if self.kind == "float" else float(round(value))

    def place(self, value: float) -> float:
        """The inverse of `own`: where on the way a value is."""
        side = self.minimum if value < self.default else self.maximum
        if side == self.default:
            return MIDDLE
        part = (value - self.default) / (side - self.default) * MIDDLE
        return MIDDLE + part if value >= self.default else MIDDLE - part


@dataclass(frozen=True)
class Catalogue:
    """All that is known of an engine.

    Args:
        said: what `_describe` says, as JSON.
    """

    said: Mapping[str, Any]

    @classmethod
    def from_text(cls, text: str) -> Catalogue:
        """From the JSON text.

        Raises:
            EngineError: a part of it is missing.
        """
        try:
            made = cls(json.loads(text))
            _ = made.space, made.template
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineError(f"what Surge's engine says of itself is damaged: {error!r}") from None
        return made

    @cached_property
    def template(self) -> Fxp:
        """The init patch as the engine writes it."""
        return Fxp.from_bytes(base64.b64decode(self.said["template"]))

    @cached_property
    def ids(self) -> Mapping[str, int]:
        """The engine's numbers of its parameters."""
        ids: dict[str, int] = self.said["ids"]
        return ids

    @cached_property
    def sources(self) -> Mapping[str, int]:
        """The engine's numbers of its modulation sources."""
        sources: dict[str, int] = self.said["sources"]
        return sources

    @cached_property
    def reach(self) -> Mapping[str, frozenset[str]]:
        """What each source can modulate."""
        return {source: frozenset(names) for source, names in self.said["reach"].items()}

    @cached_property
    def types(self) -> Mapping[str, Mapping[int, tuple[Member, ...]]]:
        """Of "osc" and "fx": what each type makes of its parameters, without those that select further."""
        return {
            kind: {int(k): _members(said["members"]) for k, said in types.items()}
            for kind, types in self.said["types"].items()
        }

    @cached_property
    def _selected(self) -> Mapping[tuple[str, int], tuple[tuple[Member, ...], ...]]:
        return {
            (kind, int(k)): tuple(
                _members(members) for _, members in sorted(said["selected"].items(), key=lambda i: int(i[0]))
            )
            for kind, types in self.said["types"].items()
            for k, said in types.items()
            if "selected" in said
        }

    def member(self, name: str, values: Mapping[str, float]) -> Member | None:
        """What a parameter is in a patch of these values; None of one that is always the same.

        Where the first parameter of a type is a type itself, it decides on the others.
        """
        match = _MEMBER.match(name)
        if match is None:
            return None
        owner, index = match[1] or match[2], int(match[3])
        kind = "osc" if match[1] else "fx"
        switch = f"{owner}_type"
        number = round(values.get(switch, self.space[switch].default))
        members = self.types[kind].get(number) or self.types[kind][0]
        selected = self._selected.get((kind, number))
        if selected is not None and index:
            first = members[0].own(values.get(f"{name[: match.start(3)]}0", MIDDLE))
            members = selected[min(max(round(first), 0), len(selected) - 1)]
        return members[index] if index < len(members) else None

    def selects(self, kind: str, number: int) -> bool:
        """Whether the first parameter of a type of "osc" or "fx" is a type itself."""
        return (kind, number) in self._selected

    def value(self, values: Mapping[str, float], name: str) -> float:
        """Of a parameter in a patch of these values; 0 where this version has none of that name."""
        parameter = self.space.by_name.get(name)
        return values.get(name, parameter.default if parameter is not None else 0.0)

    def width(self, values: Mapping[str, float], name: str) -> float:
        """The engine's range of a parameter, whose parts amounts are; 0 where nothing can modulate it."""
        member = self.member(name, values)
        if member is not None:
            return member.maximum - member.minimum if member.kind == "float" else 0.0
        parameter = self.space.by_name.get(name)
        return 0.0 if parameter is None or parameter.is_categorical else parameter.maximum - parameter.minimum

    def is_routed(self, values: Mapping[str, float], routing: Routing) -> bool:
        """Whether Surge can route so, with the types that a patch of these values has."""
        is_known = routing.destination in self.reach.get(routing.source, ())
        return is_known and self.width(values, routing.destination) > 0.0

    def n_subtypes(self, filter_type: float) -> int:
        """How many subtypes a type of filter has."""
        counts = self.said["subtypes"]
        return int(counts[round(filter_type)]) if 0 <= round(filter_type) < len(counts) else 1

    @cached_property
    def space(self) -> Space:
        """All parameters that a preset keeps, the macros and the modulation matrix."""
        static = {said["name"]: said for said in self.said["parameters"]}
        parameters = [
            made for name in self.ids if (made := self._parameter(name, static.get(name))) is not None
        ]
        parameters += [
            Parameter(name, 0.0, 1.0, 0.0, is_categorical=False, group="macros") for name in MACROS
        ]
        names = {p.name for p in parameters}
        destinations = set().union(*self.reach.values()) & names
        return Space(
            instrument="surge",
            version=self.said["version"],
            parameters=tuple(parameters),
            routing=RoutingSpace(
                sources=tuple(self.sources),
                destinations=tuple(name for name in self.ids if name in destinations),
                n_slots=128,
                fields=_fields(),
            ),
            assets={f"{name}_wavetable": NO_TABLE for name in OSCILLATORS},
            views=named_views([p.name for p in parameters]),
            unused=tuple(sorted(UNUSED & set(self.ids))),
        )

    def _parameter(self, name: str, said: Mapping[str, Any] | None) -> Parameter | None:
        group = match[1] if (match := _GROUP.match(name)) else "global"
        if said is None:
            return Parameter(name, 0.0, 1.0, MIDDLE, is_categorical=False, group=group)
        if name in UNUSED or not -2e9 < said["min"] < said["max"]:
            return None
        maximum = said["max"]
        if name.endswith("_subtype"):
            maximum = max(1, *(n - 1 for n in self.said["subtypes"]))
        curve: Curve = said.get("curve", "linear")
        return Parameter(
            name,
            said["min"],
            maximum,
            said["default"],
            is_categorical=said["type"] != "float",
            curve=curve,
            unit=said.get("unit", ""),
            multiply=said.get("multiply", 1.0),
            options=tuple(said["options"]),
            group=group,
        )


def _members(said: Any) -> tuple[Member, ...]:
    return tuple(Member.from_json(member) for member in said)


def _fields() -> tuple[Parameter, ...]:
    """Numbers of a routing. Surge's matrix knows the amount and whether it is muted, and none of the others."""
    ranges = {"amount": (-1.0, 1.0), "power": (-10.0, 10.0)}
    return tuple(
        Parameter(
            f"modulation_1_{name}", *ranges.get(name, (0.0, 1.0)), 0.0, is_categorical=name not in ranges
        )
        for name in FIELDS
    )
