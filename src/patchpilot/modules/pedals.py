"""Modules that are effects of a library: pedalboard's, with ranges in which they stay finite.

chorus = effect("chorus", "Detuned copies beside the sound.", "Chorus", rate_hz=knob(1.0, 0.01, 10.0, "Hz"), …)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np

from patchpilot.errors import PluginError, RackError
from patchpilot.modules.base import Context, Port, Process, Signal, Value
from patchpilot.modules.wiring import Wirable
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter


@dataclass(frozen=True)
class EffectModule(Wirable):
    """An effect of pedalboard; `effect` makes it.

    Attributes:
        class_name: of the effect in `pedalboard`.
    """

    name: str
    summary: str
    class_name: str
    parameters: tuple[Parameter, ...]
    inputs: tuple[Port, ...] = (Port("in"),)
    outputs: tuple[Port, ...] = (Port("out"),)
    varying: frozenset[str] = frozenset()
    is_random: bool = False

    def to_json(self) -> Json:
        """Which effect it is, and its ranges."""
        from patchpilot.modules.kinds import parameter_to_json

        return {
            "kind": "effect",
            "name": self.name,
            "summary": self.summary,
            "class": self.class_name,
            "parameters": [parameter_to_json(parameter) for parameter in self.parameters],
        }

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:  # noqa: ARG002 (as all modules)
        """Import the library; a new effect is made for each performance."""
        if find_spec("pedalboard") is None:
            raise PluginError(f"module {self.name} needs pedalboard: pip install 'patchpilot[racks]'")
        import pedalboard

        made = getattr(pedalboard, self.class_name, None)
        if made is None:
            raise RackError(f"module {self.name}: this pedalboard has no effect {self.class_name!r}")

        def process(
            inputs: Mapping[str, Signal | None], values: Mapping[str, Value], context: Context
        ) -> Sequence[Signal]:
            plugin: Any = made(**values)
            return [np.asarray(plugin(inputs["in"], context.sample_rate, reset=True), np.float32)]

        return process


def effect(name: str, summary: str, class_name: str, **knobs: Parameter) -> EffectModule:
    """Make a module of an effect of pedalboard.

    Args:
        name: of the module.
        summary: what it does, in a sentence.
        class_name: of the effect in `pedalboard`.
        knobs: what `knob` makes, by the names of its constructor's arguments, within ranges that it survives.
    """
    parameters = tuple(replace(knob, name=key, group=name) for key, knob in knobs.items())
    return EffectModule(name, summary, class_name, parameters)


def effect_of(data: Json) -> EffectModule:
    """The inverse of `EffectModule.to_json`; raises `KeyError` where a part is missing."""
    from patchpilot.modules.kinds import parameter_of

    knobs = {p.name: p for p in map(parameter_of, data["parameters"])}
    return effect(data["name"], data["summary"], data["class"], **knobs)
