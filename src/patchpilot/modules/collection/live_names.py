"""The "Big 8": our effects beside the devices of Ableton Live that they stand for, parameter by parameter.

    for setting in settings("eq8", {"band_1_kind": "bell", "band_1_hz": 250.0, "band_1_db": -3.0}):
        print(setting.names[0], setting.shown, setting.unit)       # 1 Frequency A 250 Hz …

What this rests on: names, device classes and steps of Live 12 as its API lists them, and ranges that Live's manual
prints. It was **not tried against Live**. Live stores most parameters as 0..1 by curves that it does not document, so
a setting says what Live's display is to show; `raw` is given only where Live stores that very number (decibels of an
equaliser, steps, shares), and `guess` is where to begin a search for the rest, over the text that Live shows.
Where a knob of ours only resembles one of Live's (`is_alike` False), its place within the range is carried over. Our
sounds resemble Live's devices and are not copies of them: a chain that was matched here is a beginning there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from patchpilot.errors import ParameterError, RackError
from patchpilot.modules.base import Module, spoken
from patchpilot.modules.collection._signals import NOTE_LENGTHS

Shown = float | str
"""A number as Live shows it, or an option's name."""


@dataclass(frozen=True)
class LiveParameter:
    """A parameter of ours beside one of Live's.

    Attributes:
        ours: name of ours.
        names: of Live's, the newest first; older versions of Live use the others.
        low: lowest number that Live shows.
        high: highest.
        unit: of what Live shows.
        scale: how Live's numbers lie on its knob: "stored" where it stores what it shows.
        factor: Live's number for ours of 1.
        options: Live's option for each of ours; several of ours may have one.
        steps: all of Live's options in its order, where that is known: it stores their places.
        is_alike: whether the number means the same in both; else only the place within the range is kept.
    """

    ours: str
    names: tuple[str, ...]
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    scale: Literal["stored", "linear", "log"] = "linear"
    factor: float = 1.0
    options: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[str, ...] = ()
    is_alike: bool = True


@dataclass(frozen=True)
class LiveDevice:
    """A device of Live and the module that stands for it.

    Attributes:
        module: name of ours.
        name: of the device, as Live's browser shows it.
        class_name: as its API says.
        parameters: those that both have.
    """

    module: str
    name: str
    class_name: str
    parameters: tuple[LiveParameter, ...]


@dataclass(frozen=True)
class LiveSetting:
    """What a parameter in Live is to be turned to.

    Attributes:
        names: of the parameter, the newest first.
        shown: what Live's display is to say, in `unit`.
        unit: of the number, "" for an option.
        raw: what Live stores, None where that is not known.
        guess: 0..1, where the knob stands if Live's curve is the usual one.
        is_exact: whether it is the very number that we have; not where Live's range ends before, or its knob only
            resembles ours.
    """

    names: tuple[str, ...]
    shown: Shown
    unit: str
    raw: float | None
    guess: float
    is_exact: bool


def device(module: str) -> LiveDevice:
    """Of Live, for a module of ours.

    Raises:
        ParameterError: it stands for none.
    """
    from patchpilot.modules.collection.live_devices import DEVICES
    from patchpilot.modules.collection.live_wavetable import WAVETABLE

    known = (*DEVICES, WAVETABLE)
    for found in known:
        if found.module == module:
            return found
    raise ParameterError(
        f"no device of Live is known for {module!r}, only for {', '.join(d.module for d in known)}"
    )


def settings(module: str, values: Mapping[str, float | str], tempo_bpm: float = 120.0) -> list[LiveSetting]:
    """What Live's device is to be set to.

    Args:
        module: name of one of the eight.
        values: in our units, and options' names; what is missing has our default.
        tempo_bpm: at which lengths of notes that Live's delay does not have become milliseconds.

    Raises:
        ParameterError: there is no such device, parameter or option.
    """
    whole = {**_defaults(module), **_known(module, values)}
    if module == "delay":
        whole = _in_sixteenths(whole, tempo_bpm)
    return [made for p in device(module).parameters if (made := _setting(module, p, whole[p.ours]))]


def values_of(module: str, shown: Mapping[str, Shown]) -> dict[str, float | str]:
    """Our values for what Live's display shows, by any of Live's names; what we do not have is passed over.

    Raises:
        ParameterError: an option is none that we have.
    """
    found: dict[str, float | str] = {}
    for parameter in device(module).parameters:
        said = next((shown[name] for name in parameter.names if name in shown), None)
        if said is None:
            continue
        if not parameter.options:
            found[parameter.ours] = _ours(module, parameter, float(said))
            continue
        able = [ours for ours, live in parameter.options.items() if live == str(said)]
        if not able:
            raise ParameterError(
                f"{parameter.names[0]}: nothing of ours is like {said!r}; there are "
                f"{', '.join(dict.fromkeys(parameter.options.values()))}"
            )
        if len(able) == 1:  # else another parameter tells which
            found[parameter.ours] = able[0]
    return found


def _setting(module: str, parameter: LiveParameter, value: float | str) -> LiveSetting | None:
    if parameter.options:
        if value not in parameter.options:
            return None
        said = parameter.options[str(value)]
        steps = parameter.steps or tuple(dict.fromkeys(parameter.options.values()))
        place = float(steps.index(said))
        raw = place if parameter.steps else None
        return LiveSetting(parameter.names, said, "", raw, place / (len(steps) - 1), parameter.is_alike)
    number = float(value) * parameter.factor
    if not parameter.is_alike:
        low, high = _range(module, parameter.ours)
        number = parameter.low + (float(value) - low) / (high - low) * (parameter.high - parameter.low)
    shown = min(max(number, parameter.low), parameter.high)
    is_exact = parameter.is_alike and math.isclose(shown, number, rel_tol=1e-6, abs_tol=1e-6)
    raw = shown if parameter.scale == "stored" else None
    return LiveSetting(parameter.names, shown, parameter.unit, raw, _place(parameter, shown), is_exact)


def _place(parameter: LiveParameter, shown: float) -> float:
    low, high = parameter.low, parameter.high
    if parameter.scale == "log":
        return math.log(shown / low) / math.log(high / low)
    return (shown - low) / (high - low)


def _ours(module: str, parameter: LiveParameter, shown: float) -> float:
    low, high = _range(module, parameter.ours)
    value = shown / parameter.factor
    if not parameter.is_alike:
        value = low + (shown - parameter.low) / (parameter.high - parameter.low) * (high - low)
    return min(max(value, low), high)


def _in_sixteenths(values: dict[str, float | str], tempo_bpm: float) -> dict[str, float | str]:
    """Lengths that are no 1, 2, 3, 4, 5, 6, 8 or 16 sixteenths as milliseconds."""
    made = dict(values)
    for side in ("left", "right"):
        length = str(values[side])
        if length != "free" and NOTE_LENGTHS[length] * 4.0 not in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 16.0):
            made |= {side: "free", f"{side}_ms": NOTE_LENGTHS[length] * 60_000.0 / tempo_bpm}
    return made


@cache
def _module(name: str) -> Module:
    from patchpilot.modules.kinds import named

    return named(name)


def _range(module: str, name: str) -> tuple[float, float]:
    (found,) = (p for p in _module(module).parameters if p.name == name)
    return found.shown(found.minimum), found.shown(found.maximum)


def _defaults(module: str) -> dict[str, float | str]:
    return dict(_spoken(module))


def _spoken(module: str) -> Iterator[tuple[str, float | str]]:
    device(module)  # or it says which there are
    for parameter in _module(module).parameters:
        value = spoken(parameter, parameter.default)
        assert isinstance(value, float | str)
        yield parameter.name, value


def _known(module: str, values: Mapping[str, float | str]) -> Mapping[str, float | str]:
    from patchpilot.modules.playing import own_value

    parameters = {p.name: p for p in _module(module).parameters}
    for name in values:
        if name not in parameters:
            raise ParameterError(f"{module} has no parameter {name!r}, only {', '.join(parameters)}")
        try:
            own_value(parameters[name], values)
        except RackError as error:
            raise ParameterError(f"{module}: {error}") from None
    return values
