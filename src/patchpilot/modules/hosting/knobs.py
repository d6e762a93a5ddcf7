"""A plug-in's parameters as ours: the plug-in's own values are 0..1, options are numbered from 0."""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from patchpilot.space.canonical import Json, float32
from patchpilot.space.parameter import Parameter

MAX_OPTIONS = 64
_MOST_STEPS = 32
"""Of texts over the whole range, where the plug-in does not say that there are steps."""
_HIDDEN = re.compile(r"MIDI (Ch\. ?\d+ CC ?\d+|CC \d+\|\d+)|Bypass", re.IGNORECASE)


@dataclass(frozen=True)
class Description:
    """What a plug-in says of a parameter.

    Attributes:
        index: by which the host asks for it.
        name: as the plug-in spells it.
        unit: as the plug-in spells it.
        value: when it was loaded, 0..1.
        steps: how many values it has, 0 where it does not say.
        is_automatable: whether it says that it may move.
        texts: (from where, text): what it shows, from 0 up, each text where it begins.
    """

    index: int
    name: str
    unit: str
    value: float
    steps: int
    is_automatable: bool
    texts: tuple[tuple[float, str], ...]

    @property
    def is_hidden(self) -> bool:
        """Whether it is no knob: a MIDI controller in disguise, or a bypass switch."""
        return _HIDDEN.fullmatch(self.name.strip()) is not None


@dataclass(frozen=True)
class PluginKnob:
    """A parameter of ours, and how the plug-in is told of it.

    Attributes:
        parameter: 0..1, or categorical with the texts as options.
        index: by which the host asks for it.
        label: the plug-in's own name.
        unit: as the plug-in spells it.
        is_automatable: whether the plug-in says that it may move (amsynth says it of none).
        at: the plug-in's own value of each option.
        texts: of a continuous one: what it shows at 0, 1/4, 1/2, 3/4 and 1.
    """

    parameter: Parameter
    index: int
    label: str
    unit: str = ""
    is_automatable: bool = False
    at: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()

    def own(self, stored: float) -> float:
        """The plug-in's value of a stored one."""
        return self.at[round(stored)] if self.at else stored

    def stored(self, own: float) -> float:
        """The stored value of a plug-in's: of options the nearest."""
        if not self.at:
            return float32(min(max(own, 0.0), 1.0))
        return float(min(range(len(self.at)), key=lambda k: abs(self.at[k] - own)))

    def to_json(self) -> Json:
        """Plain JSON."""
        plain = dataclasses.asdict(self)
        p = self.parameter
        plain["parameter"] = {"name": p.name, "default": p.default, "group": p.group}
        return {**plain, "at": list(self.at), "texts": list(p.options or self.texts)}

    @classmethod
    def from_json(cls, data: Json) -> PluginKnob:
        """The inverse of `to_json`; raises `KeyError` or `TypeError` where a part is missing."""
        at, texts = tuple(data["at"]), tuple(data["texts"])
        said = data["parameter"]
        parameter = _parameter(said["name"], said["default"], said["group"], texts if at else ())
        rest = {key: data[key] for key in ("index", "label", "unit", "is_automatable")}
        return cls(parameter, at=at, texts=() if at else texts, **rest)


def _parameter(name: str, default: float, group: str, options: tuple[str, ...]) -> Parameter:
    if options:
        return Parameter(
            name,
            0.0,
            len(options) - 1.0,
            default,
            True,
            curve="indexed",
            options=options,
            group=group,
        )
    return Parameter(name, 0.0, 1.0, default, False, group=group)


def knobs_of(said: Sequence[Description], group: str) -> tuple[PluginKnob, ...]:
    """Those that are no MIDI controllers in disguise, their names in lower case with underscores, each once."""
    shown = [description for description in said if not description.is_hidden]
    names = _names(shown)
    knobs = []
    for description, name in zip(shown, names, strict=True):
        at, options = _options(description)
        rough = PluginKnob(
            _parameter(name, 0.0, group, options),
            description.index,
            description.name,
            description.unit,
            description.is_automatable,
            at,
            () if at else tuple(_text(description, x) for x in (0.0, 0.25, 0.5, 0.75, 1.0)),
        )
        default = dataclasses.replace(rough.parameter, default=rough.stored(description.value))
        knobs.append(dataclasses.replace(rough, parameter=default))
    return tuple(knobs)


def can_move(knob: PluginKnob, host: str) -> bool:
    """Whether a parameter can move within a performance; DawDreamer leaves alone what says that it cannot."""
    return host == "dawdreamer" and knob.is_automatable and not knob.at


def told(knobs: Sequence[PluginKnob], values: Mapping[str, float]) -> dict[int, float]:
    """The plug-in's values by index, of those that are not as it was loaded."""
    changed = {}
    for knob in knobs:
        stored = values.get(knob.parameter.name, knob.parameter.default)
        if float32(stored) != float32(knob.parameter.default):
            changed[knob.index] = knob.own(stored)
    return changed


def _names(said: Sequence[Description]) -> list[str]:
    plain = []
    for description in said:
        name = re.sub(r"[^0-9a-z]+", "_", description.name.lower()).strip("_")
        plain.append(name if name and not name[0].isdigit() else f"p_{name}".rstrip("_"))
    taken, names = Counter(plain), []
    used: Counter[str] = Counter()
    for name in plain:
        used[name] += 1
        made = name if used[name] == 1 else f"{name}_{used[name]}"
        while made != name and made in taken:  # a third that has the name of a second
            used[name] += 1
            made = f"{name}_{used[name]}"
        names.append(made)
        taken[made] += 1
    return names


def _options(description: Description) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """The plug-in's values and texts of a parameter that has few; nothing for a continuous one."""
    texts = description.texts
    if 2 <= description.steps <= MAX_OPTIONS:
        at = tuple(k / (description.steps - 1) for k in range(description.steps))
        return at, _distinct([_text(description, x) for x in at])
    if not 2 <= len(texts) <= _MOST_STEPS or _is_rounded([text for _, text in texts]):
        return (), ()
    ends = [start for start, _ in texts[1:]] + [1.0]
    middles = tuple((start + end) / 2.0 for (start, _), end in zip(texts, ends, strict=True))
    return middles, _distinct([text for _, text in texts])


def _is_rounded(texts: Sequence[str]) -> bool:
    """Whether texts are numbers of equally many decimals, so that a continuous one is only shown coarsely."""
    decimals = {match.group(1) for text in texts if (match := re.search(r"\.(\d+)", text))}
    return len({len(digits) for digits in decimals}) == 1 and all("." in text for text in texts)


def _distinct(texts: Sequence[str]) -> tuple[str, ...]:
    """Texts, made different where two are alike; an empty one is a number."""
    found: list[str] = []
    for k, text in enumerate(texts):
        text = text.strip() or str(k)
        found.append(text if text not in found else f"{text} ({k})")
    return tuple(found)


def _text(description: Description, at: float) -> str:
    """What is shown at a value."""
    shown = ""
    for start, text in description.texts:
        if start > at and not math.isclose(start, at):
            break
        shown = text
    return shown
