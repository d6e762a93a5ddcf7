"""Modules of ours under the names, ranges and curves of the devices of Live that they stand for.

A `LiveModule`'s parameters are Live's: "Flt 1 Freq" from 0 to 1, "3 Gain A" from -15 to 15, options by their names, and
"Device On". So what is found with it is sent to Live as it is. `live_names` says what each number means; where Live's
curve is not known it assumes the usual one, and nothing here was tried against Live.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from patchpilot.errors import RackError
from patchpilot.modules.base import Context, Module, Port, Process, Signal, Value, choice, knob, spoken
from patchpilot.modules.collection.live_names import (
    LiveDevice,
    LiveParameter,
    Shown,
    device,
    settings,
    values_of,
)
from patchpilot.modules.wiring import Wirable
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter

ON = "Device On"
"""Live's name of every device's switch."""
_OFF_ON = ("Off", "On")
_SWITCH = re.compile(r"(.+?)(?: Filter)? On(?: A)?")
"""Names of switches, with what those that they switch begin with: "Osc 1 On", "3 Filter On A"."""
_WHOLE = "st"
"""Unit of what Live stores as it shows it in whole numbers."""


@dataclass(frozen=True, eq=False)
class LiveModule(Wirable):
    """A device of Live, played by a module of ours; `live` makes it.

    Attributes:
        name: of the module: ours, with "live_" before.
        device: which it stands for.
        inner: that plays.
        before: what stands before the inner parameters' names.
        is_on: whether it is on by default.
    """

    name: str
    device: LiveDevice
    inner: Module
    before: str = ""
    is_on: bool = True

    @property
    def summary(self) -> str:
        """Which device it stands for."""
        return f"Stands for Live's {self.device.name}, with the names and ranges that it has there."

    @property
    def inputs(self) -> tuple[Port, ...]:
        """Those of the module that plays."""
        return self.inner.inputs

    @property
    def outputs(self) -> tuple[Port, ...]:
        """Likewise."""
        return self.inner.outputs

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Live's, the switch first; numbers are those that Live stores."""
        usual = {found.names[0]: found for found in settings(self.device.module, {})}
        made = [replace(choice(*_OFF_ON, default="On" if self.is_on else "Off"), name=ON, group=self.name)]
        for p in self.device.parameters:
            found = usual.get(p.names[0])
            at = 0.0 if found is None else found.guess if found.raw is None else found.raw
            made.append(
                replace(
                    _knob(p, at, None if found is None else found.shown), name=p.names[0], group=self.name
                )
            )
        return tuple(made)

    @property
    def varying(self) -> frozenset[str]:
        """None: Live's own automation is out of reach."""
        return frozenset()

    @property
    def is_random(self) -> bool:
        """Whether what plays rolls dice."""
        return self.inner.is_random

    def to_json(self) -> Json:
        """Name of the module that plays."""
        return {"kind": "live", "module": self.device.module, "on": self.is_on}

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:
        """Make the module that plays ready."""
        ready = self.inner.prepare(sample_rate, moving)
        defaults = {p.name: spoken(p, p.default) for p in self.inner.parameters}

        def process(
            inputs: Mapping[str, Signal | None], values: Mapping[str, Value], context: Context
        ) -> Sequence[Signal]:
            if values[ON] == "Off":
                sound = inputs[self.inputs[0].name] if self.inputs and self.inputs[0].channels == 2 else None
                return [np.zeros((2, context.n_samples), np.float32) if sound is None else sound]
            ours = values_of(self.device.module, self.shown(values))
            return ready(inputs, {**defaults, **{f"{self.before}{k}": v for k, v in ours.items()}}, context)

        return process

    def silent(self, stored: Mapping[str, float]) -> set[str]:
        """Names of parameters that are not heard, because a switch of the device is off.

        Args:
            stored: values by name.
        """
        found: set[str] = set()
        for p in self.parameters:
            if (switch := _SWITCH.fullmatch(p.name)) and not stored[p.name]:
                before = "" if p.name == ON else f"{switch[1]} "
                found |= {q.name for q in self.parameters if q.name.startswith(before) and q.name != p.name}
        return found

    def shown(self, values: Mapping[str, Value]) -> dict[str, Shown]:
        """What Live's displays show for what it stores, by its names."""
        found: dict[str, Shown] = {}
        for p in self.device.parameters:
            value = values[p.names[0]]
            found[p.names[0]] = value if isinstance(value, str) else shown(p, float(np.mean(value)))
        return found


def shown(parameter: LiveParameter, stored: float) -> float:
    """The number on Live's display for the one that it stores, in the parameter's unit."""
    low, high = parameter.low, parameter.high
    match parameter.scale:
        case "stored":
            return stored
        case "log":
            return float(low * (high / low) ** stored)
        case _:
            return low + (high - low) * stored


def live(module: str, *, on: bool = True) -> LiveModule:
    """A device of Live by the name of the module that plays it.

    Args:
        module: one of the eight effects, or "live_voice" for Wavetable, which plays several notes.
        on: whether it is on by default.

    Raises:
        ParameterError: there is no such device.
        PluginError: the extra "racks" is not installed.
    """
    from patchpilot.modules.kinds import named
    from patchpilot.modules.voices import poly

    found = device(module)
    inner = named(module)
    if inner.inputs and inner.inputs[0].channels == 2:
        return LiveModule(f"live_{module}", found, inner, is_on=on)
    name = found.name.lower()
    return LiveModule(f"live_{name}", found, poly(inner, name=name), f"{module}_", on)  # type: ignore[arg-type]


def live_of(data: Json) -> LiveModule:
    """The inverse of `LiveModule.to_json`; raises `RackError` where there is no such device."""
    try:
        return live(str(data["module"]), on=bool(data["on"]))
    except KeyError as error:
        raise RackError(f"a device of Live lacks {error}") from None


def _knob(p: LiveParameter, at: float, option: Shown | None) -> Parameter:
    if p.options:
        ours = dict.fromkeys(p.options.values())
        options = tuple(step for step in p.steps or ours if step in ours)  # in Live's order
        return choice(*options, default=str(option) if option in options else options[0])
    if p.scale == "stored":
        return knob(at, p.low, p.high, p.unit, whole=p.unit == _WHOLE)
    return knob(min(max(at, 0.0), 1.0), 0.0, 1.0)
